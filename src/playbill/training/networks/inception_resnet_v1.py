"""Inception-ResNet-v1 as FaceNet has it: the network of `facenet_vggface2`.

Szegedy et al., 2016 (arXiv:1602.07261), in the form of davidsandberg/facenet, which differs from
the paper's figures in the last residual block (not scaled, no ReLU) and ends in an embedding.
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


class InceptionResnetV1(nn.Module):
    """(n, 3, h, w) RGB as (x - 127.5) / 128, 160 px, to (n, 512), not normalised.

    With `batch_norm` it is the network to train from nothing. Without, each norm is folded into its
    convolution: the same function as with the norms' running figures, and the state in which
    `facenet_vggface2.onnx` is. Fine-tuning that is training with frozen batch norm, and it needs a
    small learning rate, since nothing normalises.
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
            unit(192, 256, 3, stride=2),
        )
        self.block35 = nn.Sequential(*(_block35(unit) for _ in range(5)))
        self.reduction_a = _reduction_a(unit)
        self.block17 = nn.Sequential(*(_block17(unit) for _ in range(10)))
        self.reduction_b = _reduction_b(unit)
        self.block8 = nn.Sequential(
            *(_block8(unit, 0.2, relu=True) for _ in range(5)), _block8(unit, 1.0, relu=False)
        )
        self.head = EmbeddingHead(1792, embedding_size, dropout=dropout, batch_norm=batch_norm)
        start_randomly(self)

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, 3, h, w) to (n, embedding_size)."""
        x = self.reduction_a(self.block35(self.stem(pictures)))
        embedding: Tensor = self.head(self.block8(self.reduction_b(self.block17(x))))
        return embedding


def _block35(unit: Unit) -> Residual:
    branches = (
        unit(256, 32, 1),
        nn.Sequential(unit(256, 32, 1), unit(32, 32, 3, padding=1)),
        nn.Sequential(unit(256, 32, 1), unit(32, 32, 3, padding=1), unit(32, 32, 3, padding=1)),
    )
    return Residual(branches, 96, 256, 0.17, relu=True)


def _reduction_a(unit: Unit) -> Parallel:
    return Parallel(
        (
            unit(256, 384, 3, stride=2),
            nn.Sequential(
                unit(256, 192, 1), unit(192, 192, 3, padding=1), unit(192, 256, 3, stride=2)
            ),
            nn.MaxPool2d(3, stride=2),
        )
    )


def _block17(unit: Unit) -> Residual:
    branches = (
        unit(896, 128, 1),
        nn.Sequential(
            unit(896, 128, 1),
            unit(128, 128, (1, 7), padding=(0, 3)),
            unit(128, 128, (7, 1), padding=(3, 0)),
        ),
    )
    return Residual(branches, 256, 896, 0.1, relu=True)


def _reduction_b(unit: Unit) -> Parallel:
    return Parallel(
        (
            nn.Sequential(unit(896, 256, 1), unit(256, 384, 3, stride=2)),
            nn.Sequential(unit(896, 256, 1), unit(256, 256, 3, stride=2)),
            nn.Sequential(
                unit(896, 256, 1), unit(256, 256, 3, padding=1), unit(256, 256, 3, stride=2)
            ),
            nn.MaxPool2d(3, stride=2),
        )
    )


def _block8(unit: Unit, scale: float, *, relu: bool) -> Residual:
    branches = (
        unit(1792, 192, 1),
        nn.Sequential(
            unit(1792, 192, 1),
            unit(192, 192, (1, 3), padding=(0, 1)),
            unit(192, 192, (3, 1), padding=(1, 0)),
        ),
    )
    return Residual(branches, 384, 1792, scale, relu=relu)
