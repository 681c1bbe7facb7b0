"""Which detection is which object, at one overlap."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import box_areas, box_intersections, box_overlaps
from playbill.core.detections import Detections
from playbill.datasets.objects import PictureObjects

MIN_OVERLAP = 0.5
"""IoU from which on a detection is on an object."""
FALSE = -1
IGNORED = -2


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """One picture's detections and objects of the same class brought together."""

    object_of: NDArray[np.int64]
    """(detections,) the row of the object; `FALSE`: on none; `IGNORED`: on one that does not
    count."""
    counted: NDArray[np.bool_]
    """(objects,) whether it counts: of a class that the network knows, no crowd, not difficult."""

    @property
    def missed(self) -> NDArray[np.int64]:
        """Rows of objects that count and that no detection is on."""
        return np.setdiff1d(np.flatnonzero(self.counted), self.object_of)


def match(picture: PictureObjects, found: Detections, known: NDArray[np.bool_]) -> Matched:
    """Give each detection, best first, the object of its class that it overlaps most.

    As COCO's judge does it (Lin et al., 2014): every object is taken once; objects that count come
    before those that do not; a crowd takes any number of detections that lie in it by half. Since
    a weaker detection never takes an object from a better one, leaving out those below some score
    changes nothing for the others.

    Args:
        picture: the truth.
        found: best score first.
        known: (labels,) which labels the network knows.
    """
    boxes = picture.boxes_xyxy.astype(np.float32)
    counted = known[picture.class_ids] & ~(picture.crowd | picture.difficult)
    overlaps = box_overlaps(found.boxes_xyxy, boxes)
    inside = box_intersections(found.boxes_xyxy, boxes)
    areas = box_areas(found.boxes_xyxy)[:, None]
    overlaps[:, picture.crowd] = (inside / np.maximum(areas, 1e-9))[:, picture.crowd]
    overlaps[found.class_ids[:, None] != picture.class_ids[None, :]] = 0
    free = np.ones(len(picture), np.bool_)
    object_of = np.full(len(found), FALSE, np.int64)
    for row in np.argsort(-found.scores, kind="stable"):
        taken = _best(overlaps[row], free & counted)
        if taken is None:
            other = _best(overlaps[row], (free | picture.crowd) & ~counted)
            object_of[row] = FALSE if other is None else IGNORED
            taken = other
        else:
            object_of[row] = taken
        if taken is not None:
            free[taken] = False
    return Matched(object_of, counted)


def _best(overlaps: NDArray[np.float32], allowed: NDArray[np.bool_]) -> int | None:
    """The place of the largest overlap that is large enough."""
    reachable = np.where(allowed, overlaps, np.float32(-1))
    if not reachable.size or reachable.max() < MIN_OVERLAP:
        return None
    return int(reachable.argmax())
