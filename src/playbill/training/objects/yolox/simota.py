"""Which cells answer for which labelled object: SimOTA (Ge et al., 2021, section 2.1)."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from playbill.training.objects.yolox.cells import Cells, log_scores, overlaps

NEAR = 2.5
"""Strides from an object's centre, left, right, up and down, within which a cell may answer."""
COUNTED = 10
"""The best overlaps of an object, whose sum is how many cells answer for it."""
OVERLAP_WEIGHT = 3.0
"""Of a bad overlap against a bad class."""
OUTSIDE = 1e5
"""The cost of a cell that lies in an object but not near its centre, or the other way round."""
NONE = 1e9
"""The cost of a cell that may not answer."""


@dataclass(frozen=True, slots=True, eq=False)
class Assigned:
    """The cells of one view that answer for an object."""

    cells: Tensor
    """(k,) rows of the network's output."""
    objects: Tensor
    """(k,) for each the index of its object."""
    overlaps: Tensor
    """(k,) IoU of its box with the object's."""


@torch.no_grad()
def assign(raw: Tensor, cells: Cells, boxes_xyxy: Tensor, classes: Tensor) -> Assigned:
    """Give every object the cells that answer best for it already, and each cell one at most.

    Args:
        raw: (cells, 5 + classes) the network's answers for one view.
        cells: of the view.
        boxes_xyxy: (n, 4) objects in pixels of the view.
        classes: (n,) their classes.
    """
    inside, near = _places(cells, boxes_xyxy)
    allowed = (inside | near).any(0).nonzero()[:, 0]
    if not len(boxes_xyxy) or not len(allowed):
        return Assigned(allowed[:0], allowed[:0], raw[:0, 0])
    shared = overlaps(boxes_xyxy, cells.boxes(raw)[allowed])
    cost = _class_costs(raw[allowed], classes) - OVERLAP_WEIGHT * (shared + 1e-8).log()
    cost += OUTSIDE * ~(inside & near)[:, allowed]
    cost += NONE * ~(inside | near)[:, allowed]
    chosen = _cheapest(cost, shared)
    objects, places = chosen.nonzero(as_tuple=True)
    return Assigned(allowed[places], objects, shared[objects, places])


def _places(cells: Cells, boxes_xyxy: Tensor) -> tuple[Tensor, Tensor]:
    """(n, cells) whether a cell's centre lies in the object, and whether near the object's."""
    at = cells.centres[None]
    inside = ((at > boxes_xyxy[:, None, :2]) & (at < boxes_xyxy[:, None, 2:])).all(-1)
    middles = (boxes_xyxy[:, None, :2] + boxes_xyxy[:, None, 2:]) / 2
    near = ((at - middles).abs() < NEAR * cells.strides[None]).all(-1)
    return inside, near


def _class_costs(raw: Tensor, classes: Tensor) -> Tensor:
    """(n, k) cross-entropy of each cell's scores and each object's class."""
    roots = (log_scores(raw) / 2).exp().clamp(1e-6, 1 - 1e-6)
    absent = -torch.log1p(-roots)
    present = -roots.log()
    return absent.sum(1)[None] + (present - absent)[:, classes].T


def _cheapest(cost: Tensor, shared: Tensor) -> Tensor:
    """(n, k) the cells of each object; a cell that several want goes to the cheapest pair."""
    best = shared.topk(min(COUNTED, shared.shape[1]), dim=1).values
    wanted = best.sum(1).int().clamp(min=1)
    ranks = cost.argsort(1).argsort(1)
    chosen = (ranks < wanted[:, None]) & (cost < NONE)
    contested = chosen.sum(0) > 1
    winners = functional.one_hot(cost.argmin(0), len(cost)).T.bool()
    return torch.where(contested[None], winners & chosen, chosen)
