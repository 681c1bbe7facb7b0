"""What an embedding is to become: one literal table of losses, all of pytorch-metric-learning."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import torch
from pytorch_metric_learning.distances import LpDistance
from pytorch_metric_learning.losses import ArcFaceLoss, NormalizedSoftmaxLoss, TripletMarginLoss
from pytorch_metric_learning.miners import TripletMarginMiner
from torch import Tensor, nn

from playbill.errors import TrainingError

TEMPERATURE = 0.05
"""Of the soft-max over cosines (Zhai and Wu, 2019, arXiv:1811.12649)."""
TRIPLET_MARGIN = 0.2
"""Of squared distances between unit vectors (Schroff et al., 2015, arXiv:1503.03832)."""
ARC_MARGIN_DEG, ARC_SCALE = 28.6, 64.0
"""Deng et al., 2019, arXiv:1801.07698."""


class PeopleLoss(nn.Module):
    """A loss over the people that are learned from, with a direction of its own for each."""

    def __init__(self, loss: NormalizedSoftmaxLoss | ArcFaceLoss) -> None:
        super().__init__()
        self.loss = loss
        # As in ArcFace's own code: short, so that the directions turn quickly at first.
        nn.init.normal_(loss.W, std=0.01)

    def forward(self, embeddings: Tensor, people: Tensor) -> Tensor:
        """(n, d) float32 and (n,) whose they are, to one number."""
        loss: Tensor = self.loss(embeddings, people)
        return loss

    def point_at(self, directions: Tensor) -> None:
        """Begin with (people, d) these directions of length 1, not with random ones.

        A network that knows faces already would be bent towards the random ones (Qi et al., 2018,
        "Low-shot learning with imprinted weights").
        """
        with torch.no_grad():
            self.loss.W.copy_(directions.T)

    def scores(self, embeddings: Tensor) -> Tensor:
        """(n, d) to (n, people), the most for the likeliest."""
        scores: Tensor = self.loss.get_logits(embeddings)
        return scores


class TripletLoss(nn.Module):
    """FaceNet's: a face nearer to its own than to others, by a margin; semi-hard negatives only.

    It needs several pictures of a person in each batch. A batch without semi-hard triplets is 0.
    """

    def __init__(self) -> None:
        super().__init__()
        squared = {"distance": LpDistance(power=2)}
        self.miner = TripletMarginMiner(TRIPLET_MARGIN, "semihard", **squared)
        self.loss = TripletMarginLoss(TRIPLET_MARGIN, **squared)

    def forward(self, embeddings: Tensor, people: Tensor) -> Tensor:
        """(n, d) float32 and (n,) whose they are, to one number."""
        loss: Tensor = self.loss(embeddings, people, self.miner(embeddings, people))
        return loss


@dataclass(frozen=True, slots=True)
class LossKind:
    """How to make a loss, and what it asks of batches."""

    build: Callable[[int, int], PeopleLoss | TripletLoss]
    """From the number of people and the size of embeddings."""
    needs_balance: bool
    """Whether each batch has to hold several pictures of each of its people."""


def _softmax(people: int, size: int) -> PeopleLoss:
    return PeopleLoss(NormalizedSoftmaxLoss(people, size, temperature=TEMPERATURE))


def _arcface(people: int, size: int) -> PeopleLoss:
    return PeopleLoss(ArcFaceLoss(people, size, margin=ARC_MARGIN_DEG, scale=ARC_SCALE))


def _triplet(_people: int, _size: int) -> TripletLoss:
    return TripletLoss()


LOSSES = MappingProxyType(
    {
        "softmax": LossKind(_softmax, needs_balance=False),
        "triplet": LossKind(_triplet, needs_balance=True),
        "arcface": LossKind(_arcface, needs_balance=False),
    }
)


def loss_kind(name: str) -> LossKind:
    """The loss of that name.

    Raises:
        TrainingError: there is none.
    """
    if name not in LOSSES:
        known = ", ".join(LOSSES)
        raise TrainingError(f"{name}: no loss of that name, expected one of {known}")
    return LOSSES[name]
