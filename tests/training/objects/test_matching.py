import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from playbill.models.ssd import decode_boxes
from playbill.training.objects.anchors import prior_boxes
from playbill.training.objects.matching import BACKGROUND, IGNORED, encode_boxes, match_boxes

ANCHORS = prior_boxes((4, 2, 1))
NO = np.zeros(0, np.bool_)
STEPS = 8
"""Corners lie on a coarse grid, so that boxes share edges and overlaps tie."""


@st.composite
def some_boxes(draw: st.DrawFn) -> NDArray[np.float32]:
    corners = draw(arrays(np.int64, (draw(st.integers(0, 6)), 2, 2), elements=st.integers(0, 7)))
    low, high = corners.min(axis=1), corners.max(axis=1) + 1
    return (np.concatenate([low, high], axis=1) / STEPS).astype(np.float32)


def iou(a: NDArray[np.float32], yxhw: NDArray[np.float32]) -> float:
    """Of a box and a prior box, number by number."""
    y, x, h, w = (float(number) for number in yxhw)
    left, top, right, bottom = (float(number) for number in a)
    wide = max(0.0, min(right, x + w / 2) - max(left, x - w / 2))
    high = max(0.0, min(bottom, y + h / 2) - max(top, y - h / 2))
    return wide * high / ((right - left) * (bottom - top) + w * h - wide * high)


@settings(deadline=None)
@given(some_boxes(), st.integers(0, len(ANCHORS) - 1))
def test_what_is_encoded_is_decoded_by_the_detector(boxes: NDArray[np.float32], first: int) -> None:
    anchors = np.roll(ANCHORS, -first, axis=0)[: len(boxes)]

    decoded = decode_boxes(encode_boxes(boxes, anchors), anchors)

    np.testing.assert_allclose(decoded, boxes, atol=1e-5)


@settings(deadline=None)
@given(some_boxes())
def test_every_object_has_a_prior_box_and_every_prior_box_a_near_object(
    boxes: NDArray[np.float32],
) -> None:
    columns = np.arange(1, len(boxes) + 1)

    targets = match_boxes(boxes, columns, np.zeros(len(boxes), bool), ANCHORS)

    assert set(columns) <= set(targets.columns) <= {BACKGROUND, *columns}
    for prior, column in enumerate(targets.columns):
        overlaps = [iou(box, ANCHORS[prior]) for box in boxes]
        if column == BACKGROUND:
            assert max(overlaps, default=0) < 0.5 + 1e-5
        elif (targets.columns == column).sum() > 1 and max(overlaps) < 0.5 - 1e-5:
            raise AssertionError("a second prior box of an object must overlap it by half")
    owned = targets.columns > BACKGROUND
    decoded = decode_boxes(targets.encodings[owned], ANCHORS[owned])
    np.testing.assert_allclose(decoded, boxes[targets.columns[owned] - 1], atol=1e-5)


def test_the_nearer_object_wins_a_prior_box_and_the_other_has_another() -> None:
    whole = np.array([0, 0, 1, 1], np.float32)
    most = np.array([0.02, 0, 1, 1], np.float32)
    anchors = np.array([[0.5, 0.5, 1, 1], [0.5, 0.5, 0.5, 0.5], [0.1, 0.1, 0.1, 0.1]], np.float32)

    targets = match_boxes(np.stack([most, whole]), np.array([5, 7]), np.zeros(2, bool), anchors)

    assert targets.columns.tolist() == [7, 5, BACKGROUND]


def test_what_lies_in_a_crowd_is_ignored_unless_it_has_an_object_of_its_own() -> None:
    boxes = np.array([[0, 0, 1, 0.5], [0, 0, 0.25, 0.25]], np.float32)
    crowd = np.array([True, False])
    anchors = np.array(
        [[0.125, 0.125, 0.25, 0.25], [0.25, 0.7, 0.2, 0.2], [0.8, 0.5, 0.2, 0.2]], np.float32
    )

    targets = match_boxes(boxes, np.array([1, 2]), crowd, anchors)

    assert targets.columns.tolist() == [2, IGNORED, BACKGROUND]


def test_an_object_that_is_far_from_every_prior_box_can_be_left_alone() -> None:
    tiny, whole = (0.1, 0.1, 0.12, 0.12), (0, 0, 1, 1)
    boxes = np.array([tiny, whole], np.float32)
    anchors = np.array([[0.5, 0.5, 1, 1], [0.1, 0.1, 0.1, 0.1], [0.8, 0.8, 0.1, 0.1]], np.float32)
    columns, no = np.array([1, 2]), np.zeros(2, bool)

    forced = match_boxes(boxes, columns, no, anchors)
    alone = match_boxes(boxes, columns, no, anchors, min_nearest=0.5)

    assert forced.columns.tolist() == [2, 1, BACKGROUND]
    assert alone.columns.tolist() == [2, IGNORED, BACKGROUND]
    assert not alone.encodings[1].any()


def test_a_picture_without_objects_is_all_background() -> None:
    targets = match_boxes(np.empty((0, 4), np.float32), np.empty(0, np.int64), NO, ANCHORS)

    assert not targets.columns.any()
    assert not targets.encodings.any()
