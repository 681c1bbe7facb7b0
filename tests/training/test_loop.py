import errno
import json
import math
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch import nn
from torch.utils.tensorboard import SummaryWriter

from playbill.errors import OutputError, TrainingError
from playbill.training import checkpoint, curve
from playbill.training import loop as training_loop
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


def test_a_curve_goes_on_in_the_middle_of_a_point(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    cut.mkdir()
    loop(whole).run()
    with pytest.raises(TrainingError):
        _stopped_after(cut, SETTINGS, saved_at=54, lost_at=57)

    loop(cut).run()

    assert read_curve(cut) == read_curve(whole)


def test_what_is_said_again_when_all_is_done_adds_nothing_to_the_curve(tmp_path: Path) -> None:
    measures = loop(tmp_path).run()
    before = read_curve(tmp_path)

    assert loop(tmp_path).run() == measures
    assert read_curve(tmp_path) == before


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Means what it does in a terminal, whatever ran in this process before."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before or signal.SIG_DFL)


def press_ctrl_c() -> None:
    """As Python answers it. The system's own signal, in a process that other tests have used too,
    has ended that process; `tests/cli/test_interruption.py` sends it to one of its own.
    """
    handler = signal.getsignal(signal.SIGINT)
    assert callable(handler)
    handler(signal.SIGINT, None)


class Interrupted(LineTask):
    """A task in which Ctrl-C is pressed while a loss is computed, or while it is evaluated."""

    pressed_in: str = ""
    times: int = 1

    def loss(
        self, module: nn.Module, batch: tuple[torch.Tensor, ...]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        if self.pressed_in == "loss":
            for _ in range(self.times):
                press_ctrl_c()
        return super().loss(module, batch)

    def evaluate(self, module: nn.Module) -> dict[str, float]:
        if self.pressed_in == "evaluate":
            press_ctrl_c()
        return super().evaluate(module)


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("place", ["loss", "evaluate"])
def test_ctrl_c_saves_what_is_whole_and_the_curve_stays_the_same(
    place: str, tmp_path: Path
) -> None:
    settings = replace(SETTINGS, steps=30, evaluate_every=10, ema=0.9)
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    cut.mkdir()
    loop(whole, settings).run()
    task = Interrupted()
    task.pressed_in = place
    with pytest.raises(KeyboardInterrupt):
        Loop(task, settings, cut, network="line").run()

    resumed = loop(cut, settings)
    assert resumed.step == (1 if place == "loss" else 10)
    resumed.run()

    assert read_curve(cut) == read_curve(whole)


@pytest.mark.usefixtures("ctrl_c")
def test_a_second_ctrl_c_saves_nothing_that_is_torn(tmp_path: Path) -> None:
    task = Interrupted()
    task.pressed_in, task.times = "loss", 2

    with pytest.raises(KeyboardInterrupt):
        Loop(task, SETTINGS, tmp_path, network="line").run()

    assert not (tmp_path / FILE).exists()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.filterwarnings("ignore:.*to a meta parameter")
def test_a_resumed_optimiser_is_where_the_weights_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop(tmp_path, replace(SETTINGS, steps=1)).run()
    made = training_loop._fabric(SETTINGS)
    made.strategy._root_device = torch.device("meta")  # type: ignore[attr-defined]
    monkeypatch.setattr(type(made.strategy.accelerator), "setup_device", lambda *_: None)
    # So that weights are moved in place, as they are to a graphics card.
    monkeypatch.setattr(torch.__future__, "_swap_module_params_on_conversion", True)
    monkeypatch.setattr(training_loop, "_fabric", lambda _settings: made)

    resumed = loop(tmp_path)

    [optimiser] = resumed.optimisers
    moments = [state["exp_avg"].device.type for state in optimiser.state.values()]
    assert moments == ["meta", "meta"]


def test_a_gradient_that_is_no_number_does_not_come_into_the_weights(tmp_path: Path) -> None:
    class Steep(LineTask):
        def loss(
            self, module: nn.Module, batch: tuple[torch.Tensor, ...]
        ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
            loss, parts = super().loss(module, batch)
            return loss + (loss - loss.detach()).sqrt(), parts  # 0, and infinitely steep there

    steep = Loop(Steep(), SETTINGS, tmp_path, network="line")

    with pytest.raises(TrainingError, match=r"line: the length of the gradient is (nan|inf) at"):
        steep.run()
    assert all(torch.isfinite(weights).all() for weights in steep.module.parameters())


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


@pytest.mark.parametrize("where", ["curve.jsonl", "tensorboard"])
def test_a_disk_that_is_full_of_curves_is_one_sentence(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if where == "tensorboard":
        monkeypatch.setattr(SummaryWriter, "add_scalar", full)
    else:
        monkeypatch.setattr(curve, "_line", full)

    with pytest.raises(OutputError, match="the curve cannot be written: no space left on device"):
        loop(tmp_path).run()


def test_a_checkpoint_of_other_weights_says_which(tmp_path: Path) -> None:
    loop(tmp_path, replace(SETTINGS, steps=1)).run()
    task = LineTask()
    task.module.line = nn.Linear(2, 1)

    with pytest.raises(TrainingError, match=r"does not fit .*: size mismatch for line\.weight"):
        Loop(task, SETTINGS, tmp_path, network="line")


def test_a_checkpoint_without_its_parts_is_refused(tmp_path: Path) -> None:
    torch.save({"format": checkpoint.FORMAT, "network": "line"}, tmp_path / FILE)

    with pytest.raises(TrainingError, match="checkpoint of another version"):
        loop(tmp_path)


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


def test_a_slow_training_is_told_of_before_its_first_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_loop, "QUIET_S", 0.0)
    heard: list[TrainingProgress] = []
    settings = replace(SETTINGS, steps=10)
    Loop(LineTask(), settings, tmp_path, network="line", hook=heard.append).run()

    assert [report.step for report in heard] == list(range(1, 11))
    assert [point["step"] for point in read_curve(tmp_path)] == [10, 10]


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
