"""The same person or not: pairs of LFW pictures, as its ten-fold protocol has them.

LFW's own list of pairs needs pictures that are not here, so pairs are drawn, seeded, in its manner:
ten folds that share no people, 300 pairs of one person and 300 of two in each; the threshold for a
fold is the one that does best on the other nine (Huang et al., 2007, "unrestricted").
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from benchmarks.embedded import embed_folder
from benchmarks.inputs import data_file
from benchmarks.rows import Row

FOLDS = 10
PAIRS = 300
"""Of each kind in each fold."""
SEED = 20_071_007
MUST = 0.985
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """Cosines of the pairs of one fold."""

    same: NDArray[np.float32]
    different: NDArray[np.float32]

    def accuracy(self, threshold: float) -> float:
        """Share of right answers, a pair being of one person from `threshold` on."""
        right = (self.same >= threshold).sum() + (self.different < threshold).sum()
        return float(right) / (len(self.same) + len(self.different))


def run() -> list[Row]:
    """One row."""
    lfw = embed_folder(data_file("lfw"))
    folds = draw_folds(lfw.embeddings.vectors, np.unique(lfw.names, return_inverse=True)[1])
    accuracies = held_out_accuracies(folds)
    mean, error = float(np.mean(accuracies)), float(np.std(accuracies, ddof=1) / np.sqrt(FOLDS))
    same = np.mean([fold.same.mean() for fold in folds])
    different = np.mean([fold.different.mean() for fold in folds])
    pairs = sum(len(fold.same) + len(fold.different) for fold in folds)
    return [
        Row(
            what="verification, LFW pairs",
            must=f">= {MUST}",
            measured=f"{mean:.4f} (standard error {error:.4f})",
            met=mean >= MUST,
            note=f"{pairs} seeded pairs in {FOLDS} folds without common people; cosine "
            f"{same:.2f} within and {different:.2f} between people; of {len(lfw.paths)} pictures "
            f"{lfw.found.count(False)} without a face found; {lfw.embeddings.model}",
        )
    ]


def draw_folds(vectors: NDArray[np.float32], people: Ids) -> list[Fold]:
    """Seeded pairs of each fold's people."""
    random = np.random.default_rng(SEED)
    everybody = random.permutation(int(people.max()) + 1)
    folds = []
    for some in np.array_split(everybody, FOLDS):
        pictures = [np.flatnonzero(people == person) for person in some]
        same = np.array([pair for rows in pictures for pair in combinations(rows, 2)])
        same = random.permutation(same)[:PAIRS]
        different = _pairs_of_two_people(pictures, len(same), random)
        folds.append(Fold(_cosines(vectors, same), _cosines(vectors, different)))
    return folds


def held_out_accuracies(folds: list[Fold]) -> list[float]:
    """Each fold's accuracy at the threshold that does best on the others."""
    accuracies = []
    for i, fold in enumerate(folds):
        others = [other for k, other in enumerate(folds) if k != i]
        rest = Fold(
            np.concatenate([other.same for other in others]),
            np.concatenate([other.different for other in others]),
        )
        candidates = np.unique(np.concatenate([rest.same, rest.different]))
        best = max(candidates, key=lambda threshold: rest.accuracy(float(threshold)))
        accuracies.append(fold.accuracy(float(best)))
    return accuracies


def _pairs_of_two_people(pictures: list[Ids], count: int, random: np.random.Generator) -> Ids:
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < count:
        first, second = random.choice(len(pictures), 2, replace=False)
        pairs.add((int(random.choice(pictures[first])), int(random.choice(pictures[second]))))
    return np.array(sorted(pairs))


def _cosines(vectors: NDArray[np.float32], pairs: Ids) -> NDArray[np.float32]:
    cosines: NDArray[np.float32] = (vectors[pairs[:, 0]] * vectors[pairs[:, 1]]).sum(axis=1)
    return cosines
