"""What is taken for what at one score: the confusion matrix, and the worst pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import box_overlaps
from playbill.core.detections import Detections
from playbill.datasets.objects import PictureObjects
from playbill.evaluation.document import UNWRITTEN
from playbill.evaluation.objects.detecting import DetectedObjects
from playbill.evaluation.objects.matching import FALSE, MIN_OVERLAP, Matched

WORST = 12
"""Pictures that are kept to be shown."""
WORST_MISSES = 3
"""Of a picture, that say how bad it is: otherwise the most crowded picture would be the worst."""
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Miss:
    """One thing that is wrong in one picture."""

    kind: Literal["missed", "false", "confused"]
    """An object that was not found; a detection on nothing; an object under another label."""
    label: str
    """Of the object; of the detection where there is none."""
    taken_for: str | None
    """The wrong label; None: not confused."""
    score: float | None
    """Of the detection; None: there is none."""
    box_xyxy: Box
    """Of the object; of the detection where there is none."""


@dataclass(frozen=True, slots=True)
class MissedPicture:
    """What is wrong in one picture."""

    name: str
    """In the data set."""
    path: Path = field(metadata=UNWRITTEN)
    objects: int
    """That count."""
    misses: tuple[Miss, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """What objects were taken for, by detections that score at least `score`, at IoU 0.5."""

    score: float
    labels: tuple[str, ...]
    """Those that something was to be found of, or was found of."""
    counts: NDArray[np.int64]
    """(labels + 1, labels + 1): what it is x what it was taken for. The last row is of detections
    on nothing, the last column of objects that were not found."""


def confuse(
    detected: DetectedObjects, matched: Sequence[Matched], score: float
) -> tuple[Confusion, tuple[MissedPicture, ...]]:
    """Count what is taken for what, and keep the pictures with the worst misses.

    Detections are matched within their class first; what is left over on both sides then meets
    whatever its class, so that a tie is not confused with the person who wears it.
    """
    size = len(detected.labels) + 1
    counts = np.zeros((size, size), np.int64)
    pictures = []
    for picture, found, one in zip(detected.pictures, detected.found, matched, strict=True):
        believed = found.scores >= score
        hits = picture.class_ids[one.object_of[believed & (one.object_of >= 0)]]
        np.add.at(counts, (hits, hits), 1)
        pairs = _left_over(picture, found, one, believed)
        for truth, row in pairs:
            there = -1 if truth is None else int(picture.class_ids[truth])
            seen = -1 if row is None else int(found.class_ids[row])
            counts[there, seen] += 1
        misses = tuple(_miss(picture, found, truth, row) for truth, row in pairs)
        if misses:
            objects = int(one.counted.sum())
            pictures.append(MissedPicture(picture.name, picture.path, objects, misses))
    used = np.flatnonzero((counts.sum(axis=0) + counts.sum(axis=1))[:-1])
    kept = np.append(used, size - 1)
    labels = tuple(detected.labels[i] for i in used)
    sizes = {picture.name: picture.size_wh for picture in detected.pictures}
    worst = sorted(pictures, key=lambda one: (-_badness(one, sizes[one.name]), one.name))[:WORST]
    return Confusion(score, labels, counts[np.ix_(kept, kept)]), tuple(worst)


def _left_over(
    picture: PictureObjects, found: Detections, one: Matched, believed: NDArray[np.bool_]
) -> list[tuple[int | None, int | None]]:
    """(object, detection) pairs of different classes, then detections and objects alone."""
    hit = one.object_of[believed & (one.object_of >= 0)]
    objects = list(np.setdiff1d(np.flatnonzero(one.counted), hit))
    rows = np.flatnonzero(believed & (one.object_of == FALSE))
    overlaps = box_overlaps(found.boxes_xyxy, picture.boxes_xyxy.astype(np.float32))
    pairs: list[tuple[int | None, int | None]] = []
    for row in rows[np.argsort(-found.scores[rows], kind="stable")]:
        best = max(objects, key=lambda truth: overlaps[row, truth], default=None)
        if best is not None and overlaps[row, best] >= MIN_OVERLAP:
            objects.remove(best)
            pairs.append((int(best), int(row)))
        else:
            pairs.append((None, int(row)))
    return pairs + [(int(truth), None) for truth in objects]


def _miss(picture: PictureObjects, found: Detections, truth: int | None, row: int | None) -> Miss:
    score = None if row is None else float(found.scores[row])
    taken_for = None if row is None else found.labels[found.class_ids[row]]
    if truth is None:
        box = found.boxes_xyxy[row]
        return Miss("false", str(taken_for), None, score, _box(box))
    label = found.labels[picture.class_ids[truth]]
    kind: Literal["missed", "confused"] = "missed" if row is None else "confused"
    return Miss(kind, label, taken_for, score, _box(picture.boxes_xyxy[truth]))


def _box(box: NDArray[np.float32] | NDArray[np.float64]) -> Box:
    left, top, right, bottom = (float(edge) for edge in box)
    return left, top, right, bottom


def _badness(picture: MissedPicture, size_wh: tuple[int, int]) -> float:
    """Sure answers that are wrong, and objects that fill the picture and are not found."""
    width, height = size_wh

    def weight(miss: Miss) -> float:
        if miss.score is not None:
            return miss.score
        left, top, right, bottom = miss.box_xyxy
        return float(((right - left) * (bottom - top) / (width * height)) ** 0.5)

    return sum(sorted(map(weight, picture.misses))[-WORST_MISSES:])
