"""What single-shot detectors have in common: padding as TensorFlow does it, and heads."""

from collections.abc import Sequence
from math import log

import torch
from torch import Tensor, nn

BOX_NUMBERS = 4
PRIOR = 0.01
"""What every class scores before anything is learnt (Lin et al., 2017, section 4.1)."""


class SsdNetwork(nn.Module):
    """What every single-shot detector here is: pictures to what its prior boxes answer.

    Called with (n, 3, side, side) RGB, (x - 128) / 128, it gives (n, priors, 4) box offsets and
    (n, priors, columns) class logits.
    """

    side: int
    """Width and height of the pictures it takes."""
    grids: tuple[int, ...]
    """Cells on a side of each feature map."""
    columns: int
    """Class columns, the background's included."""
    backbone: nn.ModuleList
    """What may be frozen, from the picture upwards."""


def same_padding(side: int, kernel: int, stride: int) -> tuple[int, int]:
    """Zeros before and after a line of `side` values, so that `ceil(side / stride)` come out.

    TensorFlow's SAME: the odd one goes to the end.
    """
    total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
    return total // 2, total - total // 2


class SameConv(nn.Sequential):
    """A convolution with TensorFlow's SAME padding, which is not the same on all sides."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        side: int,
        *,
        stride: int = 1,
        groups: int = 1,
        bias: bool = True,
    ) -> None:
        """Make it for maps of `side` x `side`, of which `ceil(side / stride)` come out."""
        before, after = same_padding(side, kernel, stride)
        even = before == after
        conv = nn.Conv2d(
            inputs, outputs, kernel, stride, before if even else 0, groups=groups, bias=bias
        )
        uneven = [] if even else [nn.ZeroPad2d((before, after, before, after))]
        super().__init__(*uneven, conv)


class MapHeads(nn.Module):
    """For one feature map: box offsets and class logits of every prior box on every cell."""

    def __init__(self, boxes: nn.Module, classes: nn.Module, columns: int) -> None:
        """Take modules from a map to `shapes * 4` and to `shapes * columns` planes."""
        super().__init__()
        self.boxes = boxes
        self.classes = classes
        self.columns = columns

    def forward(self, maps: Tensor) -> tuple[Tensor, Tensor]:
        """(n, planes, h, w) -> (n, h * w * shapes, 4) and (n, h * w * shapes, columns)."""
        return _rows(self.boxes(maps), BOX_NUMBERS), _rows(self.classes(maps), self.columns)


def box_layer(planes: int, shapes: int) -> nn.Conv2d:
    """The last layer of a map's box offsets."""
    return _last_layer(planes, shapes * BOX_NUMBERS, 0.0)


def class_layer(planes: int, shapes: int, columns: int) -> nn.Conv2d:
    """The last layer of a map's class logits; it begins with `PRIOR` for every class."""
    return _last_layer(planes, shapes * columns, -log((1 - PRIOR) / PRIOR))


def _last_layer(planes: int, outputs: int, bias: float) -> nn.Conv2d:
    layer = nn.Conv2d(planes, outputs, 1)
    for weights in layer.parameters():
        nn.init.constant_(weights, bias)
    nn.init.normal_(layer.weight, std=0.01)
    return layer


def run_heads(heads: nn.ModuleList, maps: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """All maps through their heads: (n, priors, 4) box offsets, (n, priors, columns) logits."""
    answers = [head(one) for head, one in zip(heads, maps, strict=True)]
    boxes = torch.cat([boxes for boxes, _ in answers], 1)
    return boxes, torch.cat([logits for _, logits in answers], 1)


def _rows(planes: Tensor, numbers: int) -> Tensor:
    """Planes of a grid to rows: line by line, then through the prior boxes of a cell."""
    return planes.permute(0, 2, 3, 1).reshape(planes.shape[0], -1, numbers)
