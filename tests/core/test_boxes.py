"""Geometry of boxes, as tables that start with the empty array, and against counted pixels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbill.core.boxes import (
    Boxes,
    OverlapOver,
    box_areas,
    box_intersections,
    box_overlaps,
    clip_boxes,
    nms,
    nms_by_class,
    xywh_to_xyxy,
    xyxy_to_xywh,
)
from tests.support.pixels import (
    SIDE,
    Box,
    grid_boxes,
    nms_by_counting,
    overlap_by_counting,
    pixels,
)

unhurried = settings(deadline=None, max_examples=70)
ways: st.SearchStrategy[OverlapOver] = st.sampled_from(["union", "minimum"])
scored_boxes = st.lists(
    st.tuples(grid_boxes(), st.sampled_from([0.25, 0.5, 0.75]), st.integers(0, 2)), max_size=9
)
"""Few scores and few classes: ties are the rule."""


def as_array(boxes: list[Box]) -> Boxes:
    return np.array(boxes, np.float32).reshape(-1, 4)


@pytest.mark.parametrize(
    ("xywh", "xyxy"),
    [
        ([], []),
        ([(1, 2, 3, 4)], [(1, 2, 4, 6)]),
        ([(0, 0, 0, 0), (-1, -2, 3, 4)], [(0, 0, 0, 0), (-1, -2, 2, 2)]),
    ],
)
def test_the_two_formats_are_two_ways_to_say_one_box(xywh: list[Box], xyxy: list[Box]) -> None:
    assert xywh_to_xyxy(as_array(xywh)).tolist() == as_array(xyxy).tolist()
    assert xyxy_to_xywh(as_array(xyxy)).tolist() == as_array(xywh).tolist()


@pytest.mark.parametrize(
    ("box", "clipped"),
    [
        ((2, 3, 4, 5), (2, 3, 4, 5)),
        ((-3, -4, 5, 6), (0, 0, 5, 6)),
        ((8, 9, 30, 40), (8, 9, 10, 20)),
        ((-5, -5, 50, 50), (0, 0, 10, 20)),
        ((20, 2, 30, 4), (10, 2, 10, 4)),
    ],
)
def test_boxes_are_cut_off_at_the_edges_of_the_picture(box: Box, clipped: Box) -> None:
    assert clip_boxes(as_array([box]), (10, 20)).tolist() == [list(clipped)]


def test_no_boxes_stay_no_boxes() -> None:
    none, one = as_array([]), as_array([(0, 0, 1, 1)])

    assert clip_boxes(none, (10, 10)).shape == (0, 4)
    assert box_areas(none).shape == (0,)
    assert box_overlaps(none, one).shape == (0, 1)
    assert box_overlaps(one, none).shape == (1, 0)
    assert box_intersections(none, none).shape == (0, 0)
    assert nms(none, np.empty(0, np.float32), 0.5).tolist() == []
    assert nms_by_class(none, np.empty(0, np.float32), np.empty(0, np.int64), 0.5).tolist() == []


@pytest.mark.parametrize(
    ("a", "b", "union", "minimum"),
    [
        ((0, 0, 4, 4), (0, 0, 4, 4), 1, 1),
        ((0, 0, 4, 4), (4, 0, 8, 4), 0, 0),
        ((0, 0, 4, 4), (2, 0, 6, 4), 1 / 3, 1 / 2),
        ((0, 0, 4, 4), (1, 1, 3, 3), 1 / 4, 1),
        ((0, 0, 4, 4), (9, 9, 10, 10), 0, 0),
        ((2, 2, 2, 4), (0, 0, 4, 4), 0, 0),
        ((2, 2, 2, 2), (2, 2, 2, 2), 0, 0),
    ],
)
def test_overlap_is_a_share_of_the_union_or_of_the_smaller_box(
    a: Box, b: Box, union: float, minimum: float
) -> None:
    boxes_a, boxes_b = as_array([a]), as_array([b])

    assert box_overlaps(boxes_a, boxes_b).item() == pytest.approx(union)
    assert box_overlaps(boxes_a, boxes_b, over="minimum").item() == pytest.approx(minimum)


def test_an_overlap_as_large_as_the_limit_is_allowed() -> None:
    boxes = as_array([(0, 0, 4, 4), (0, 0, 4, 2)])
    scores = np.array([0.9, 0.8], np.float32)

    assert nms(boxes, scores, 0.5).tolist() == [0, 1]
    assert nms(boxes, scores, 0.49).tolist() == [0]


def test_of_equal_scores_the_earlier_row_is_kept() -> None:
    boxes = as_array([(0, 0, 4, 4), (0, 0, 4, 4), (9, 9, 12, 12)])

    assert nms(boxes, np.full(3, 0.5, np.float32), 0.5).tolist() == [0, 2]


def test_a_suppressed_box_suppresses_nothing() -> None:
    row_of_three = as_array([(0, 0, 4, 4), (2, 0, 6, 4), (4, 0, 8, 4)])
    scores = np.array([0.9, 0.8, 0.7], np.float32)

    assert nms(row_of_three, scores, 0.3).tolist() == [0, 2]


def test_classes_do_not_suppress_each_other_however_far_out_the_boxes_lie() -> None:
    far = 60_000
    narrow = [(far, 0, far + 0.75, 3), (far + 0.25, 0, far + 1, 3), (far, 0, far + 0.75, 3)]
    boxes = np.array(narrow, np.float32)
    scores = np.array([0.9, 0.8, 0.7], np.float32)

    assert nms_by_class(boxes, scores, np.array([79, 79, 78]), 0.45).tolist() == [0, 2]
    assert nms_by_class(boxes, scores, np.array([79, 79, 78]), 0.55).tolist() == [0, 1, 2]


@unhurried
@given(st.lists(grid_boxes(), max_size=6))
def test_areas_are_counted_pixels(boxes: list[Box]) -> None:
    assert box_areas(as_array(boxes)).tolist() == [len(pixels(box)) for box in boxes]


@unhurried
@given(st.lists(grid_boxes(), max_size=4), st.lists(grid_boxes(), max_size=4), ways)
def test_overlaps_are_shares_of_counted_pixels(
    a: list[Box], b: list[Box], over: OverlapOver
) -> None:
    counted = [[overlap_by_counting(x, y, over) for y in b] for x in a]

    found = box_overlaps(as_array(a), as_array(b), over=over)

    assert found.shape == (len(a), len(b))
    np.testing.assert_allclose(found, np.reshape(counted, found.shape), rtol=1e-6)


@unhurried
@given(grid_boxes(), st.integers(1, SIDE), st.integers(1, SIDE))
def test_a_clipped_box_has_the_pixels_that_lie_in_the_picture(
    box: Box, width: int, height: int
) -> None:
    inside = pixels(box) & pixels((0, 0, width, height))

    clipped = clip_boxes(as_array([box]), (width, height))

    assert box_areas(clipped).item() == len(inside)


@unhurried
@given(scored_boxes, st.sampled_from([0.0, 0.25, 0.5, 1.0]), ways)
def test_nms_keeps_what_a_walk_over_counted_pixels_keeps(
    rows: list[tuple[Box, float, int]], max_overlap: float, over: OverlapOver
) -> None:
    boxes, scores = [row[0] for row in rows], [row[1] for row in rows]

    kept = nms(as_array(boxes), np.array(scores, np.float32), max_overlap, over=over)

    assert kept.tolist() == nms_by_counting(boxes, scores, max_overlap, over)


@pytest.mark.parametrize("over", ["union", "minimum"])
def test_nms_of_many_boxes_keeps_what_the_walk_keeps(over: OverlapOver) -> None:
    rng = np.random.default_rng(0)
    corners = rng.integers(0, 24, (500, 2))
    boxes = [
        (int(x), int(y), int(x + w), int(y + h))
        for (x, y), (w, h) in zip(corners, rng.integers(1, 8, (500, 2)), strict=True)
    ]
    scores = rng.integers(1, 40, 500) / 40

    kept = nms(as_array(boxes), scores.astype(np.float32), 0.25, over=over)

    assert kept.tolist() == nms_by_counting(boxes, scores.tolist(), 0.25, over)


@unhurried
@given(scored_boxes, st.sampled_from([0.0, 0.25, 0.5]))
def test_nms_by_class_is_nms_of_each_class_best_score_first(
    rows: list[tuple[Box, float, int]], max_overlap: float
) -> None:
    boxes, scores = [row[0] for row in rows], [row[1] for row in rows]
    classes = [row[2] for row in rows]
    wanted = []
    for label in set(classes):
        of_it = [i for i, its in enumerate(classes) if its == label]
        alone = nms_by_counting([boxes[i] for i in of_it], [scores[i] for i in of_it], max_overlap)
        wanted += [of_it[i] for i in alone]
    wanted.sort(key=lambda i: (-scores[i], i))

    kept = nms_by_class(
        as_array(boxes), np.array(scores, np.float32), np.array(classes, np.int64), max_overlap
    )

    assert kept.tolist() == wanted
