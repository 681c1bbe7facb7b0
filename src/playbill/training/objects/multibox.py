"""The multibox loss of Liu et al. (2016), section 2.2, for sigmoid scores.

Scores are sigmoids here, as in the networks of TensorFlow's object detection API, and not the
soft-max of the paper: `models/ssd.py` reads sigmoids, and a fine-tuning that changed what the
numbers mean would begin by unlearning. The background has no score of its own: where there is no
object, every column is to be 0.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from playbill.training.objects.matching import BACKGROUND
from playbill.training.objects.settings import Mining


@dataclass(frozen=True, slots=True)
class MultiboxLoss:
    """How far answers are from their targets, a positive prior box on average."""

    mining: Mining
    """hard: of the negatives only the worst ones count, as in the paper. focal: all count, the
    easy ones little (Lin et al., 2017); `ssd_mobilenet_v1_coco` was trained so."""
    negatives: int = 3
    """hard: how many for each positive."""
    gamma: float = 2.0
    """focal: how little the easy ones count."""
    alpha: float = 0.75
    """focal: the weight of a class that is there; of one that is not, 1 - alpha."""
    box_weight: float = 1.0
    """Of the boxes' part against the classes'."""

    def __call__(
        self, encodings: Tensor, logits: Tensor, target_encodings: Tensor, target_columns: Tensor
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss, and its parts `boxes` and `classes`.

        Args:
            encodings: (n, priors, 4).
            logits: (n, priors, columns).
            target_encodings: (n, priors, 4).
            target_columns: (n, priors) class columns, 0 background, -1 ignored.
        """
        positive = target_columns > BACKGROUND
        count = positive.sum().clamp(min=1)
        boxes = functional.smooth_l1_loss(
            encodings.float()[positive], target_encodings[positive], reduction="sum"
        )
        boxes = self.box_weight * boxes / (count * encodings.shape[-1])
        classes = self._classes(logits.float(), target_columns) / count
        return boxes + classes, {"boxes": boxes.detach(), "classes": classes.detach()}

    def _classes(self, logits: Tensor, columns: Tensor) -> Tensor:
        wanted = functional.one_hot(columns.clamp(min=BACKGROUND), logits.shape[-1])
        wanted[..., BACKGROUND] = 0
        wanted = wanted.to(logits.dtype)
        losses = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
        if self.mining == "focal":
            counted = columns >= BACKGROUND
            return (losses * self._focus(logits, wanted)).sum(-1)[counted].sum()
        losses = losses.sum(-1)
        return losses[
            (columns > BACKGROUND) | hard_negatives(losses, columns, self.negatives)
        ].sum()

    def _focus(self, logits: Tensor, wanted: Tensor) -> Tensor:
        scores = logits.sigmoid()
        wrong = wanted * (1 - scores) + (1 - wanted) * scores
        weights = wanted * self.alpha + (1 - wanted) * (1 - self.alpha)
        return weights * wrong**self.gamma


def hard_negatives(losses: Tensor, columns: Tensor, ratio: int) -> Tensor:
    """(n, priors) which background boxes count: in a picture the worst, `ratio` for each positive.

    A picture without objects has one.

    Args:
        losses: (n, priors) of the classes.
        columns: (n, priors) class columns, 0 background, -1 ignored.
        ratio: negatives for each positive.
    """
    background = columns == BACKGROUND
    allowed = (ratio * (columns > BACKGROUND).sum(1, keepdim=True)).clamp(min=1)
    ranked = losses.detach().masked_fill(~background, -torch.inf)
    ranks = ranked.argsort(dim=1, descending=True).argsort(dim=1)
    return background & (ranks < allowed)
