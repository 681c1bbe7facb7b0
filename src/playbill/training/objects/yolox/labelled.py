"""The loss of YOLOX (Ge et al., 2021) on labelled pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from playbill.training.objects.yolox.cells import Cells, pair_overlaps
from playbill.training.objects.yolox.simota import Assigned, assign

BOX_WEIGHT = 5.0
"""Of the boxes' part against the others (the makers')."""


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """The objects of one view."""

    boxes_xyxy: Tensor
    """(n, 4) pixels of the view."""
    classes: Tensor
    """(n,)."""
    ignored_xyxy: Tensor
    """(m, 4) where nothing is learnt: crowds, difficult ones."""


def labelled_loss(
    raw: Tensor, cells: Cells, labels: Sequence[Labels]
) -> tuple[Tensor, dict[str, Tensor]]:
    """The loss of the answers `raw`, (n, cells, 5 + classes), and its three parts.

    `boxes`: 1 - IoU squared; `objectness` over all cells; `classes` over those that answer for an
    object, whose class is to score as their box overlaps. Each a cell with an object on average.
    """
    assigned = [
        assign(answers.detach(), cells, one.boxes_xyxy, one.classes)
        for answers, one in zip(raw, labels, strict=True)
    ]
    count = max(1, sum(len(one.cells) for one in assigned))
    parts = torch.stack(
        [
            _of_view(answers, cells, one, found)
            for answers, one, found in zip(raw, labels, assigned, strict=True)
        ]
    )
    boxes, objectness, classes = parts.sum(0) / count
    total = boxes + objectness + classes
    return total, {
        "boxes": boxes.detach(),
        "objectness": objectness.detach(),
        "classes": classes.detach(),
    }


def _of_view(raw: Tensor, cells: Cells, labels: Labels, found: Assigned) -> Tensor:
    """(3,) boxes, objectness and classes, sums over cells."""
    mine = raw[found.cells]
    shared = pair_overlaps(cells.boxes(raw)[found.cells], labels.boxes_xyxy[found.objects])
    boxes = BOX_WEIGHT * (1 - shared**2).sum()
    is_object = torch.zeros_like(raw[:, 4])
    is_object[found.cells] = 1
    losses = functional.binary_cross_entropy_with_logits(raw[:, 4], is_object, reduction="none")
    objectness = losses[_counted(cells, labels.ignored_xyxy) | is_object.bool()].sum()
    goal = functional.one_hot(labels.classes[found.objects], raw.shape[1] - 5)
    classes = functional.binary_cross_entropy_with_logits(
        mine[:, 5:], goal * found.overlaps[:, None], reduction="sum"
    )
    return torch.stack([boxes, objectness, classes])


def _counted(cells: Cells, ignored_xyxy: Tensor) -> Tensor:
    """(cells,) which are to say something: all but those whose centre lies where all is ignored."""
    at = cells.centres[None]
    inside = ((at > ignored_xyxy[:, None, :2]) & (at < ignored_xyxy[:, None, 2:])).all(-1)
    return ~inside.any(0)
