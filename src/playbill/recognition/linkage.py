"""Groups by average linkage (Sokal and Michener, 1958), where some are known to be apart."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def average_linkage(
    scores: NDArray[np.float32], *, least: float, apart: Iterable[tuple[int, int]] = ()
) -> NDArray[np.int64]:
    """Join the two groups that are likest on average, until none reach `least`.

    Args:
        scores: (n, n) how alike two are; symmetric.
        least: groups whose pairs score less on average stay apart.
        apart: pairs that must not be in one group.

    Returns:
        (n,) the group of each, numbered from 0 in order of the first of each.
    """
    n = len(scores)
    means = np.asarray(scores, np.float64).copy()
    np.fill_diagonal(means, -np.inf)
    for one, other in apart:
        means[one, other] = means[other, one] = -np.inf
    group_of, sizes = np.arange(n), np.ones(n)
    best = means.argmax(axis=1) if n > 1 else np.zeros(n, np.int64)
    while n > 1:
        one = int(means[np.arange(n), best].argmax())
        other = int(best[one])
        if means[one, other] < least:
            break
        weight = sizes[one] / (sizes[one] + sizes[other])
        joint = weight * means[one] + (1 - weight) * means[other]
        joint[[one, other]] = -np.inf
        means[one] = means[:, one] = joint
        means[other] = means[:, other] = -np.inf
        sizes[one] += sizes[other]
        group_of[group_of == other] = one
        stale = np.flatnonzero((best == one) | (best == other))
        best[one] = means[one].argmax()
        best[stale] = means[stale].argmax(axis=1)
        better = means[:, one] > means[np.arange(n), best]
        best[better] = one
    _, first, groups = np.unique(group_of, return_index=True, return_inverse=True)
    ranks = np.empty(len(first), np.int64)
    ranks[np.argsort(first)] = np.arange(len(first))
    return ranks[groups]
