import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from playbill.core.boxes import nms
from playbill.models.score_map import peaks

TENTHS = st.integers(0, 10).map(lambda tenth: tenth / 10)
MAPS = arrays(
    np.float32, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9), elements=TENTHS
)


def kept(scores: np.ndarray, min_score: float) -> list[tuple[int, int]]:
    return [(int(row), int(column)) for row, column in zip(*peaks(scores, min_score), strict=True)]


def test_nothing_above_the_score_is_no_peak() -> None:
    assert kept(np.full((4, 5), 0.5, np.float32), 0.5) == []


def test_the_best_of_neighbours_stays_and_frees_those_beyond_them() -> None:
    row = np.array([[0.7, 0.8, 0.9, 0.8, 0.7]], np.float32)

    assert kept(row, 0.1) == [(0, 0), (0, 2), (0, 4)]


def test_of_equal_neighbours_the_earlier_stays() -> None:
    assert kept(np.full((2, 2), 0.9, np.float32), 0.5) == [(0, 0)]


def test_the_edge_of_a_row_does_not_touch_the_next_row() -> None:
    scores = np.zeros((2, 4), np.float32)
    scores[0, 3] = scores[1, 0] = 0.9

    assert kept(scores, 0.5) == [(0, 3), (1, 0)]


@given(MAPS)
def test_peaks_are_what_greedy_suppression_of_the_cells_squares_keeps(scores: np.ndarray) -> None:
    rows, columns = np.nonzero(scores > 0.35)
    corners = 2 * np.stack([columns, rows], axis=1)
    boxes = np.concatenate([corners, corners + 12], axis=1).astype(np.float32)
    best = np.sort(nms(boxes, scores[rows, columns], 0.5))

    assert kept(scores, 0.35) == list(zip(rows[best], columns[best], strict=True))
