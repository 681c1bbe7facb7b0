"""Geometry of boxes: float32, pixels of the upright picture, origin top left, half-open."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]
"""(n, 4) boxes; the name of the variable says whether `xyxy` or `xywh`."""

OverlapOver = Literal["union", "minimum"]
"""What an intersection is divided by: the union (IoU), or the smaller of the two boxes."""

NMS_BLOCK = 128
"""How many boxes `nms` compares with all others at once: enough to spare Python, few enough to stay
in the processor's cache."""


def xywh_to_xyxy(boxes_xywh: Boxes) -> Boxes:
    """(n, 4) left, top, width, height -> (n, 4) left, top, right, bottom."""
    return np.concatenate([boxes_xywh[:, :2], boxes_xywh[:, :2] + boxes_xywh[:, 2:]], axis=1)


def xyxy_to_xywh(boxes_xyxy: Boxes) -> Boxes:
    """(n, 4) left, top, right, bottom -> (n, 4) left, top, width, height."""
    return np.concatenate([boxes_xyxy[:, :2], boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]], axis=1)


def clip_boxes(boxes_xyxy: Boxes, size_wh: tuple[int, int]) -> Boxes:
    """Cut boxes off at the edges of a picture of `size_wh`."""
    width, height = size_wh
    return np.clip(boxes_xyxy, 0, np.array([width, height, width, height], np.float32))


def whole_pixels(
    box_xyxy: tuple[float, float, float, float], size_wh: tuple[int, int]
) -> tuple[int, int, int, int]:
    """The box in whole pixels inside a picture of `size_wh`, never without area.

    >>> whole_pixels((-3.2, 10.4, 20.6, 10.4), (640, 360))
    (0, 10, 21, 11)
    """
    left, right = _whole_side(box_xyxy[0], box_xyxy[2], size_wh[0])
    top, bottom = _whole_side(box_xyxy[1], box_xyxy[3], size_wh[1])
    return left, top, right, bottom


def _whole_side(low: float, high: float, size: int) -> tuple[int, int]:
    start = min(max(round(low), 0), size - 1)
    return start, max(min(round(high), size), start + 1)


def box_areas(boxes_xyxy: Boxes) -> NDArray[np.float32]:
    """(n,) areas in square pixels."""
    sides = boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]
    return sides[:, 0] * sides[:, 1]


def box_intersections(a_xyxy: Boxes, b_xyxy: Boxes) -> NDArray[np.float32]:
    """(n, m) shared areas of every box of `a` with every box of `b`, in square pixels."""
    top_left = np.maximum(a_xyxy[:, None, :2], b_xyxy[None, :, :2])
    bottom_right = np.minimum(a_xyxy[:, None, 2:], b_xyxy[None, :, 2:])
    sides: NDArray[np.float32] = np.clip(bottom_right - top_left, 0, None)
    shared: NDArray[np.float32] = sides[..., 0] * sides[..., 1]
    return shared


def box_overlaps(
    a_xyxy: Boxes, b_xyxy: Boxes, *, over: OverlapOver = "union"
) -> NDArray[np.float32]:
    """(n, m) overlap of every box of `a` with every box of `b`, 0 to 1.

    A box without area overlaps nothing, itself included.
    """
    shared = box_intersections(a_xyxy, b_xyxy)
    areas_a, areas_b = box_areas(a_xyxy)[:, None], box_areas(b_xyxy)[None, :]
    whole = areas_a + areas_b - shared if over == "union" else np.minimum(areas_a, areas_b)
    return np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0)


def nms(
    boxes_xyxy: Boxes,
    scores: NDArray[np.float32],
    max_overlap: float,
    *,
    over: OverlapOver = "union",
) -> NDArray[np.int64]:
    """Greedy non-maximum suppression: indices to keep, best score first.

    A box goes when it overlaps a better kept one by more than `max_overlap`. Of equal scores the
    earlier row is the better one.
    """
    rest = np.argsort(-scores, kind="stable")
    kept = [np.empty(0, np.int64)]
    while len(rest):
        best, others = rest[:NMS_BLOCK], rest[NMS_BLOCK:]
        alive = _survivors(_overlapping(boxes_xyxy[best], boxes_xyxy[best], max_overlap, over))
        kept.append(best[alive])
        gone = _overlapping(boxes_xyxy[best[alive]], boxes_xyxy[others], max_overlap, over)
        rest = others[~gone.any(axis=0)]
    return np.concatenate(kept)


def _overlapping(
    a_xyxy: Boxes, b_xyxy: Boxes, max_overlap: float, over: OverlapOver
) -> NDArray[np.bool_]:
    """(n, m) whether a box of `a` overlaps one of `b` by more than `max_overlap`."""
    widths = _shared_lengths(a_xyxy[:, 0], a_xyxy[:, 2], b_xyxy[:, 0], b_xyxy[:, 2])
    heights = _shared_lengths(a_xyxy[:, 1], a_xyxy[:, 3], b_xyxy[:, 1], b_xyxy[:, 3])
    shared = np.multiply(widths, heights, out=widths)
    areas_a, areas_b = box_areas(a_xyxy)[:, None], box_areas(b_xyxy)[None, :]
    if over == "minimum":
        whole = np.minimum(areas_a, areas_b)
    else:
        whole = np.subtract(areas_a + areas_b, shared, out=heights)
    whole *= np.float32(max_overlap)
    overlapping: NDArray[np.bool_] = shared > whole
    return overlapping


def _shared_lengths(
    a_start: NDArray[np.float32],
    a_end: NDArray[np.float32],
    b_start: NDArray[np.float32],
    b_end: NDArray[np.float32],
) -> NDArray[np.float32]:
    """(n, m) the length that each span of `a` shares with each of `b`."""
    shared = np.minimum(a_end[:, None], b_end[None, :])
    shared -= np.maximum(a_start[:, None], b_start[None, :])
    return np.maximum(shared, 0, out=shared)


def _survivors(overlapping: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) which rows of an (n, n) relation, best first, no better survivor overlaps."""
    alive = np.ones(len(overlapping), bool)
    for i in np.flatnonzero(np.triu(overlapping, k=1).any(axis=1)):
        if alive[i]:
            alive[i + 1 :] &= ~overlapping[i, i + 1 :]
    return alive


def nms_by_class(
    boxes_xyxy: Boxes,
    scores: NDArray[np.float32],
    class_ids: NDArray[np.int64],
    max_overlap: float,
) -> NDArray[np.int64]:
    """`nms` within each class: indices to keep over all classes, best score first."""
    kept = np.zeros(len(boxes_xyxy), bool)
    for class_id in np.unique(class_ids):
        rows = np.flatnonzero(class_ids == class_id)
        kept[rows[nms(boxes_xyxy[rows], scores[rows], max_overlap)]] = True
    indices = np.flatnonzero(kept)
    return indices[np.argsort(-scores[indices], kind="stable")]
