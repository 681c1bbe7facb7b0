"""What the Inception-ResNets are built of (Szegedy et al., 2016, arXiv:1602.07261)."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

EPSILON = 0.001
"""Of every batch norm, as in TF-Slim, where these networks come from."""

Kernel = int | tuple[int, int]


class ConvUnit(nn.Module):
    """Convolution, batch norm, ReLU; folded, the convolution has a bias in the norm's place."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: Kernel,
        *,
        stride: int = 1,
        padding: Kernel = 0,
        batch_norm: bool = True,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=not batch_norm)
        self.norm = nn.BatchNorm2d(outputs, eps=EPSILON) if batch_norm else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs, h, w) to (n, outputs, h', w')."""
        return torch.relu(self.norm(self.conv(x)))


Unit = Callable[..., ConvUnit]
"""`ConvUnit`, with batch norm or folded all through one network."""


class Parallel(nn.Module):
    """Branches over the same input, their channels one after another."""

    def __init__(self, branches: Sequence[nn.Module]) -> None:
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, h, w) to (n, sum of the branches' channels, h', w')."""
        return torch.cat([branch(x) for branch in self.branches], dim=1)


class Residual(nn.Module):
    """`relu(x + scale * up(branches(x)))`; the last one of a network goes without the ReLU."""

    def __init__(
        self, branches: Sequence[nn.Module], joined: int, channels: int, scale: float, *, relu: bool
    ) -> None:
        super().__init__()
        self.branches = nn.ModuleList(branches)
        self.up = nn.Conv2d(joined, channels, 1)
        self.scale = scale
        self.relu = nn.ReLU() if relu else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """(n, channels, h, w) to the same."""
        joined = torch.cat([branch(x) for branch in self.branches], dim=1)
        y: Tensor = self.relu(x + self.scale * self.up(joined))
        return y


class EmbeddingHead(nn.Module):
    """Mean over the picture, dropout, linear layer, batch norm (folded: a bias)."""

    def __init__(self, inputs: int, size: int, *, dropout: float, batch_norm: bool) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(inputs, size, bias=not batch_norm)
        self.norm = nn.BatchNorm1d(size, eps=EPSILON) if batch_norm else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs, h, w) to (n, size), not normalised."""
        embedding: Tensor = self.norm(self.linear(self.dropout(x.mean(dim=(2, 3)))))
        return embedding


def start_randomly(network: nn.Module) -> None:
    """Draw all convolutions so that ReLUs keep the variance (He et al., 2015)."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
