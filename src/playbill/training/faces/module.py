"""What is optimised: the embedding network, and the part of its loss that learns too."""

from typing import Self

import torch
from torch import Tensor, nn

from playbill.training.faces.losses import PeopleLoss, TripletLoss

MEAN, DIVISOR = 127.5, 128.0
"""Of the pixels that embedding networks take, as in the cards."""


class FaceModule(nn.Module):
    """Embedding network and loss; only `embedder` is of use afterwards."""

    def __init__(
        self, embedder: nn.Module, loss: PeopleLoss | TripletLoss, *, freeze_norm: bool
    ) -> None:
        """`freeze_norm`: batch norms keep their running figures, as small batches want it."""
        super().__init__()
        self.embedder = embedder
        self.loss = loss
        self.freeze_norm = freeze_norm

    def forward(self, pictures: Tensor, people: Tensor) -> Tensor:
        """(n, 3, h, w) uint8 RGB and (n,) whose they are, to the loss.

        The loss is float32 whatever the network runs in: ArcFace's angles need it.
        """
        embeddings = self.embedder(as_input(pictures)).float()
        with torch.autocast(embeddings.device.type, enabled=False):
            loss: Tensor = self.loss(embeddings, people)
        return loss

    def train(self, mode: bool = True) -> Self:  # noqa: FBT001, FBT002 - torch's own signature
        """As in torch, but for norms that are frozen."""
        super().train(mode)
        if self.freeze_norm:
            for part in self.embedder.modules():
                if isinstance(part, nn.modules.batchnorm._BatchNorm):  # noqa: SLF001 - no other name
                    part.eval()
        return self


def as_input(pictures: Tensor) -> Tensor:
    """(n, 3, h, w) uint8 to what embedding networks take."""
    return (pictures.float() - MEAN) / DIVISOR
