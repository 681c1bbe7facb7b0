"""Inception-ResNet-v2 (Szegedy et al., 2016, arXiv:1602.07261), an embedding in place of classes.

It is the network that the paper's authors gave out (TF-Slim; 55,843,464 parameters with ImageNet's
1,000 classes), with more and narrower blocks than the figures of the paper show.
"""

from functools import partial

from torch import Tensor, nn

from playbill.training.networks.inception import (
    ConvUnit,
    EmbeddingHead,
    Parallel,
    Residual,
    Unit,
    start_randomly,
)

EMBEDDING_SIZE = 512
FEATURES = 1536
"""What the head sees of each place of the picture."""


class InceptionResnetV2(nn.Module):
    """(n, 3, h, w) RGB as (x - 127.5) / 128, 160 or 299 px, to (n, 512), not normalised.

    It takes any size from 75 px on; the paper's is 299, FaceNet's 160.
    `batch_norm=False` is the same network with each norm folded into its convolution.
    """

    def __init__(
        self,
        *,
        batch_norm: bool = True,
        dropout: float = 0.2,
        embedding_size: int = EMBEDDING_SIZE,
    ) -> None:
        super().__init__()
        unit = partial(ConvUnit, batch_norm=batch_norm)
        self.stem = nn.Sequential(
            unit(3, 32, 3, stride=2),
            unit(32, 32, 3),
            unit(32, 64, 3, padding=1),
            nn.MaxPool2d(3, stride=2),
            unit(64, 80, 1),
            unit(80, 192, 3),
            nn.MaxPool2d(3, stride=2),
            _mixed_5b(unit),
        )
        self.block35 = nn.Sequential(*(_block35(unit) for _ in range(10)))
        self.reduction_a = _reduction_a(unit)
        self.block17 = nn.Sequential(*(_block17(unit) for _ in range(20)))
        self.reduction_b = _reduction_b(unit)
        self.block8 = nn.Sequential(
            *(_block8(unit, 0.2, relu=True) for _ in range(9)), _block8(unit, 1.0, relu=False)
        )
        self.last = unit(2080, FEATURES, 1)
        self.head = EmbeddingHead(FEATURES, embedding_size, dropout=dropout, batch_norm=batch_norm)
        start_randomly(self)

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, 3, h, w) to (n, embedding_size)."""
        x = self.reduction_a(self.block35(self.stem(pictures)))
        x = self.last(self.block8(self.reduction_b(self.block17(x))))
        embedding: Tensor = self.head(x)
        return embedding


def _mixed_5b(unit: Unit) -> Parallel:
    return Parallel(
        (
            unit(192, 96, 1),
            nn.Sequential(unit(192, 48, 1), unit(48, 64, 5, padding=2)),
            nn.Sequential(unit(192, 64, 1), unit(64, 96, 3, padding=1), unit(96, 96, 3, padding=1)),
            nn.Sequential(
                nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False), unit(192, 64, 1)
            ),
        )
    )


def _block35(unit: Unit) -> Residual:
    branches = (
        unit(320, 32, 1),
        nn.Sequential(unit(320, 32, 1), unit(32, 32, 3, padding=1)),
        nn.Sequential(unit(320, 32, 1), unit(32, 48, 3, padding=1), unit(48, 64, 3, padding=1)),
    )
    return Residual(branches, 128, 320, 0.17, relu=True)


def _reduction_a(unit: Unit) -> Parallel:
    return Parallel(
        (
            unit(320, 384, 3, stride=2),
            nn.Sequential(
                unit(320, 256, 1), unit(256, 256, 3, padding=1), unit(256, 384, 3, stride=2)
            ),
            nn.MaxPool2d(3, stride=2),
        )
    )


def _block17(unit: Unit) -> Residual:
    branches = (
        unit(1088, 192, 1),
        nn.Sequential(
            unit(1088, 128, 1),
            unit(128, 160, (1, 7), padding=(0, 3)),
            unit(160, 192, (7, 1), padding=(3, 0)),
        ),
    )
    return Residual(branches, 384, 1088, 0.1, relu=True)


def _reduction_b(unit: Unit) -> Parallel:
    return Parallel(
        (
            nn.Sequential(unit(1088, 256, 1), unit(256, 384, 3, stride=2)),
            nn.Sequential(unit(1088, 256, 1), unit(256, 288, 3, stride=2)),
            nn.Sequential(
                unit(1088, 256, 1), unit(256, 288, 3, padding=1), unit(288, 320, 3, stride=2)
            ),
            nn.MaxPool2d(3, stride=2),
        )
    )


def _block8(unit: Unit, scale: float, *, relu: bool) -> Residual:
    branches = (
        unit(2080, 192, 1),
        nn.Sequential(
            unit(2080, 192, 1),
            unit(192, 224, (1, 3), padding=(0, 1)),
            unit(224, 256, (3, 1), padding=(1, 0)),
        ),
    )
    return Residual(branches, 448, 2080, scale, relu=relu)
