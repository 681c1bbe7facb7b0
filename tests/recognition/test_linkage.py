"""Average linkage, judged by the definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from playbill.recognition.linkage import average_linkage

Scores = NDArray[np.float32]


def by_definition(scores: Scores, least: float, apart: set[tuple[int, int]]) -> list[list[int]]:
    groups = [[i] for i in range(len(scores))]
    while True:
        allowed = [
            (float(np.mean(scores[np.ix_(one, other)])), one, other)
            for i, one in enumerate(groups)
            for other in groups[:i]
            if not any((a, b) in apart or (b, a) in apart for a in one for b in other)
        ]
        best = max(allowed, key=lambda entry: entry[0], default=None)
        if best is None or best[0] < least:
            return sorted(sorted(group) for group in groups)
        groups.remove(best[1])
        best[2].extend(best[1])


def found(scores: Scores, least: float, apart: set[tuple[int, int]]) -> list[list[int]]:
    labels = average_linkage(scores, least=least, apart=apart)
    groups = [np.flatnonzero(labels == label).tolist() for label in sorted(set(labels.tolist()))]
    assert groups == sorted(groups), "numbered by the first of each"
    return groups


@given(st.integers(0, 8), st.integers(0, 10_000), st.integers(0, 3))
def test_groups_are_those_of_the_definition(n: int, seed: int, enemies: int) -> None:
    random = np.random.default_rng(seed)
    half = random.random((n, n), np.float32)
    pairs = random.integers(0, max(n, 1), (enemies, 2)).tolist() if n else []
    apart = {(one, other) for one, other in pairs if one != other}

    scores = (half + half.T) * np.float32(0.5)

    assert found(scores, 0.5, apart) == by_definition(scores, 0.5, apart)


def test_a_chain_of_neighbours_is_not_one_group() -> None:
    """One is like the next, and nothing like the one after: single linkage would join all."""
    chain = np.array([[1, 0.7, 0.0], [0.7, 1, 0.6], [0.0, 0.6, 1]], np.float32)

    assert found(chain, 0.5, set()) == [[0, 1], [2]]


@pytest.mark.parametrize(("apart", "groups"), [(set(), [[0, 1]]), ({(0, 1)}, [[0], [1]])])
def test_who_is_known_to_be_apart_stays_apart(
    apart: set[tuple[int, int]], groups: list[list[int]]
) -> None:
    assert found(np.ones((2, 2), np.float32), 0.5, apart) == groups
