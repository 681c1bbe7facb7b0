"""The best pairs, judged by trying all there are."""

from itertools import combinations, permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from playbill.core.assignment import best_pairs

QUARTERS = st.integers(-2, 6).map(lambda n: n / 4)
"""Coarse, so that there are ties; some are no pairs."""


@given(
    st.tuples(st.integers(0, 4), st.integers(0, 4)).flatmap(
        lambda shape: arrays(np.float32, shape, elements=QUARTERS)
    )
)
def test_no_other_pairs_gain_more(gains: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> None:
    pairs = best_pairs(gains)

    rows, columns = [row for row, _ in pairs], [column for _, column in pairs]
    assert len(set(rows)) == len(rows)
    assert len(set(columns)) == len(columns)
    assert all(gains[pair] > 0 for pair in pairs)
    assert sum(gains[pair] for pair in pairs) == _most(gains)


def _most(gains: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> float:
    height, width = gains.shape
    return max(
        sum(max(float(gains[pair]), 0.0) for pair in zip(rows, columns, strict=True))
        for size in range(min(height, width) + 1)
        for rows in combinations(range(height), size)
        for columns in permutations(range(width), size)
    )


def test_one_that_is_likest_to_two_leaves_the_other_its_own() -> None:
    assert best_pairs(np.array([[0.9, 0.8], [0.8, 0.0]], np.float32)) == [(0, 1), (1, 0)]
