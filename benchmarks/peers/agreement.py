"""Whether detectors found the same faces."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.wire import FoundFaces

SAME_FACE_IOU = 0.5


@dataclass(frozen=True, slots=True)
class Agreement:
    """The faces of two detectors over a number of frames."""

    both: int
    missing: tuple[float, ...]
    """The other's scores of the faces that only the other found."""
    extra: tuple[float, ...]
    """Our scores of the faces that only we found."""
    landmark_px: float
    """The greatest distance between two landmarks of a face that both found; 0 without any."""


def compare_faces(ours: Sequence[FoundFaces], other: Sequence[FoundFaces]) -> Agreement:
    """Pair the faces of every frame, best overlap first, each face once."""
    both = 0
    missing: list[float] = []
    extra: list[float] = []
    landmark_px = 0.0
    for mine, theirs in zip(ours, other, strict=True):
        pairs = paired(mine, theirs)
        both += len(pairs)
        missing += without(theirs, pairs.values())["scores"]
        extra += without(mine, pairs)["scores"]
        for mine_at, theirs_at in pairs.items():
            apart = np.subtract(mine["landmarks"][mine_at], theirs["landmarks"][theirs_at])
            landmark_px = max(landmark_px, float(np.hypot(apart[:, 0], apart[:, 1]).max()))
    return Agreement(both, tuple(missing), tuple(extra), landmark_px)


def in_both(a: Sequence[FoundFaces], b: Sequence[FoundFaces]) -> list[FoundFaces]:
    """The faces of `a` that `b` found as well."""
    only_a = only_in_first(a, b)
    return only_in_first(a, only_a)


def only_in_first(a: Sequence[FoundFaces], b: Sequence[FoundFaces]) -> list[FoundFaces]:
    """The faces of `a` that `b` did not find."""
    return [without(mine, paired(mine, theirs)) for mine, theirs in zip(a, b, strict=True)]


def paired(mine: FoundFaces, theirs: FoundFaces) -> dict[int, int]:
    """Row of `mine` to row of `theirs`, for the faces of one frame that both found."""
    if not mine["scores"] or not theirs["scores"]:
        return {}
    overlaps = _iou(np.array(mine["boxes_xyxy"]), np.array(theirs["boxes_xyxy"]))
    pairs = {}
    while overlaps.max() >= SAME_FACE_IOU:
        mine_at, theirs_at = map(int, np.unravel_index(overlaps.argmax(), overlaps.shape))
        pairs[mine_at] = theirs_at
        overlaps[mine_at, :] = overlaps[:, theirs_at] = -1
    return pairs


def without(faces: FoundFaces, rows: Collection[int]) -> FoundFaces:
    """`faces` without `rows`."""
    kept = [row for row in range(len(faces["scores"])) if row not in rows]
    return FoundFaces(
        boxes_xyxy=[faces["boxes_xyxy"][row] for row in kept],
        scores=[faces["scores"][row] for row in kept],
        landmarks=[faces["landmarks"][row] for row in kept],
    )


def _iou(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, m) written out here: what is judged brings an IoU of its own."""
    width = np.minimum.outer(a[:, 2], b[:, 2]) - np.maximum.outer(a[:, 0], b[:, 0])
    height = np.minimum.outer(a[:, 3], b[:, 3]) - np.maximum.outer(a[:, 1], b[:, 1])
    shared = width.clip(0) * height.clip(0)
    area_a, area_b = ((boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (a, b))
    iou: NDArray[np.float64] = shared / np.maximum(np.add.outer(area_a, area_b) - shared, 1e-9)
    return iou
