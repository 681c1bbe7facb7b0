"""How well embeddings tell people apart: quick figures for the curves of a training."""

import numpy as np
from numpy.typing import NDArray

from playbill.training.faces.samples import Rows

Vectors = NDArray[np.float32]
MAX_PAIRS = 3000
"""Of one person, and as many of two."""


def first_share(gallery: Vectors, owners: Rows, probes: Vectors, people: Rows) -> float:
    """Share of probes whose nearest centroid is their own person's.

    Args:
        gallery: (n, d) of length 1.
        owners: (n,) whose they are.
        probes: (m, d) of length 1, of people that are in the gallery.
        people: (m,) whose they are.
    """
    known = np.unique(owners)
    centroids = np.stack([gallery[owners == person].mean(axis=0) for person in known])
    centroids /= np.linalg.norm(centroids, axis=1, keepdims=True)
    return float((known[(probes @ centroids.T).argmax(axis=1)] == people).mean())


def half_share(vectors: Vectors, people: Rows, seed: int) -> float | None:
    """`first_share` with half of each person's pictures as gallery; None without two people."""
    random = np.random.default_rng(seed)
    halves: tuple[list[int], list[int]] = ([], [])
    for person in np.unique(people):
        rows = random.permutation(np.flatnonzero(people == person))
        halves[0].extend(rows[: (len(rows) + 1) // 2])
        halves[1].extend(rows[(len(rows) + 1) // 2 :])
    gallery, probes = (np.array(half, np.int64) for half in halves)
    if len(np.unique(people[gallery])) < 2 or not len(probes):
        return None
    return first_share(vectors[gallery], people[gallery], vectors[probes], people[probes])


def pair_share(vectors: Vectors, people: Rows, seed: int) -> float | None:
    """Share of pairs, half of them of one person, that one threshold tells right.

    The threshold is the best for these very pairs, so the figure flatters a little. None where
    there is no pair of one kind.
    """
    random = np.random.default_rng(seed)
    first, second = np.triu_indices(len(people), 1)
    alike = people[first] == people[second]
    count = min(MAX_PAIRS, int(alike.sum()), int((~alike).sum()))
    if not count:
        return None
    drawn = (random.choice(np.flatnonzero(kind), count, replace=False) for kind in (alike, ~alike))
    same, different = (np.sort(_cosines(vectors, first[some], second[some])) for some in drawn)
    thresholds = np.concatenate([same, different])
    right = (count - np.searchsorted(same, thresholds)) + np.searchsorted(different, thresholds)
    return float(right.max()) / (2 * count)


def _cosines(vectors: Vectors, first: Rows, second: Rows) -> Vectors:
    cosines: Vectors = (vectors[first] * vectors[second]).sum(axis=1)
    return cosines
