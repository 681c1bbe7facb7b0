"""YOLOX on graphs whose boxes and scores were put where they must come out."""

from dataclasses import replace
from math import log
from pathlib import Path

import numpy as np
import pytest

from playbill.core.frame import Frame
from playbill.core.labels import COCO_80
from playbill.errors import ModelError
from playbill.models.cards import InputContract, ModelCard
from playbill.models.options import SessionOptions
from playbill.models.store import ModelStore
from playbill.models.yolox import YoloxDetector, decode_boxes, grid_cells, inner_size, letterbox
from tests.support.detectors import CELLS, MIDDLE, tiny_yolox

DOG, CAT = COCO_80.index("dog"), COCO_80.index("cat")
FLOAT32 = SessionOptions(precision="float32", threads=1)
BOX = (0.5, 0.5, log(2), 0)
"""In row MIDDLE: centre (40, 24), 32 x 16 pixels of the letterbox: 24, 16 to 56, 32."""


def picture(width: int = 64, height: int = 64) -> Frame:
    return Frame.still(np.full((height, width, 3), 128, np.uint8))


def found(
    model: tuple[ModelCard, ModelStore], *, min_score: float = 0.3, frame: Frame | None = None
) -> list[tuple[str, float, list[float]]]:
    detector = YoloxDetector.open(*model, FLOAT32, min_score=min_score)
    rows = detector.detect([frame or picture()])[0]
    scores = [round(float(score), 3) for score in rows.scores]
    return list(zip(rows.names(), scores, rows.boxes_xyxy.round(2).tolist(), strict=True))


def test_the_cells_are_those_of_all_grids_line_by_line_finest_first() -> None:
    cells, strides = grid_cells((64, 32))

    assert len(cells) == len(strides) == 8 * 4 + 4 * 2 + 2 * 1
    assert cells[:9].tolist() == [[x, 0] for x in range(8)] + [[0, 1]]
    assert cells[-2:].tolist() == [[0, 0], [1, 0]]
    assert strides[:, 0].tolist() == [8] * 32 + [16] * 8 + [32] * 2


@pytest.mark.parametrize(
    ("raw", "xyxy"),
    [
        ((0, 0, 0, 0), (24, 8, 40, 24)),
        (BOX, (24, 16, 56, 32)),
        ((-1, 0.25, 0, log(0.5)), (8, 16, 24, 24)),
        ((0, 0, 1e6, 0), (-np.inf, 8, np.inf, 24)),
    ],
)
def test_rows_are_offsets_to_their_cell_in_strides(
    raw: tuple[float, ...], xyxy: tuple[float, ...]
) -> None:
    cells, strides = grid_cells((64, 64))
    row = slice(MIDDLE, MIDDLE + 1)

    boxes = decode_boxes(np.array([raw], np.float32), cells[row], strides[row])

    np.testing.assert_allclose(boxes, np.array([xyxy]), rtol=1e-6)


@pytest.mark.parametrize(
    ("size_wh", "inner_wh"),
    [
        ((64, 64), (64, 64)),
        ((128, 64), (64, 32)),
        ((64, 128), (32, 64)),
        ((1, 1), (64, 64)),
        ((5000, 1), (64, 1)),
        ((1, 5000), (1, 64)),
        ((1920, 1080), (64, 36)),
    ],
)
def test_a_letterbox_holds_the_whole_picture_at_its_top_left(
    size_wh: tuple[int, int], inner_wh: tuple[int, int]
) -> None:
    white = np.full((size_wh[1], size_wh[0], 3), 255, np.uint8)

    boxed = letterbox(white, (64, 64))

    assert inner_size(size_wh, (64, 64)) == inner_wh
    assert boxed.shape == (64, 64, 3)
    assert (boxed[: inner_wh[1], : inner_wh[0]] == 255).all()
    assert (boxed[inner_wh[1] :] == 114).all()
    assert (boxed[:, inner_wh[0] :] == 114).all()


def test_nothing_that_scores_well_is_nothing_found(tmp_path: Path) -> None:
    assert found(tiny_yolox(tmp_path, {MIDDLE: (BOX, 0.9, {DOG: 0.3})})) == []


def test_the_score_is_objectness_times_class_score(tmp_path: Path) -> None:
    model = tiny_yolox(tmp_path, {MIDDLE: (BOX, 0.9, {DOG: 0.8})})

    assert found(model) == [("dog", 0.72, [24, 16, 56, 32])]


@pytest.mark.parametrize(
    ("width", "height", "box"),
    [
        (128, 128, [48, 32, 112, 64]),
        (128, 64, [48, 32, 112, 64]),
        (32, 32, [12, 8, 28, 16]),
        (64, 20, [24, 16, 56, 20]),
        (40, 64, [24, 16, 40, 32]),
    ],
)
def test_boxes_come_out_in_pixels_of_the_picture_and_end_at_its_edges(
    tmp_path: Path, width: int, height: int, box: list[float]
) -> None:
    model = tiny_yolox(tmp_path, {MIDDLE: (BOX, 0.9, {DOG: 0.8})})

    assert found(model, frame=picture(width, height)) == [("dog", 0.72, box)]


def test_width_and_height_scale_apart_where_a_picture_is_too_flat_for_its_shape(
    tmp_path: Path,
) -> None:
    """5000 x 1 becomes 64 x 1, not 64 x 0.0128."""
    top_left = (2.0, 0.25 / 8, log(2), log(0.5 / 8))  # of stride 8: 8, 0 to 24, 0.5
    model = tiny_yolox(tmp_path, {0: (top_left, 0.9, {DOG: 0.8})})

    assert found(model, frame=picture(5000, 1)) == [("dog", 0.72, [625, 0, 1875, 0.5])]


def test_boxes_in_the_padding_go(tmp_path: Path) -> None:
    model = tiny_yolox(tmp_path, {MIDDLE: (BOX, 0.9, {DOG: 0.8})})

    assert found(model, frame=picture(64, 10)) == []


def test_the_weaker_of_two_boxes_on_one_object_goes_unless_it_is_of_another_class(
    tmp_path: Path,
) -> None:
    beside = (-0.45, 0.5, log(2), 0)
    model = tiny_yolox(
        tmp_path,
        {MIDDLE: (BOX, 0.9, {DOG: 0.8, CAT: 0.5}), MIDDLE + 1: (beside, 0.9, {DOG: 0.7})},
    )

    assert found(model) == [("dog", 0.72, [24, 16, 56, 32]), ("cat", 0.45, [24, 16, 56, 32])]


@pytest.mark.parametrize("size_wh", [None, (64, 65), (60, 64)])
def test_a_size_that_no_grid_fits_is_refused(
    tmp_path: Path, size_wh: tuple[int, int] | None
) -> None:
    card, store = tiny_yolox(tmp_path, {})

    with pytest.raises(ModelError, match=r"tiny_yolox: .* in multiples of 32, found"):
        YoloxDetector.open(replace(card, input=InputContract(size_wh, "BGR", 0, 1)), store, FLOAT32)


def test_a_network_with_other_classes_is_refused(tmp_path: Path) -> None:
    card, store = tiny_yolox(tmp_path, {}, labels=("mask",))

    why = rf"output must have shape \(1, {CELLS}, 85\), found \(1, {CELLS}, 6\)"
    with pytest.raises(ModelError, match=why):
        YoloxDetector.open(replace(card, labels=COCO_80), store, FLOAT32)


def test_a_network_with_other_cells_than_its_cards_size_has_is_refused(tmp_path: Path) -> None:
    card, store = tiny_yolox(tmp_path, {})
    larger = replace(card, input=InputContract((96, 96), "BGR", 0, 1))

    with pytest.raises(ModelError, match=r"output must have shape \(1, 189, 85\), found"):
        YoloxDetector.open(larger, store, FLOAT32)
