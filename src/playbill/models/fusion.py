"""What several looks at one picture say together: weighted box fusion (Solovyev et al., 2021)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import box_overlaps, nms_by_class
from playbill.core.detections import Detections
from playbill.models.selection import MAX_DETECTIONS, MAX_OVERLAP


def fused(
    looks: Sequence[Detections], *, min_score: float, max_overlap: float = MAX_OVERLAP
) -> Detections:
    """One row for each object that any look found.

    Boxes of a class that overlap the best of them by more than `max_overlap` are one object; of
    each look its best one counts. Its score is the mean over all looks, 0 where one did not see it;
    its box is the mean of theirs, weighted by score.

    Args:
        looks: at least one; of the same labels, in pixels of the same picture.
        min_score: rows that come to less are left out.
        max_overlap: IoU.
    """
    labels = looks[0].labels
    boxes = np.concatenate([look.boxes_xyxy for look in looks])
    scores = np.concatenate([look.scores for look in looks])
    class_ids = np.concatenate([look.class_ids for look in looks])
    if not len(boxes):
        return Detections.empty(labels)
    best = nms_by_class(boxes, scores, class_ids, max_overlap)
    votes = _votes(boxes, scores, class_ids, best, max_overlap)
    weights = np.zeros((len(best), len(boxes)), np.float32)
    start = 0
    for look in looks:
        end = start + len(look)
        if end > start:
            mine = votes[:, start:end]
            rows = np.flatnonzero(mine.max(axis=1) > 0)
            chosen = start + mine[rows].argmax(axis=1)
            weights[rows, chosen] = votes[rows, chosen]
        start = end
    sums = weights.sum(axis=1)
    means = sums / len(looks)
    order = np.argsort(-means, kind="stable")
    order = order[means[order] >= min_score][:MAX_DETECTIONS]
    mean_boxes = weights[order] @ boxes / sums[order, None]
    return Detections(mean_boxes, np.minimum(means[order], 1), class_ids[best[order]], labels)


def _votes(
    boxes_xyxy: NDArray[np.float32],
    scores: NDArray[np.float32],
    class_ids: NDArray[np.int64],
    best: NDArray[np.int64],
    max_overlap: float,
) -> NDArray[np.float32]:
    """(objects, rows) the score of each row for the object that it overlaps most, 0 for others."""
    overlaps = box_overlaps(boxes_xyxy[best], boxes_xyxy)
    overlaps[class_ids[best][:, None] != class_ids[None, :]] = 0
    overlaps[np.arange(len(best)), best] = 1  # a seed is its own, whatever lies closer
    owners = overlaps.argmax(axis=0)
    columns = np.arange(len(boxes_xyxy))
    is_owned = overlaps[owners, columns] > max_overlap
    votes = np.zeros_like(overlaps)
    votes[owners[is_owned], columns[is_owned]] = scores[is_owned]
    return votes
