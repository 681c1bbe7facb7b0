"""What a face detector learns from, what its answers cost, and how it is judged."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from playbill.core.faces import Faces
from playbill.models.yolox import grid_cells
from playbill.models.yunet import Found
from playbill.training.face_detection.collecting import LookedAt, Source, agreed
from playbill.training.face_detection.judging import average_precision, judge
from playbill.training.face_detection.losses import Cells, assigned, boxes_of, face_loss
from playbill.training.face_detection.run import best_blend, blended
from playbill.training.face_detection.settings import MAX_FACES, ViewSettings
from playbill.training.face_detection.task import FaceDetection
from playbill.training.face_detection.views import DISPUTED, FACE, Views, moved_boxes
from playbill.training.networks.yunet import YuNet

PEOPLED, EMPTY = Source(Path("a.png"), empty=False), Source(Path("b.png"), empty=True)
LEFT, RIGHT, FAR = [10, 10, 30, 40], [50, 10, 70, 40], [80, 80, 90, 95]
SIDE = 64
CELLS = Cells(*map(torch.from_numpy, grid_cells((SIDE, SIDE))))


def faces(*rows: tuple[list[int], float]) -> Faces:
    boxes = np.array([box for box, _ in rows], np.float32).reshape(-1, 4)
    shares = np.array([[0.3, 0.4], [0.7, 0.4], [0.5, 0.6], [0.35, 0.8], [0.65, 0.8]], np.float32)
    sides = boxes[:, None, 2:] - boxes[:, None, :2]
    return Faces(boxes, np.array([s for _, s in rows]), boxes[:, None, :2] + shares * sides)


def test_only_faces_that_both_are_sure_of_are_learned() -> None:
    mine = faces((LEFT, 0.9), (RIGHT, 0.5), (FAR, 0.4))
    theirs = faces(([11, 11, 31, 41], 0.99), (RIGHT, 0.6))

    looked = agreed(PEOPLED, mine, theirs)

    assert looked.faces.boxes_xyxy.tolist() == [LEFT]
    assert LEFT not in looked.disputed_xyxy.tolist()
    assert [RIGHT in looked.disputed_xyxy.tolist(), FAR in looked.disputed_xyxy.tolist()] == [
        True,
        True,
    ]


def test_in_a_picture_without_people_nothing_is_a_face() -> None:
    looked = agreed(EMPTY, faces((LEFT, 0.9)), faces((LEFT, 0.99)))

    assert len(looked.faces) == 0
    assert looked.disputed_xyxy.tolist() == [LEFT, LEFT]


def test_a_turned_head_keeps_its_size_and_a_quarter_turn_swaps_its_sides() -> None:
    quarter = np.array([[0, -1, 100], [1, 0, 0]], np.float64)

    [box] = moved_boxes(np.array([LEFT], np.float32), quarter)

    assert box.tolist() == [60, 10, 90, 30]


@pytest.fixture
def pictures(tmp_path: Path) -> list[LookedAt]:
    """A red face on grey, with its eyes marked, and a grey picture without people."""
    image = np.full((120, 160, 3), 128, np.uint8)
    image[20:70, 60:100] = (255, 0, 0)
    Image.fromarray(image).save(tmp_path / "face.png")
    Image.fromarray(np.full((90, 90, 3), 128, np.uint8)).save(tmp_path / "empty.png")
    box = [60, 20, 100, 70]
    return [
        agreed(Source(tmp_path / "face.png", empty=False), faces((box, 1)), faces((box, 1))),
        agreed(Source(tmp_path / "empty.png", empty=True), faces(), faces()),
    ]


def test_a_view_shows_the_face_where_its_row_says(pictures: list[LookedAt]) -> None:
    settings = ViewSettings(side_px=128, faces_px=(20, 40), empty=0)
    views, rows = Views(pictures, settings, seed=1).make(0, 12)

    checked = 0
    for view, told in zip(views, rows, strict=True):
        [face] = told[told[:, 14] == FACE]
        x, y = ((face[:2] + face[2:4]) / 2).astype(int)
        around = view[y - 3 : y + 4, x - 3 : x + 4].astype(int).mean(axis=(0, 1))
        corner = view[:4, :4].astype(int).mean(axis=(0, 1))
        assert around[0] - around[1] >= corner[0] - corner[1] - 8
        checked += around[0] - around[1] > 60
        assert 15 < face[2] - face[0] < 60
        assert face[4] < face[6]  # the left eye is still first, mirrored or not
        assert face[10] < face[12]
    assert checked >= 6  # the others are grey


def test_views_are_a_function_of_seed_and_step(pictures: list[LookedAt]) -> None:
    settings = ViewSettings(side_px=64)
    first, same, other = (
        Views(pictures, settings, seed).make(step, 4) for seed, step in ((1, 5), (1, 5), (1, 6))
    )

    assert (first[0] == same[0]).all()
    assert (first[1] == same[1]).all()
    assert (first[0] != other[0]).any()


def test_views_of_pictures_without_people_have_no_rows(pictures: list[LookedAt]) -> None:
    _, rows = Views(pictures, ViewSettings(side_px=64, empty=0.999), seed=1).make(0, 6)

    assert not rows.any()


def perfect(box: list[int]) -> torch.Tensor:
    """An answer in which every cell says, and means, `box`; only those in it say so surely."""
    said = torch.zeros(len(CELLS.corners), 16)
    left, top, right, bottom = box
    middle = torch.tensor([(left + right) / 2, (top + bottom) / 2])
    said[:, 2:4] = middle / CELLS.strides - CELLS.corners
    sides = torch.tensor([float(right - left), float(bottom - top)])
    said[:, 4:6] = (sides / CELLS.strides).log()
    marks = torch.tensor(faces((box, 1.0)).landmarks[0].tolist())
    said[:, 6:] = ((marks / CELLS.strides[:, None]) - CELLS.corners[:, None]).reshape(-1, 10)
    return said


def row(box: list[int], kind: int) -> torch.Tensor:
    told = torch.zeros(MAX_FACES, 15)
    told[0, :4] = torch.tensor(box)
    told[0, 4:14] = torch.tensor(faces((box, 1.0)).landmarks[0].reshape(-1).tolist())
    told[0, 14] = kind
    return told


def test_answers_are_decoded_as_they_are_in_use() -> None:
    boxes = boxes_of(perfect(LEFT), CELLS)

    wanted = torch.tensor([LEFT]).expand_as(boxes).float()
    torch.testing.assert_close(boxes, wanted, atol=1e-3, rtol=0)


def test_cells_in_and_near_a_face_answer_for_it() -> None:
    where, whose = assigned(perfect(LEFT), CELLS, torch.tensor([LEFT]).float())

    middles = CELLS.middles[where]
    assert len(where) == 10
    assert (whose == 0).all()
    assert ((middles - torch.tensor([20.0, 25.0])).abs() < 2.5 * CELLS.strides[where]).all()


def test_a_right_answer_costs_next_to_nothing_and_a_wrong_one_does() -> None:
    right = perfect(LEFT)
    right[:, :2] = -20
    where, _ = assigned(right, CELLS, torch.tensor([LEFT]).float())
    right[where, :2] = 20
    silent = right.clone()
    silent[:, 1] = -20

    costs = {
        name: face_loss(said[None], row(LEFT, FACE)[None], CELLS)[0].item()
        for name, said in (("right", right), ("silent", silent))
    }
    elsewhere, _ = face_loss(right[None], row(FAR, FACE)[None] * 0.5, CELLS)

    assert costs["right"] < 0.01
    assert costs["silent"] > 10
    assert elsewhere.item() > 1


def test_what_is_disputed_costs_nothing_whatever_is_said_there() -> None:
    said = perfect(LEFT)
    said[:, 1] = -20
    inside = ((CELLS.middles > 10) & (CELLS.middles < torch.tensor([30, 40]))).all(dim=1)
    said[inside, 1] = 20

    disputed, _ = face_loss(said[None], row(LEFT, DISPUTED)[None], CELLS)
    nobody, _ = face_loss(said[None], torch.zeros(1, MAX_FACES, 15), CELLS)

    assert inside.any()
    assert disputed.item() < 1e-6
    assert nobody.item() > 10


def found(*rows: tuple[list[int], float]) -> Found:
    told = faces(*rows)
    return Found(told.boxes_xyxy, told.scores, told.landmarks)


@pytest.mark.parametrize(
    ("seen", "precision"),
    [
        ([(LEFT, 0.9), (RIGHT, 0.8)], 1.0),
        ([(LEFT, 0.9), (FAR, 0.85), (RIGHT, 0.8)], (1 + 2 / 3) / 2),
        ([(LEFT, 0.9), (LEFT, 0.85)], 0.5),
        ([(FAR, 0.9)], 0.0),
        ([], 0.0),
    ],
)
def test_average_precision_of_two_faces(
    seen: list[tuple[list[int], float]], precision: float
) -> None:
    picture = LookedAt(
        Path("x.png"), False, faces((LEFT, 1), (RIGHT, 1)), np.empty((0, 4), np.float32)
    )

    assert average_precision([judge(found(*seen), picture, 1.0)]) == pytest.approx(precision)


def test_disputed_places_count_for_nothing_but_not_in_pictures_without_people() -> None:
    disputed = np.array([FAR], np.float32)
    peopled = LookedAt(Path("x.png"), False, faces((LEFT, 1)), disputed)
    empty = LookedAt(Path("y.png"), True, faces(), disputed)

    there = judge(found((FAR, 0.95), (LEFT, 0.9)), peopled, 1.0)
    nowhere = judge(found((FAR, 0.95)), empty, 1.0)

    assert average_precision([there]) == 1.0
    assert average_precision([there, nowhere]) == 0.5


def test_pictures_that_were_shrunk_are_judged_in_their_own_pixels() -> None:
    picture = LookedAt(Path("x.png"), False, faces((LEFT, 1)), np.empty((0, 4), np.float32))

    assert judge(found(([5, 5, 15, 20], 0.9)), picture, 0.5).right.tolist() == [True]


@pytest.fixture(scope="module")
def two() -> tuple[YuNet, YuNet]:
    torch.manual_seed(0)
    return YuNet(), YuNet()


def test_a_blend_lies_between_start_and_what_was_learned(two: tuple[YuNet, YuNet]) -> None:
    start, trained = two
    quarter = blended(start, trained, 0.25).state_dict()

    for name, weights in start.state_dict().items():
        expected = 0.75 * weights + 0.25 * trained.state_dict()[name]
        torch.testing.assert_close(quarter[name], expected)


def first_biases(network: YuNet) -> torch.Tensor:
    biases: torch.Tensor = network.state_dict()["stem.0.bias"]
    return biases


@pytest.mark.parametrize("best", [0.0, 0.5, 1.0])
def test_the_blend_that_measures_best_is_taken(
    two: tuple[YuNet, YuNet], best: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, trained = two
    task = FaceDetection.__new__(FaceDetection)
    goal = torch.lerp(first_biases(start), first_biases(trained), best)
    monkeypatch.setattr(
        FaceDetection,
        "evaluate",
        lambda _self, module: {"AP": -float((first_biases(module) - goal).abs().sum())},
    )

    network, measures = best_blend(task, start, trained)

    assert measures["share"] == best
    torch.testing.assert_close(first_biases(network), goal)
