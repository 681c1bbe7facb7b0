import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from playbill.errors import OutputError, TrainingError
from playbill.training import checkpoint
from playbill.training.checkpoint import FILE
from playbill.training.curve import BOARD, PICTURE, read_curve
from playbill.training.loop import Loop
from playbill.training.optimiser import learning_rate
from playbill.training.progress import TrainingProgress
from playbill.training.settings import LoopSettings
from tests.support.trainings import SLOPE, LineTask

SETTINGS = LoopSettings(
    steps=120, learning_rate=0.1, weight_decay=0, log_every=10, precision="float32", seed=3
)


def loop(folder: Path, settings: LoopSettings = SETTINGS, broken_at: int = -1) -> Loop:
    return Loop(LineTask(broken_at), settings, folder, network="line")


def test_a_training_finds_what_the_data_hold(tmp_path: Path) -> None:
    measures = loop(tmp_path).run()

    assert measures["slope"] == pytest.approx(SLOPE, abs=0.4)
    losses = [point["loss"] for point in read_curve(tmp_path)[:-1]]
    assert losses[-1] < losses[0] / 5


def test_the_curve_is_kept_as_lines_as_a_picture_and_for_tensorboard(tmp_path: Path) -> None:
    loop(tmp_path).run()

    points = read_curve(tmp_path)
    assert [point["step"] for point in points][:12] == list(range(10, 130, 10))
    assert {"loss", "halved", "learning rate"} <= points[0].keys()
    assert (tmp_path / PICTURE).read_bytes().startswith(b"\x89PNG")
    board = EventAccumulator(str(tmp_path / BOARD)).Reload()
    assert [event.value for event in board.Scalars("loss")] == pytest.approx(
        [point["loss"] for point in points if "loss" in point], rel=1e-5
    )


def test_a_training_that_was_stopped_goes_on_with_the_same_curve(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    cut.mkdir()
    settings = replace(SETTINGS, ema=0.9)
    unbroken = loop(whole, settings)
    unbroken.run()
    with pytest.raises(TrainingError):
        # Steps 50 to 59 are lost with the process: the checkpoint is of step 50.
        _stopped_after(cut, settings, saved_at=50, lost_at=59)

    resumed = loop(cut, settings)
    assert resumed.step == 50
    resumed.run()

    assert read_curve(cut) == read_curve(whole)
    for mine, other in zip(
        resumed.trained.parameters(), unbroken.trained.parameters(), strict=True
    ):
        torch.testing.assert_close(mine, other, rtol=0, atol=0)


def _stopped_after(folder: Path, settings: LoopSettings, *, saved_at: int, lost_at: int) -> None:
    stopping = loop(folder, settings, broken_at=lost_at)
    plain = stopping._train_on

    def train_on(batch: tuple[torch.Tensor, ...]) -> dict[str, float]:
        if stopping.step == saved_at:
            stopping.save()
        return plain(batch)

    stopping._train_on = train_on  # type: ignore[method-assign]
    stopping.run()


def test_a_loss_that_is_no_number_stops_the_training_at_the_last_good_checkpoint(
    tmp_path: Path,
) -> None:
    settings = replace(SETTINGS, checkpoint_every_s=0)

    with pytest.raises(TrainingError, match=r"line: the loss is nan at step 31, .*checkpoint\.pt"):
        loop(tmp_path, settings, broken_at=31).run()

    good = checkpoint.read_checkpoint(tmp_path / FILE, network="line")
    assert good.step == 31
    assert all(torch.isfinite(weights).all() for weights in good.module.values())


def test_a_full_disk_leaves_the_last_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(SETTINGS, checkpoint_every_s=0)
    with pytest.raises(TrainingError):
        loop(tmp_path, settings, broken_at=5).run()
    before = (tmp_path / FILE).read_bytes()

    def full(_content: object, part: Path) -> None:
        part.write_bytes(b"half of a checkpoint")
        raise RuntimeError("PytorchStreamWriter failed writing file data/0: file write failed")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(OutputError, match=r"cannot be written, the last one is kept: .*failed"):
        loop(tmp_path, settings).run()
    assert (tmp_path / FILE).read_bytes() == before
    assert not list(tmp_path.glob(".playbill-*"))


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    loop(tmp_path, replace(SETTINGS, steps=1)).run()

    with pytest.raises(TrainingError, match="the checkpoint is of line, expected one of curve"):
        Loop(LineTask(), SETTINGS, tmp_path, network="curve")


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not at all")

    with pytest.raises(TrainingError, match=r"checkpoint\.pt: the checkpoint cannot be read: "):
        loop(tmp_path)


def test_what_a_pickle_would_run_is_not_run(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (str(tmp_path / "ran"),))

    torch.save({"format": checkpoint.FORMAT, "network": Evil()}, tmp_path / FILE)

    with pytest.raises(TrainingError, match="cannot be read"):
        loop(tmp_path)
    assert not (tmp_path / "ran").exists()


def test_the_average_of_the_weights_is_what_is_evaluated(tmp_path: Path) -> None:
    averaged = loop(tmp_path, replace(SETTINGS, ema=0.99, steps=60))
    measures = averaged.run()

    average, last = (
        module.get_submodule("line").weight.detach().item()  # type: ignore[operator]
        for module in (averaged.trained, averaged.module)
    )
    assert measures["slope"] == pytest.approx(average)
    assert abs(average - last) > 1e-3


def test_the_hook_hears_of_every_point_with_rate_and_remaining_time(tmp_path: Path) -> None:
    heard: list[TrainingProgress] = []
    settings = replace(SETTINGS, steps=40, evaluate_every=20)
    Loop(LineTask(), settings, tmp_path, network="line", hook=heard.append).run()

    assert [report.step for report in heard] == [10, 20, 30, 40]
    assert [bool(report.measures) for report in heard] == [False, True, False, True]
    assert heard[0].steps_per_s > 0
    assert heard[0].remaining_s == pytest.approx(30 / heard[0].steps_per_s)
    assert heard[-1].remaining_s == 0
    assert "no graphics card" in heard[0].device or torch.cuda.is_available()


def test_the_learning_rate_rises_in_the_warm_up_and_then_falls_to_nothing() -> None:
    settings = LoopSettings(steps=100, warmup_steps=10, learning_rate=1.0)
    rates = [learning_rate(step, settings) for step in range(100)]

    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == rates[9]
    assert rates[50] == pytest.approx(0.5)
    assert 0 < rates[-1] < 0.001
    assert rates[9:] == sorted(rates[9:], reverse=True)


@pytest.mark.parametrize("optimiser", ["adam", "adamw", "muon", "sgd"])
def test_every_optimiser_goes_downhill(optimiser: str, tmp_path: Path) -> None:
    settings = replace(SETTINGS, optimiser=optimiser, steps=60)  # type: ignore[arg-type]
    loop(tmp_path, settings).run()

    points = read_curve(tmp_path)
    assert points[5]["loss"] < points[0]["loss"]


@pytest.mark.parametrize(
    ("name", "value"), [("steps", 0), ("learning_rate", 0), ("learning_rate", math.nan), ("ema", 1)]
)
def test_settings_that_make_no_sense_are_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        replace(SETTINGS, **{name: value})  # type: ignore[arg-type]


def test_a_last_line_of_the_curve_that_was_cut_off_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "curve.jsonl").write_text('{"step": 10, "loss": 1.0}\n{"step": 20, "lo', "utf-8")

    assert read_curve(tmp_path) == [{"step": 10, "loss": 1.0}]


def test_a_file_that_is_no_curve_is_refused(tmp_path: Path) -> None:
    (tmp_path / "curve.jsonl").write_text(json.dumps("what") + "\n[]\n", "utf-8")

    with pytest.raises(TrainingError, match="this is not the curve of a training"):
        read_curve(tmp_path)
