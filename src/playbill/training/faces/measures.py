"""How well embeddings tell people apart: quick figures for the curves of a training."""

import numpy as np
from numpy.typing import NDArray

from playbill.errors import DatasetError
from playbill.evaluation.faces.pairs import draw_pairs
from playbill.evaluation.faces.verification import held_out_accuracies
from playbill.training.faces.samples import Rows

Vectors = NDArray[np.float32]


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
    """Share of pairs told right, half of them of one person, in the manner of LFW.

    Folds share no people, and the threshold for each is found on the others. None where people are
    too few for that.
    """
    try:
        pairs = draw_pairs(people, seed=seed)
    except DatasetError:
        return None
    cosines = (vectors[pairs.first] * vectors[pairs.second]).sum(axis=1)
    accuracies, _ = held_out_accuracies(cosines, pairs.same, pairs.fold)
    return float(np.mean(accuracies))
