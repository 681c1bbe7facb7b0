"""From which score on detections are best believed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.evaluation.objects.detecting import DetectedObjects
from playbill.evaluation.objects.matching import FALSE, IGNORED, Matched


@dataclass(frozen=True, slots=True)
class BestScore:
    """Where the F1 score is best, at IoU 0.5."""

    score: float
    """Detections that score at least this are believed."""
    f1: float
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class ClassScore:
    """The same for one class."""

    label: str
    best: BestScore


def best_score(detected: DetectedObjects, matched: Sequence[Matched]) -> BestScore | None:
    """Over all classes together; None: nothing was found that is there."""
    scores, right, objects = _pooled_of(detected, matched, None)
    return _best(scores, right, objects)


def best_scores_by_class(
    detected: DetectedObjects, matched: Sequence[Matched]
) -> tuple[ClassScore, ...]:
    """Of every class of which something was found that is there."""
    of_class = (
        (label, _best(*_pooled_of(detected, matched, class_id)))
        for class_id, label in enumerate(detected.labels)
    )
    return tuple(ClassScore(label, best) for label, best in of_class if best)


def pooled(
    detected: DetectedObjects, matched: Sequence[Matched]
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.bool_]]:
    """Of all detections but those on what does not count: scores, classes, whether it is right."""
    scores, class_ids = [np.empty(0, np.float32)], [np.empty(0, np.int64)]
    right = [np.empty(0, np.bool_)]
    for found, one in zip(detected.found, matched, strict=True):
        kept = one.object_of != IGNORED
        scores.append(found.scores[kept])
        class_ids.append(found.class_ids[kept])
        right.append(one.object_of[kept] != FALSE)
    return np.concatenate(scores), np.concatenate(class_ids), np.concatenate(right)


def _pooled_of(
    detected: DetectedObjects, matched: Sequence[Matched], class_id: int | None
) -> tuple[NDArray[np.float32], NDArray[np.bool_], int]:
    """Of one class, or of all: scores, whether each is right, and how many objects there are."""
    scores, class_ids, right = pooled(detected, matched)
    mine = np.ones(len(scores), bool) if class_id is None else class_ids == class_id
    objects = 0
    for picture, one in zip(detected.pictures, matched, strict=True):
        theirs = one.counted if class_id is None else one.counted & (picture.class_ids == class_id)
        objects += int(theirs.sum())
    return scores[mine], right[mine], objects


def _best(scores: NDArray[np.float32], right: NDArray[np.bool_], objects: int) -> BestScore | None:
    if not right.any():
        return None
    order = np.argsort(-scores, kind="stable")
    hits, believed = np.cumsum(right[order]), np.arange(1, len(order) + 1)
    f1 = 2 * hits / (believed + objects)
    last = np.append(scores[order][1:] < scores[order][:-1], True)  # equal scores go together
    at = int(np.argmax(np.where(last, f1, -1)))
    return BestScore(
        score=float(scores[order][at]),
        f1=float(f1[at]),
        precision=float(hits[at] / believed[at]),
        recall=float(hits[at] / objects),
    )
