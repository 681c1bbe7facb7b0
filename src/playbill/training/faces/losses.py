"""What an embedding is to become: one literal table of losses, all of pytorch-metric-learning."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

from pytorch_metric_learning.distances import LpDistance
from pytorch_metric_learning.losses import ArcFaceLoss, NormalizedSoftmaxLoss, TripletMarginLoss
from pytorch_metric_learning.miners import TripletMarginMiner
from torch import Tensor, nn

TEMPERATURE = 0.05
"""Of the soft-max over cosines (Zhai and Wu, 2019, arXiv:1811.12649)."""
TRIPLET_MARGIN = 0.2
"""Of squared distances between unit vectors (Schroff et al., 2015, arXiv:1503.03832)."""
ARC_MARGIN_DEG, ARC_SCALE = 28.6, 64.0
"""Deng et al., 2019, arXiv:1801.07698."""


class PeopleLoss(nn.Module):
    """A loss over the people that are trained on, with a direction of its own for each of them."""

    def __init__(self, loss: nn.Module) -> None:
        super().__init__()
        self.loss = loss

    def forward(self, embeddings: Tensor, people: Tensor) -> Tensor:
        """(n, d) float32 and (n,) whose they are, to one number."""
        return self.loss(embeddings, people)

    def scores(self, embeddings: Tensor) -> Tensor:
        """(n, d) to (n, people), the most for the likeliest."""
        return self.loss.get_logits(embeddings)


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
        return self.loss(embeddings, people, self.miner(embeddings, people))


@dataclass(frozen=True, slots=True)
class LossKind:
    """How to make a loss, and what it asks of batches."""

    build: Callable[[int, int], nn.Module]
    """From the number of people and the size of embeddings."""
    needs_balance: bool
    """Whether each batch has to hold several pictures of each of its people."""


def _softmax(people: int, size: int) -> nn.Module:
    return PeopleLoss(NormalizedSoftmaxLoss(people, size, temperature=TEMPERATURE))


def _arcface(people: int, size: int) -> nn.Module:
    return PeopleLoss(ArcFaceLoss(people, size, margin=ARC_MARGIN_DEG, scale=ARC_SCALE))


def _triplet(_people: int, _size: int) -> nn.Module:
    return TripletLoss()


LOSSES = MappingProxyType(
    {
        "softmax": LossKind(_softmax, needs_balance=False),
        "triplet": LossKind(_triplet, needs_balance=True),
        "arcface": LossKind(_arcface, needs_balance=False),
    }
)
