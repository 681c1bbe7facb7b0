"""What is optimised: the embedding network, and the part of its loss that learns too."""

from typing import Self

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

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

    def forward(
        self, pictures: Tensor, people: Tensor, wanted: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """The loss over people, and how far the embeddings are from where they are to be held.

        Both are float32 whatever the network runs in: ArcFace's angles need it.

        Args:
            pictures: (n, 3, h, w) uint8 RGB.
            people: (k,) whose the first k of them are; nobody says whose the others are.
            wanted: (n, d) of length 1, where the embeddings are to stay; None: anywhere.
        """
        embeddings = self.embedder(as_input(pictures)).float()
        with torch.autocast(embeddings.device.type, enabled=False):
            loss: Tensor = self.loss(embeddings[: len(people)], people)
            if wanted is None:
                return loss, loss.new_zeros(())
            return loss, (1 - (normalize(embeddings) * wanted).sum(dim=1)).mean()

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
