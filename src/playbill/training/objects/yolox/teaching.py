"""From a teacher's boxes to what each cell of a pupil is to answer.

The pupil begins with weights that find objects already, and only what the teacher would have
otherwise is to change. Where a cell's answer is of an object that the teacher saw, its score is
raised or lowered until the best of the object's cells scores as the teacher does. What no teacher's
box is near to is to score as little as what the teacher leaves out. All other answers are as they
should be: so the loss begins near its least, and nothing is unlearned for the sake of how cells
are assigned.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from playbill.training.objects.yolox.cells import Cells, log_scores, overlaps, pair_overlaps

MIN_OVERLAP = 0.5
"""IoU of a cell's box and the teacher's from which on the cell answers for it."""
MOST_CELLS = 30
"""Cells that answer for one object at most: those whose score counts."""
MOST_CHANGE = 3.0
"""Of a score's logit at most: further is not a shade of opinion but another object."""
BOX_WEIGHT = 2.0
"""Of the boxes' part against the scores'."""
UNSEEN = 0.01
"""What a cell may score at most that no teacher's box is near to."""
LEAST, FAR = -16.0, -32.0
"""Logarithms of a score that is none, and of one that does not count."""


@dataclass(frozen=True, slots=True, eq=False)
class TaughtBoxes:
    """What the teacher says of one view."""

    boxes_xyxy: Tensor
    """(n, 4) pixels of the view."""
    classes: Tensor
    """(n,) indices into the pupil's classes."""
    scores: Tensor
    """(n,) 0 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What the cells of one view are to answer."""

    scores: Tensor
    """(cells, classes) 0 to 1."""
    boxes_xyxy: Tensor
    """(cells, 4) pixels; counts where `weights` says so."""
    weights: Tensor
    """(cells,) how much the box counts: the score of what it is of, 0 for none."""


@torch.no_grad()
def wanted(raw: Tensor, taught: TaughtBoxes, cells: Cells) -> Wanted:
    """What is to become of the answers `raw`, (cells, 5 + classes), of one view."""
    log_own = log_scores(raw).clamp(min=LEAST)
    boxes = cells.boxes(raw)
    scores = log_own.exp().clamp(max=UNSEEN)
    goals_xyxy, weights = boxes.clone(), torch.zeros_like(scores[:, 0])
    if not len(taught.boxes_xyxy):
        return Wanted(scores, goals_xyxy, weights)
    near = overlaps(taught.boxes_xyxy, boxes) >= MIN_OVERLAP  # (objects, cells)
    mine = torch.where(near, log_own[:, taught.classes].T, FAR)
    top, chosen = mine.topk(min(MOST_CELLS, mine.shape[1]), dim=1)
    is_near = top > FAR
    change = (_logit(taught.scores) - _logit(top[:, 0].exp())).clamp(-MOST_CHANGE, MOST_CHANGE)
    changed = torch.sigmoid(_logit(top.exp()) + change[:, None])
    # The surest box comes last and so has the last word where two want one cell.
    for i in taught.scores.argsort().tolist():
        at, score = chosen[i][is_near[i]], changed[i][is_near[i]]
        scores[at, taught.classes[i]] = score
        surer = score >= weights[at]
        goals_xyxy[at[surer]] = taught.boxes_xyxy[i]
        weights[at] = torch.maximum(weights[at], score)
    return Wanted(scores, goals_xyxy, weights)


def _logit(scores: Tensor) -> Tensor:
    return torch.logit(scores, eps=1e-6)


def teaching_loss(
    raw: Tensor, cells: Cells, targets: Sequence[Wanted]
) -> tuple[Tensor, dict[str, Tensor]]:
    """How far the answers `raw`, (n, cells, 5 + classes), are from `targets`.

    Scores by their cross-entropy less what no pupil can help, so that 0 is perfect; boxes by
    1 - IoU. Both are means over objects, each counted by its score.
    """
    goal = torch.stack([target.scores for target in targets])
    weights = torch.stack([target.weights for target in targets])
    goals_xyxy = torch.stack([target.boxes_xyxy for target in targets])
    log_score = log_scores(raw).clamp(max=-1e-6)
    log_none = torch.log1p(-log_score.exp())
    entropy = functional.binary_cross_entropy(goal, goal, reduction="sum").detach()
    count = weights.sum().clamp(min=1)
    scores = (-(goal * log_score + (1 - goal) * log_none).sum() - entropy) / count
    at = weights > 0
    missing = 1 - pair_overlaps(cells.boxes(raw)[at], goals_xyxy[at])
    boxes = BOX_WEIGHT * (missing * weights[at]).sum() / count
    return scores + boxes, {"scores": scores.detach(), "boxes": boxes.detach()}
