"""Which points lie nearest to which: the edges of a graph."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.core.cohort import Cohort, probes, references

BLOCK = 2048
"""So many points are compared with as many others at once: 16 MB of scores."""


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Pairs of points that look alike; each pair may be there in both directions."""

    sources: NDArray[np.int64]
    """(e,) rows of the points that asked."""
    targets: NDArray[np.int64]
    """(e,) rows, or whatever numbers `nearest` was given, of those they found."""
    scores: NDArray[np.float32]
    """(e,) how alike they are (see `core.cohort`), from the least asked for up to 1."""


def nearest(
    vectors: NDArray[np.float32],
    others: Iterable[tuple[NDArray[np.int64], NDArray[np.float32]]],
    cohort: Cohort | None = None,
    *,
    k: int,
    least: float,
) -> Edges:
    """The at most `k` nearest of `others` to each point, exactly, in memory that does not grow.

    Args:
        vectors: (n, d) of length 1.
        others: blocks of (m,) numbers and (m, d) vectors of length 1, each number once.
        cohort: beside which scores are read.
        k: at least 1.
        least: pairs of a smaller score are no edges.
    """
    n, asked = len(vectors), probes(vectors, cohort)
    best = np.full((n, k), -np.inf, np.float32)
    found = np.full((n, k), -1, np.int64)
    for numbers, block in others:
        found_in = references(block, cohort).T
        for start in range(0, n, BLOCK):
            rows = slice(start, start + BLOCK)
            best[rows], found[rows] = _merged(
                best[rows], found[rows], asked[rows] @ found_in, numbers
            )
    sources, places = np.nonzero(best >= least)
    return Edges(sources.astype(np.int64), found[sources, places], best[sources, places])


def _merged(
    best: NDArray[np.float32],
    found: NDArray[np.int64],
    new: NDArray[np.float32],
    numbers: NDArray[np.int64],
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The k best of those so far and of a new block."""
    k = best.shape[1]
    scores = np.concatenate([best, new], axis=1)
    names = np.concatenate([found, np.broadcast_to(numbers, new.shape)], axis=1)
    top = np.argpartition(-scores, k - 1, axis=1)[:, :k]
    return np.take_along_axis(scores, top, 1), np.take_along_axis(names, top, 1)
