"""What each prior box is to answer for a labelled picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import Boxes, box_areas, box_intersections, box_overlaps
from playbill.models.ssd import SCALES_YXHW

MIN_OVERLAP = 0.5
"""IoU from which on a prior box answers for an object (section 2.2 of Liu et al., 2016)."""
MIN_IGNORED = 0.5
"""Share of a prior box inside a crowd from which on it is asked nothing."""
BACKGROUND, IGNORED = 0, -1


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """One row for each prior box."""

    encodings: NDArray[np.float32]
    """(n, 4) as `box_encodings` of an SSD; 0 where there is no object."""
    columns: NDArray[np.int64]
    """(n,) the class column, `BACKGROUND` or `IGNORED`."""


def encode_boxes(boxes_xyxy: Boxes, anchors_yxhw: NDArray[np.float32]) -> NDArray[np.float32]:
    """Boxes as offsets to prior boxes, row by row: `models.ssd.decode_boxes` backwards.

    Args:
        boxes_xyxy: (n, 4) with an area, in parts of the picture.
        anchors_yxhw: (n, 4) centres and sizes in parts of the picture.
    """
    centres = (boxes_xyxy[:, :2] + boxes_xyxy[:, 2:])[:, ::-1] / 2
    sides = (boxes_xyxy[:, 2:] - boxes_xyxy[:, :2])[:, ::-1]
    moved = (centres - anchors_yxhw[:, :2]) / anchors_yxhw[:, 2:]
    stretched = np.log(sides / anchors_yxhw[:, 2:])
    return np.concatenate([moved, stretched], axis=1).astype(np.float32) * SCALES_YXHW


def match_boxes(
    boxes_xyxy: Boxes,
    columns: NDArray[np.int64],
    ignored: NDArray[np.bool_],
    anchors_yxhw: NDArray[np.float32],
    *,
    min_nearest: float = 0.0,
) -> Targets:
    """Give each prior box the object it overlaps most, if by `MIN_OVERLAP`, and each object one.

    That one is the prior box that overlaps it most; where two objects want the same, the closer
    pair is made first, so none goes without. A prior box without an object of its own that
    lies half or more in an ignored box is ignored.

    Args:
        boxes_xyxy: (m, 4) with an area, in parts of the picture.
        columns: (m,) class columns, from 1.
        ignored: (m,) crowds and what else nothing is to be learnt from.
        anchors_yxhw: (n, 4) centres and sizes in parts of the picture; n >= m.
        min_nearest: an object whose nearest prior box overlaps it less than this gets none.
    """
    anchors = _as_xyxy(anchors_yxhw)
    overlaps = box_overlaps(boxes_xyxy[~ignored], anchors)
    owners = _owners(overlaps)
    found = np.full(len(anchors), BACKGROUND, np.int64)
    if ignored.any():
        shared = box_intersections(anchors, boxes_xyxy[ignored]) / box_areas(anchors)[:, None]
        found[(shared >= MIN_IGNORED).any(axis=1)] = IGNORED
    far = _too_far(overlaps, owners, min_nearest)
    found[far] = IGNORED
    owned = (owners >= 0) & ~far
    found[owned] = columns[~ignored][owners[owned]]
    encodings = np.zeros((len(anchors), 4), np.float32)
    objects = boxes_xyxy[~ignored][owners[owned]]
    encodings[owned] = encode_boxes(objects, anchors_yxhw[owned])
    return Targets(encodings, found)


def _owners(overlaps: NDArray[np.float32]) -> NDArray[np.int64]:
    """(m, n) IoUs -> for each of n prior boxes the object it answers for, or -1."""
    objects, priors = overlaps.shape
    if not objects:
        return np.full(priors, -1, np.int64)
    owners = np.where(overlaps.max(axis=0) >= MIN_OVERLAP, overlaps.argmax(axis=0), -1)
    open_pairs = overlaps.copy()
    for _ in range(objects):
        one, prior = np.unravel_index(open_pairs.argmax(), open_pairs.shape)
        owners[prior] = one
        open_pairs[one] = open_pairs[:, prior] = -1
    return owners.astype(np.int64)


def _too_far(
    overlaps: NDArray[np.float32], owners: NDArray[np.int64], least: float
) -> NDArray[np.bool_]:
    """(n,) which prior boxes have an object that they overlap by less than `least`."""
    far = owners >= 0
    far[far] = overlaps[owners[far], np.flatnonzero(far)] < least
    return far


def _as_xyxy(anchors_yxhw: NDArray[np.float32]) -> Boxes:
    half = anchors_yxhw[:, 2:] / 2
    corners = np.concatenate([anchors_yxhw[:, :2] - half, anchors_yxhw[:, :2] + half], axis=1)
    return np.asarray(corners[:, [1, 0, 3, 2]], np.float32)
