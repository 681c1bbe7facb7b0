"""Geometry of boxes: float32, pixels of the upright picture, origin top left, half-open."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]
"""(n, 4) boxes; the name of the variable says whether `xyxy` or `xywh`."""

OverlapOver = Literal["union", "minimum"]
"""What an intersection is divided by: the union (IoU), or the smaller of the two boxes."""


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
    order = np.argsort(-scores, kind="stable")
    boxes, areas = boxes_xyxy[order], box_areas(boxes_xyxy[order])
    alive = np.ones(len(order), bool)
    kept = []
    for i in range(len(order)):
        if not alive[i]:
            continue
        kept.append(order[i])
        rest = i + 1 + np.flatnonzero(alive[i + 1 :])
        left_top = np.maximum(boxes[i, :2], boxes[rest, :2])
        right_bottom = np.minimum(boxes[i, 2:], boxes[rest, 2:])
        sides = np.clip(right_bottom - left_top, 0, None)
        shared = sides[:, 0] * sides[:, 1]
        if over == "union":
            whole = areas[i] + areas[rest] - shared
        else:
            whole = np.minimum(areas[i], areas[rest])
        alive[rest[shared > max_overlap * whole]] = False
    return np.array(kept, dtype=np.int64)


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
