"""From labelled pictures to a detector."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from playbill.cli.train.objects import share_or_path
from playbill.core.frame import Frame
from playbill.datasets.opening import write_objects
from playbill.errors import DatasetError, ModelError, TrainingError
from playbill.models.cards import read_card
from playbill.models.options import SessionOptions
from playbill.models.ssd import SsdDetector
from playbill.models.store import ModelStore
from playbill.training.curve import read_curve
from playbill.training.objects.run import TrainedObjects, train_objects
from playbill.training.objects.settings import ObjectTraining
from playbill.training.settings import LoopSettings
from tests.support.object_sets import HeldSet, labelled

FLOAT32 = SessionOptions(precision="float32", threads=1)
LABELS = ("ball", "block")


def boxes_and_balls(folder: Path, count: int) -> Path:
    """A COCO data set of bright squares on noise; every second one is a ball."""
    random, pictures = np.random.default_rng(0), []
    for i in range(count):
        image = random.integers(0, 90, (120, 160, 3)).astype(np.uint8)
        left, top = int(random.integers(0, 100)), int(random.integers(0, 60))
        image[top : top + 60, left : left + 60] = (250, 60, 60) if i % 2 else (60, 60, 250)
        path = folder / "pictures" / f"{i}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(image).save(path)
        box = (left, top, left + 60, top + 60)
        pictures.append(labelled(path, [box], [i % 2], size_wh=(160, 120)))
    written = folder / "pictures.json"
    write_objects(HeldSet(tuple(pictures), LABELS), written, format="coco")
    return written


def store(folder: Path) -> ModelStore:
    return ModelStore([folder], folder)


def detector(made: TrainedObjects) -> SsdDetector:
    return SsdDetector.open(
        read_card(made.model.card_path), store(made.model.card_path.parent), FLOAT32, min_score=0.01
    )


def test_what_is_exported_is_a_detector_of_ones_own_labels(tmp_path: Path) -> None:
    training = ObjectTraining(
        datasets=(boxes_and_balls(tmp_path, 6),),
        labels=LABELS,
        network="ssdlite-mobilenet-v3",
        held_out=0.5,
        batch=2,
        loop=LoopSettings(steps=1, precision="float32"),
    )
    folder = tmp_path / "run"

    made = train_objects(training, folder, "toys", store=store(tmp_path))

    assert detector(made).labels == LABELS
    assert [path.name for path in made.model.paths] == ["toys.onnx", "toys.anchors.npy"]
    assert set(made.measures) == {"AP", "AP50"}
    data = json.loads((folder / "run.json").read_text())["data"]
    assert data["pictures"]["objects"] == data["held out"]["objects"] == 3
    parts = json.loads((folder / "split.json").read_text())
    assert [len(parts[part]) for part in ("learned", "held out")] == [3, 3]
    assert all(Path(path).is_file() for part in parts.values() for path in part)


def test_settings_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    nothing = ObjectTraining(datasets=(tmp_path,), frozen=3)

    with pytest.raises(TrainingError, match="only where there is a start to keep"):
        train_objects(nothing, tmp_path / "run", "toys", store=store(tmp_path))


def test_a_name_that_is_none_is_refused_before_the_training(tmp_path: Path) -> None:
    training = ObjectTraining(datasets=(boxes_and_balls(tmp_path, 2),), labels=LABELS)

    with pytest.raises(ModelError, match=r"My Toys: .* with --name"):
        train_objects(training, tmp_path / "run", "My Toys", store=store(tmp_path))
    assert not (tmp_path / "run").exists()


def test_what_is_held_out_is_a_share_or_a_data_set() -> None:
    assert share_or_path("0.25") == 0.25
    assert share_or_path("val/instances.json") == Path("val/instances.json")
    with pytest.raises(DatasetError, match="--held-out 3: expected a share between 0 and 1"):
        share_or_path("3")


@pytest.mark.models
def test_a_start_is_refused_where_it_does_not_fit(tmp_path: Path, models_folder: Path) -> None:
    models = ModelStore([models_folder], tmp_path)
    for network, start, why in (
        (
            "ssdlite-mobilenet-v3",
            "ssd_mobilenet_v1_coco",
            "cannot start from ssd_mobilenet_v1_coco",
        ),
        ("ssd-mobilenet-v1", "yolox_nano", "cannot start from yolox_nano: only"),
    ):
        training = ObjectTraining(datasets=(tmp_path,), network=network, start=start)  # type: ignore[arg-type]
        with pytest.raises(TrainingError, match=why):
            train_objects(training, tmp_path / "run", "toys", store=models)


@pytest.mark.models
def test_a_fine_tuning_learns_new_classes_in_a_few_steps(
    tmp_path: Path, models_folder: Path
) -> None:
    training = ObjectTraining(
        datasets=(boxes_and_balls(tmp_path, 12),),
        labels=LABELS,
        start="ssd_mobilenet_v1_coco",
        held_out=0.35,
        frozen=12,
        batch=8,
        loop=LoopSettings(steps=30, learning_rate=1e-3, log_every=5, precision="float32"),
    )

    made = train_objects(
        training, tmp_path / "run", "toys", store=ModelStore([models_folder], tmp_path)
    )

    losses = [point["loss"] for point in read_curve(tmp_path / "run") if "loss" in point]
    assert losses[-1] < losses[0] / 2
    assert made.measures["AP50"] > 0.5
    image = np.full((120, 160, 3), 40, np.uint8)
    image[20:80, 30:90] = (250, 60, 60)
    best = detector(made).detect([Frame.still(image)])[0]
    assert best.names()[0] == "block"
    np.testing.assert_allclose(best.boxes_xyxy[0], (30, 20, 90, 80), atol=12)
