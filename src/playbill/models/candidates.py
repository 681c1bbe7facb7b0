"""Squares that may be faces, and what MTCNN's stages do with them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import Boxes, OverlapOver, nms

MAX_OVERLAP = 0.7
"""Of two candidates of one picture; more, and the worse one goes."""


class Candidates(NamedTuple):
    """Squares that may be faces, in the pictures that `pictures` says."""

    pictures: NDArray[np.int64]
    """(n,) which of the pictures."""
    boxes_xyxy: Boxes
    scores: NDArray[np.float32]

    def rows(self, which: NDArray[np.int64] | NDArray[np.bool_]) -> "Candidates":
        """Some of them."""
        return Candidates(self.pictures[which], self.boxes_xyxy[which], self.scores[which])


def joined(parts: Sequence[Candidates]) -> Candidates:
    """The candidates of several pictures in one."""
    return Candidates(
        np.concatenate([np.empty(0, np.int64), *(part.pictures for part in parts)]),
        np.concatenate([np.empty((0, 4), np.float32), *(part.boxes_xyxy for part in parts)]),
        np.concatenate([np.empty(0, np.float32), *(part.scores for part in parts)]),
    )


def confirmed(
    candidates: Candidates, answer: Mapping[str, NDArray[np.float32]], min_score: float
) -> tuple[Candidates, Boxes]:
    """The candidates that a network scores above `min_score`, with that score, and their shifts."""
    scores = answer["prob"][:, 1]
    good = scores > min_score
    return candidates._replace(scores=scores).rows(good), answer["reg"][good]


def best_of_each_picture(candidates: Candidates, *, over: OverlapOver) -> NDArray[np.int64]:
    """Rows to keep: non-maximum suppression within each picture, best first."""
    kept = [np.empty(0, np.int64)]
    for i in np.unique(candidates.pictures):
        rows = np.flatnonzero(candidates.pictures == i)
        boxes, scores = candidates.boxes_xyxy[rows], candidates.scores[rows]
        kept.append(rows[nms(boxes, scores, MAX_OVERLAP, over=over)])
    return np.concatenate(kept)


def shifted(boxes_xyxy: Boxes, shifts: Boxes) -> Boxes:
    """Move each edge by its share of the box's side."""
    sides = boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]
    return boxes_xyxy + shifts * np.tile(sides, 2)


def squares(boxes_xyxy: Boxes) -> Boxes:
    """The square on each box's centre with its longer side."""
    centres = (boxes_xyxy[:, :2] + boxes_xyxy[:, 2:]) / 2
    half = (boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]).max(axis=1, keepdims=True) / 2
    return np.concatenate([centres - half, centres + half], axis=1)
