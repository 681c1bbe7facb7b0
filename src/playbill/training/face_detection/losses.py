"""What a YuNet's answer costs: SimOTA and the losses that YuNet was published with.

Ge et al., 2021 ("YOLOX") for which cells answer for which face; Wu et al., 2023 for the rest.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, one_hot, smooth_l1_loss

from playbill.training.face_detection.views import DISPUTED, FACE

RADIUS = 2.5
"""Strides from a face's middle within which cells may answer for it."""
MOST_CELLS = 10
"""That answer for one face."""
BOX_WEIGHT, POINT_WEIGHT = 5.0, 0.1
EPSILON = 1e-6


class Cells(NamedTuple):
    """The cells of all grids."""

    corners: Tensor
    """(cells, 2) column and row."""
    strides: Tensor
    """(cells, 1) pixels."""

    @property
    def middles(self) -> Tensor:
        """(cells, 2) x, y in pixels."""
        return (self.corners + 0.5) * self.strides


def boxes_of(said: Tensor, cells: Cells) -> Tensor:
    """(..., cells, 4) left, top, right, bottom in pixels of (..., cells, 16) answers."""
    middles = (said[..., 2:4] + cells.corners) * cells.strides
    halves = said[..., 4:6].clamp(max=8).exp() * cells.strides / 2
    return torch.cat([middles - halves, middles + halves], dim=-1)


def overlaps(a: Tensor, b: Tensor) -> Tensor:
    """IoU of boxes (..., 4) with boxes (..., 4)."""
    low, high = torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:])
    shared = (high - low).clamp(min=0).prod(dim=-1)
    areas = [(box[..., 2:] - box[..., :2]).clamp(min=0).prod(dim=-1) for box in (a, b)]
    return shared / (areas[0] + areas[1] - shared + EPSILON)


@torch.no_grad()
def assigned(said: Tensor, cells: Cells, faces_xyxy: Tensor) -> tuple[Tensor, Tensor]:
    """Which cells of one picture answer for which face: (k,) cells, (k,) faces.

    Args:
        said: (cells, 16).
        cells: of all grids.
        faces_xyxy: (faces, 4), at least one.
    """
    found = overlaps(boxes_of(said, cells)[:, None], faces_xyxy[None])
    middles = cells.middles[:, None]
    inside = ((middles > faces_xyxy[:, :2]) & (middles < faces_xyxy[:, 2:])).all(dim=2)
    off = (middles - (faces_xyxy[:, :2] + faces_xyxy[:, 2:]) / 2).abs()
    near = (off < RADIUS * cells.strides[:, None]).all(dim=2)
    doubt = -(said[:, 0].sigmoid() * said[:, 1].sigmoid()).clamp(min=1e-8).log() / 2
    cost = (
        doubt[:, None] - 3 * (found + 1e-8).log() + 1e5 * ~(inside & near) + 1e7 * ~(near | inside)
    )
    counts = found.topk(MOST_CELLS, dim=0).values.sum(dim=0).int().clamp(min=1)
    chosen = torch.zeros_like(found, dtype=torch.bool)
    for face, count in enumerate(counts.tolist()):
        chosen[cost[:, face].topk(count, largest=False).indices, face] = True
    contested = chosen.sum(dim=1) > 1
    cheapest = one_hot(cost.argmin(dim=1), len(faces_xyxy)).bool()
    chosen[contested] = cheapest[contested]
    where, whose = chosen.nonzero(as_tuple=True)
    return where, whose


def face_loss(said: Tensor, rows: Tensor, cells: Cells) -> tuple[Tensor, dict[str, Tensor]]:
    """The loss of a batch and its parts.

    Args:
        said: (n, cells, 16).
        rows: (n, MAX_FACES, 15), see `Views.make`.
        cells: of all grids.
    """
    there = torch.zeros_like(said[..., 0])
    fits = torch.zeros_like(there)
    counted = torch.ones_like(there)
    boxes, points, positives = said.new_zeros(()), said.new_zeros(()), 0
    for picture, (answer, told) in enumerate(zip(said, rows, strict=True)):
        disputed = told[told[:, 14] == DISPUTED]
        counted[picture] = (~_within(cells.middles, disputed[:, :4])).float()
        faces = told[told[:, 14] == FACE]
        if not len(faces):
            continue
        where, whose = assigned(answer.detach(), cells, faces[:, :4])
        wanted = faces[whose]
        found = boxes_of(answer[where], Cells(cells.corners[where], cells.strides[where]))
        there[picture, where], counted[picture, where] = 1.0, 1.0
        fits[picture, where] = overlaps(found.detach(), wanted[:, :4])
        boxes = boxes + _box_loss(found, wanted[:, :4]).sum()
        marks = wanted[:, 4:14].reshape(-1, 5, 2) / cells.strides[where, None]
        off = answer[where, 6:].reshape(-1, 5, 2) + cells.corners[where, None]
        points = points + smooth_l1_loss(off, marks, beta=1 / 9, reduction="sum")
        positives += len(where)
    share = 1 / max(positives, len(said))
    # How a box fits is only asked of cells that have one: elsewhere `there` says no.
    parts = {
        "there": _logit_loss(said[..., 1], there, counted) * share,
        "fits": _logit_loss(said[..., 0], fits, there) * share,
        "boxes": BOX_WEIGHT * boxes * share,
        "points": POINT_WEIGHT * points * share,
    }
    return torch.stack(list(parts.values())).sum(), parts


def _logit_loss(logits: Tensor, wanted: Tensor, counted: Tensor) -> Tensor:
    each = binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return (each * counted).sum()


def _within(points: Tensor, boxes: Tensor) -> Tensor:
    """(points,) whether a point lies in one of the boxes."""
    inside = (points[:, None] >= boxes[:, :2]) & (points[:, None] <= boxes[:, 2:])
    return inside.all(dim=2).any(dim=1)


def _box_loss(found: Tensor, wanted: Tensor) -> Tensor:
    """(n,) EIoU: overlap, distance of the middles, difference of the sides (Zhang et al., 2021)."""
    low = torch.minimum(found[:, :2], wanted[:, :2])
    high = torch.maximum(found[:, 2:], wanted[:, 2:])
    around = (high - low).clamp(min=EPSILON)
    off = ((found[:, :2] + found[:, 2:]) - (wanted[:, :2] + wanted[:, 2:])) / 2
    sides = (found[:, 2:] - found[:, :2]) - (wanted[:, 2:] - wanted[:, :2])
    apart = off.square().sum(dim=1) / around.square().sum(dim=1)
    return 1 - overlaps(found, wanted) + apart + (sides / around).square().sum(dim=1)
