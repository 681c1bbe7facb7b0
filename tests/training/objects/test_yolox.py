"""A YOLOX learns: from labels, and from what another network says."""

from dataclasses import replace
from math import log
from pathlib import Path

import numpy as np
import pytest
import torch

from playbill.core.frame import Frame
from playbill.core.labels import COCO_80
from playbill.errors import TrainingError
from playbill.models.cards import InputContract, read_card
from playbill.models.options import SessionOptions
from playbill.models.store import ModelStore
from playbill.models.yolox import YoloxDetector
from playbill.training.curve import read_curve
from playbill.training.networks.yolox import YoloxNano
from playbill.training.objects.run import TrainedObjects, train_objects
from playbill.training.objects.settings import ObjectTraining
from playbill.training.objects.yolox.batches import IGNORED, to_input
from playbill.training.objects.yolox.cells import Cells
from playbill.training.objects.yolox.labelled import Labels, labelled_loss
from playbill.training.objects.yolox.simota import assign
from playbill.training.objects.yolox.task import LabelledLoss
from playbill.training.objects.yolox.teaching import TaughtBoxes, teaching_loss, wanted
from playbill.training.settings import LoopSettings
from tests.training.objects.test_training_objects import LABELS, boxes_and_balls

FLOAT32 = SessionOptions(precision="float32", threads=1)
SIDE = 64
CELLS = Cells.of(SIDE)
MIDDLE = 8 * 8 + 1 * 4 + 2
"""The row of column 2, line 1 of the grid of stride 16; its corner lies at (32, 16)."""
BOX = (0.5, 0.5, log(2), log(1))
"""In that cell: from (24, 16) to (56, 32)."""
SEEN_XYXY = torch.tensor([[24.0, 16.0, 56.0, 32.0]])


def answers(rows: dict[int, tuple[tuple[float, ...], float]], classes: int = 2) -> torch.Tensor:
    """Raw answers of one view: by row a box, and the score of class 0; all else scores nothing."""
    raw = torch.full((len(CELLS.places), 5 + classes), -20.0)
    raw[:, :4] = 0
    for row, (box, score) in rows.items():
        raw[row, :4] = torch.tensor(box)
        raw[row, 4] = 20.0
        raw[row, 5] = torch.logit(torch.tensor(score))
    return raw


def taught(score: float, class_id: int = 0) -> TaughtBoxes:
    return TaughtBoxes(SEEN_XYXY, torch.tensor([class_id]), torch.tensor([score]))


def test_cells_decode_as_the_detector_does() -> None:
    boxes = CELLS.boxes(answers({MIDDLE: (BOX, 0.5)}))

    torch.testing.assert_close(boxes[MIDDLE], SEEN_XYXY[0])


def test_a_cell_that_sees_what_the_teacher_sees_is_to_score_as_the_teacher() -> None:
    goal = wanted(answers({MIDDLE: (BOX, 0.5)}), taught(0.8), CELLS)

    assert goal.scores[MIDDLE, 0] == pytest.approx(0.8, abs=1e-3)
    assert goal.weights[MIDDLE] == pytest.approx(0.8, abs=1e-3)
    assert (goal.weights > 0).sum() == 1
    torch.testing.assert_close(goal.boxes_xyxy[MIDDLE], SEEN_XYXY[0])


def test_the_weaker_cell_of_an_object_moves_with_the_best_one() -> None:
    beside = (-0.45, 0.5, log(2), log(1))  # the next cell's answer: almost the same box
    goal = wanted(answers({MIDDLE: (BOX, 0.5), MIDDLE + 1: (beside, 0.2)}), taught(0.8), CELLS)

    by = torch.logit(torch.tensor(0.8)) - torch.logit(torch.tensor(0.5))
    moved = torch.sigmoid(torch.logit(torch.tensor(0.2)) + by)
    assert goal.scores[MIDDLE + 1, 0] == pytest.approx(moved.item(), abs=1e-3)


def test_what_the_teacher_does_not_see_is_to_score_little() -> None:
    elsewhere = TaughtBoxes(torch.tensor([[0.0, 0, 8, 8]]), torch.tensor([0]), torch.tensor([0.9]))

    for boxes in (elsewhere, taught(0.8, class_id=1)):
        goal = wanted(answers({MIDDLE: (BOX, 0.5)}), boxes, CELLS)
        assert goal.scores[MIDDLE, 0] == pytest.approx(0.01)


def test_a_pupil_that_answers_as_its_teacher_has_nothing_to_learn() -> None:
    raw = answers({MIDDLE: (BOX, 0.8)})
    other = answers({MIDDLE: ((0.9, 0.5, log(2), log(1)), 0.3)})

    _, same = teaching_loss(raw[None], CELLS, [wanted(raw, taught(0.8), CELLS)])
    _, apart = teaching_loss(other[None], CELLS, [wanted(other, taught(0.8), CELLS)])

    assert same["scores"] == pytest.approx(0, abs=1e-3)
    assert same["boxes"] == pytest.approx(0, abs=1e-3)
    assert apart["scores"] > 0.1
    assert apart["boxes"] > 0.1


def test_cells_near_an_objects_centre_that_answer_best_are_assigned_to_it() -> None:
    far = 3 * 4 + 64
    raw = answers({MIDDLE: (BOX, 0.9), far: ((0.5, 0.5, 0, 0), 0.9)})

    found = assign(raw, CELLS, SEEN_XYXY, torch.tensor([0]))

    assert MIDDLE in found.cells.tolist()
    assert far not in found.cells.tolist()
    assert found.objects.tolist() == [0] * len(found.cells)
    best = found.overlaps[found.cells.tolist().index(MIDDLE)]
    assert best == pytest.approx(1, abs=1e-4)


def test_a_cell_answers_for_one_of_two_objects() -> None:
    twice = torch.cat([SEEN_XYXY, SEEN_XYXY + 1])

    found = assign(answers({MIDDLE: (BOX, 0.9)}), CELLS, twice, torch.tensor([0, 1]))

    assert len(set(found.cells.tolist())) == len(found.cells)
    assert found.objects[found.cells.tolist().index(MIDDLE)] == 0


def test_nothing_is_learnt_where_all_is_ignored() -> None:
    raw = answers({MIDDLE: (BOX, 0.9)})
    none = torch.zeros(0, 4)
    nobody = Labels(none, torch.zeros(0, dtype=torch.long), none)
    crowd = replace(nobody, ignored_xyxy=torch.tensor([[0.0, 0, SIDE, SIDE]]))

    _, punished = labelled_loss(raw[None], CELLS, [nobody])
    _, spared = labelled_loss(raw[None], CELLS, [crowd])

    assert punished["objectness"] > 10
    assert spared["objectness"] == 0


def test_labels_of_a_batch_find_their_picture() -> None:
    network = YoloxNano(2)
    pictures = to_input([np.zeros((SIDE, SIDE, 3), np.uint8)] * 2)
    row = torch.tensor([[1, 24.0, 16, 56, 32, 1, 1.0]])
    ignored = torch.tensor([[1, 24.0, 16, 56, 32, 1, IGNORED]])

    _, with_object = LabelledLoss(SIDE)(network, pictures, row)
    _, without = LabelledLoss(SIDE)(network, pictures, ignored)

    assert with_object["boxes"] > 0
    assert without["boxes"] == 0


def detector(made: TrainedObjects, side: int) -> YoloxDetector:
    card = read_card(made.model.card_path)
    card = replace(card, input=InputContract((side, side), "BGR", 0, 1))
    folder = made.model.card_path.parent
    return YoloxDetector.open(card, ModelStore([folder], folder), FLOAT32, min_score=1e-6)


def training(folder: Path, **settings: object) -> ObjectTraining:
    chosen: dict[str, object] = {
        "datasets": (boxes_and_balls(folder, 6),),
        "labels": LABELS,
        "network": "yolox-nano",
        "held_out": 0.5,
        "batch": 2,
        "side": SIDE,
        "loop": LoopSettings(steps=1, precision="float32"),
    }
    return ObjectTraining(**{**chosen, **settings})  # type: ignore[arg-type]


def test_what_is_exported_is_a_detector_of_ones_own_labels_at_any_size(tmp_path: Path) -> None:
    made = train_objects(
        training(tmp_path), tmp_path / "run", "toys", store=ModelStore([], tmp_path)
    )

    assert [path.name for path in made.model.paths] == ["toys.onnx"]
    assert made.model.card.input.size_wh == (SIDE, SIDE)
    assert made.model.difference < 1e-2
    frame = Frame.still(np.full((SIDE, SIDE, 3), 90, np.uint8))
    for side in (SIDE, 96):
        [rows] = detector(made, side).detect([frame])
        assert rows.labels == LABELS


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"teacher": "yolox_nano"}, "can teach only a network that begins with a start's weights"),
        ({"more": (Path("stills"),)}, "stills: pictures without labels need a teacher"),
        ({"side": 100}, "must be a multiple of 32, got 100"),
        ({"network": "ssd-mobilenet-v1", "teacher": "yolox_nano"}, "only yolox-nano can learn"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    tmp_path: Path, settings: dict[str, object], why: str
) -> None:
    with pytest.raises(TrainingError, match=why):
        train_objects(
            training(tmp_path, **settings), tmp_path / "run", "toys", store=ModelStore([], tmp_path)
        )


@pytest.mark.models
def test_a_fine_tuning_learns_new_classes_in_a_few_steps(
    tmp_path: Path, models_folder: Path
) -> None:
    own = training(
        tmp_path,
        datasets=(boxes_and_balls(tmp_path, 12),),
        start="yolox_nano",
        held_out=0.35,
        frozen=5,
        batch=8,
        side=128,
        loop=LoopSettings(steps=30, learning_rate=1e-3, log_every=5, precision="float32"),
    )

    made = train_objects(own, tmp_path / "run", "toys", store=ModelStore([models_folder], tmp_path))

    losses = [point["loss"] for point in read_curve(tmp_path / "run") if "loss" in point]
    assert losses[-1] < losses[0] / 2
    assert made.measures["AP50"] > 0.5


@pytest.mark.models
def test_a_pupil_learns_without_labels_and_asks_its_teacher_once(
    tmp_path: Path, models_folder: Path, data_folder: Path
) -> None:
    store = ModelStore([models_folder], tmp_path)
    pupil = training(
        tmp_path,
        start="yolox_nano",
        teacher="yolox_nano_x6",
        more=(data_folder / "faces",),
        labels=(*LABELS, "person"),
        augment=False,
        loop=LoopSettings(steps=2, learning_rate=1e-4, log_every=1, precision="float32"),
    )

    train_objects(pupil, tmp_path / "run", "toys", store=store)

    with np.load(tmp_path / "run" / "taught.npz") as kept:
        asked, rows = len(kept["keys"]), kept["rows"]
    assert asked == 3 + len(list((data_folder / "faces").glob("*.jpg")))
    assert (rows[:, 5] == COCO_80.index("person")).sum() > 20
    points = read_curve(tmp_path / "run")
    assert all({"scores", "boxes"} <= set(point) for point in points if "loss" in point)
