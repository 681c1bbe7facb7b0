"""From scored boxes to detections: what SSD and YOLOX have in common after their decoding."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import Boxes, clip_boxes, nms_by_class
from playbill.core.detections import Detections

MAX_OVERLAP = 0.6
"""IoU from which on the weaker of two boxes of a class is the same object seen twice."""
MAX_CANDIDATES = 1000
"""Rows that are compared with each other; the best ones."""
MAX_DETECTIONS = 100
"""Rows that come out, as many as COCO's judge looks at."""


def select_detections(
    boxes_xyxy: Boxes,
    scores: NDArray[np.float32],
    labels: tuple[str, ...],
    size_wh: tuple[int, int],
    *,
    min_score: float | Sequence[float],
) -> Detections:
    """Keep what scores at least `min_score`, once for each object and class.

    A box is a candidate for each class that it scores well in, as COCO's measure wants; boxes
    are cut off at the edges of the picture and go when nothing is left of them.

    Args:
        boxes_xyxy: (n, 4) in pixels of the picture.
        scores: (n, classes) 0 to 1.
        labels: of the classes.
        size_wh: of the picture.
        min_score: 0 to 1, of all classes or of each.
    """
    boxes = clip_boxes(boxes_xyxy, size_wh)
    has_area = np.all(boxes[:, 2:] > boxes[:, :2], axis=1, keepdims=True)  # False for NaN
    rows, class_ids = np.nonzero((scores >= np.asarray(min_score, np.float32)) & has_area)
    values = scores[rows, class_ids]
    best = np.argsort(-values, kind="stable")[:MAX_CANDIDATES]
    rows, class_ids, values = rows[best], class_ids[best], values[best]
    kept = nms_by_class(boxes[rows], values, class_ids, MAX_OVERLAP)[:MAX_DETECTIONS]
    return Detections(boxes[rows[kept]], values[kept], class_ids[kept], labels)
