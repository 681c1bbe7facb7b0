"""The same person or not, by a threshold that was found on other people."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.evaluation.faces.pairs import Pairs

CURVE_POINTS = 200
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RocPoint:
    """What a threshold does to pairs (ISO/IEC 19795-1: FMR, and 1 - FNMR)."""

    threshold: float
    """Pairs that score at least this count as one person."""
    false_match: float
    true_match: float


@dataclass(frozen=True, slots=True)
class Verification:
    """LFW's protocol (Huang et al., 2007), "unrestricted"."""

    accuracy: float
    """Mean over the folds, each at the threshold that does best on the others."""
    standard_error: float
    """Of that mean."""
    fold_accuracies: tuple[float, ...]
    thresholds: tuple[float, ...]
    """One for each fold."""
    pairs: int
    pairs_from: str
    dropped: int
    without_face: int
    """Pairs in which a picture shows no face: they count as two people."""
    same_mean: float
    """Mean cosine of pairs of one person, both with a face."""
    different_mean: float
    area_under_curve: float
    curve: tuple[RocPoint, ...]


def verify(people: EmbeddedPeople, pairs: Pairs) -> Verification:
    """Compare pairs; a picture without a face is like nobody."""
    scores = people.likeness(pairs.first, pairs.second)
    faces = people.found[pairs.first] & people.found[pairs.second]
    accuracies, thresholds = held_out_accuracies(scores, pairs.same, pairs.fold)
    folds = len(accuracies)
    false_match, true_match, cuts = roc(scores, pairs.same)
    return Verification(
        accuracy=float(np.mean(accuracies)),
        standard_error=float(np.std(accuracies, ddof=1) / np.sqrt(folds)),
        fold_accuracies=tuple(accuracies),
        thresholds=tuple(thresholds),
        pairs=len(pairs),
        pairs_from=pairs.source,
        dropped=pairs.dropped,
        without_face=int((~faces).sum()),
        same_mean=_mean(scores[pairs.same & faces]),
        different_mean=_mean(scores[~pairs.same & faces]),
        area_under_curve=float(np.trapezoid(true_match, false_match)),
        curve=_thinned(false_match, true_match, cuts),
    )


def held_out_accuracies(
    scores: Scores, same: NDArray[np.bool_], fold: NDArray[np.int64]
) -> tuple[list[float], list[float]]:
    """Each fold's accuracy at the threshold that does best on the others, and that threshold."""
    accuracies, thresholds = [], []
    for held in range(int(fold.max()) + 1):
        others = fold != held
        threshold = best_threshold(scores[others], same[others])
        answers = scores[~others] >= threshold
        accuracies.append(float((answers == same[~others]).mean()))
        thresholds.append(threshold)
    return accuracies, thresholds


def best_threshold(scores: Scores, same: NDArray[np.bool_]) -> float:
    """The score from which on pairs are best taken for one person; of equals the lowest."""
    candidates = np.unique(scores)
    mine, other = np.sort(scores[same]), np.sort(scores[~same])
    accepted = len(mine) - np.searchsorted(mine, candidates)
    rejected = np.searchsorted(other, candidates)
    return float(candidates[np.argmax(accepted + rejected)])


def roc(
    scores: Scores, same: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], Scores]:
    """False and true match rates at every score as the threshold, from none to all matches."""
    cuts = np.unique(scores)[::-1]
    mine, other = np.sort(scores[same]), np.sort(scores[~same])
    true_match = 1 - np.searchsorted(mine, cuts) / len(mine)
    false_match = 1 - np.searchsorted(other, cuts) / len(other)
    none = np.zeros(1)
    return (
        np.concatenate([none, false_match]),
        np.concatenate([none, true_match]),
        np.concatenate([np.full(1, np.inf, np.float32), cuts]),
    )


def _thinned(
    false_match: NDArray[np.float64], true_match: NDArray[np.float64], cuts: Scores
) -> tuple[RocPoint, ...]:
    """Points of the curve, close together where few pairs are matched falsely."""
    wanted = np.geomspace(1e-5, 1, CURVE_POINTS)
    places = np.searchsorted(false_match, wanted, side="right") - 1
    return tuple(
        RocPoint(float(cuts[i]), float(false_match[i]), float(true_match[i]))
        for i in np.unique(np.concatenate([places, [len(cuts) - 1]]))
    )


def _mean(values: Scores) -> float:
    return float(values.mean()) if len(values) else float("nan")
