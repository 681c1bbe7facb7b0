"""From which scores on a stated share of an object network's boxes is right, for its card."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.core.limits import ScoreLimits
from playbill.errors import DatasetError
from playbill.evaluation.objects.believing import Belief, fit_belief
from playbill.evaluation.objects.detecting import DetectedObjects
from playbill.evaluation.objects.matching import Matched
from playbill.evaluation.objects.scores import pooled
from playbill.models.thresholds import ClassThreshold, Thresholds

FITTED_FROM = 0.2
"""Weaker detections are left out: they are many, all wrong, and would bend the curve."""
SURE_PRECISION = 0.9
"""The chance to be right that spares an object of a video its second look."""
DIGITS = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody sees who sets nothing: boxes at IoU 0.5, all classes together."""

    precision: float | None
    """None: nothing is shown."""
    recall: float
    boxes: int


def fit_thresholds(
    detected: DetectedObjects,
    matched: Sequence[Matched],
    *,
    precision: float,
    measured_on: str,
) -> Thresholds:
    """The least scores at which so many of all boxes are right, and as many objects are found.

    A box is shown when its chance to be right is above one figure that is the same for all
    classes: of all tables with that precision, this one finds most.

    Raises:
        DatasetError: no such scores: too little was found that is there.
    """
    scores, class_ids, right = pooled(detected, matched)
    used = scores >= FITTED_FROM
    if right[used].sum() < 2 or right[used].all():
        raise DatasetError(
            f"{int(right[used].sum())} of {int(used.sum())} detections are right, expected some "
            "of both to tell them apart by"
        )
    belief = fit_belief(scores[used], class_ids[used], right[used], len(detected.labels))
    least = _least_chance(belief.chance(scores, class_ids)[used], right[used], precision)
    objects = _objects(detected, matched)
    common, sure = _pair(belief, least)
    return Thresholds(
        precision=precision,
        sure_precision=SURE_PRECISION,
        shown=common,
        sure=sure,
        classes=tuple(
            ClassThreshold(label, *_pair(belief, least, float(by_class)), int(n))
            for label, by_class, n in zip(detected.labels, belief.by_class, objects, strict=True)
            if n
        ),
        n=int(objects.sum()),
        measured_on=measured_on,
    )


def measure_shown(
    detected: DetectedObjects, matched: Sequence[Matched], limits: ScoreLimits
) -> Shown:
    """Precision and recall of what reaches `limits`, given by the data set's labels."""
    scores, class_ids, right = pooled(detected, matched)
    shown = scores >= np.array(limits.shown, np.float32)[class_ids]
    boxes, hits = int(shown.sum()), int(right[shown].sum())
    objects = int(_objects(detected, matched).sum())
    return Shown(hits / boxes if boxes else None, hits / objects if objects else 0.0, boxes)


def _pair(belief: Belief, least: float, by_class: float = 0.0) -> tuple[float, float]:
    """Shown and sure of a class."""
    shown = round(belief.score_of(least, by_class), DIGITS)
    sure = round(belief.score_of(max(least, SURE_PRECISION), by_class), DIGITS)
    return shown, max(shown, sure)


def _least_chance(
    chances: NDArray[np.float64], right: NDArray[np.bool_], precision: float
) -> float:
    """The least chance at which what is at least as likely has that precision."""
    order = np.argsort(-chances, kind="stable")
    reached = np.cumsum(right[order]) / np.arange(1, len(order) + 1) >= precision
    if not reached.any():
        raise DatasetError(f"at no score are {precision:.0%} of the boxes right")
    return float(chances[order][np.flatnonzero(reached)[-1]])


def _objects(detected: DetectedObjects, matched: Sequence[Matched]) -> NDArray[np.int64]:
    """(labels,) how many of each count."""
    counts = np.zeros(len(detected.labels), np.int64)
    for picture, one in zip(detected.pictures, matched, strict=True):
        counts += np.bincount(picture.class_ids[one.counted], minlength=len(counts))
    return counts
