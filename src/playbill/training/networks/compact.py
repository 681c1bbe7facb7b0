"""A small residual network for faces (He et al., 2016), quick on processors.

Plain 3 x 3 convolutions, since matrix units of processors (AMX) and their caches like few, dense
layers better than many thin ones; half of the resolution goes with each stage.
"""

from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn

INPUT_PX = 112
"""The side of the faces it sees."""


@dataclass(frozen=True, slots=True)
class CompactShape:
    """How wide and deep it is."""

    widths: tuple[int, ...] = (32, 64, 128, 256)
    """Channels after each halving of the resolution."""
    depths: tuple[int, ...] = (0, 1, 2, 2)
    """Residual blocks of each stage."""
    squeezed: int = 128
    """Channels at each place of the last stage that the embedding is made of: the layer for that
    has half of all weights, and for one face alone reading them takes as long as arithmetic."""
    embedding: int = 512


class Block(nn.Module):
    """Two convolutions and the way around them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _convolution(channels, channels, stride=1)
        self.relu = nn.ReLU(inplace=True)
        self.second = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)
        )

    def forward(self, features: Tensor) -> Tensor:
        """(n, c, h, w) to the same."""
        summed: Tensor = self.relu(features + self.second(self.first(features)))
        return summed


class CompactFaceNet(nn.Module):
    """(n, 3, 112, 112) to (n, 512), not normalised."""

    def __init__(self, shape: CompactShape = CompactShape()) -> None:
        super().__init__()
        stages = [
            nn.Sequential(_convolution(before, after, stride=2), *map(Block, [after] * depth))
            for (before, after), depth in zip(
                pairwise((3, *shape.widths)), shape.depths, strict=True
            )
        ]
        self.body = nn.Sequential(*stages)
        side = INPUT_PX // 2 ** len(shape.widths)
        self.head = nn.Sequential(
            nn.Conv2d(shape.widths[-1], shape.squeezed, 1, bias=False),
            nn.BatchNorm2d(shape.squeezed),
            nn.Flatten(),
            nn.Linear(shape.squeezed * side * side, shape.embedding, bias=False),
            nn.BatchNorm1d(shape.embedding),
        )

    def forward(self, faces: Tensor) -> Tensor:
        """Faces as (x - 127.5) / 128 of 0 to 255 RGB, to their embeddings."""
        embeddings: Tensor = self.head(self.body(faces))
        return embeddings


def _convolution(before: int, after: int, *, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, stride, 1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
    )
