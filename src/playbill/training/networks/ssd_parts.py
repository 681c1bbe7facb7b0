"""What single-shot detectors have in common: TensorFlow's padding, and the two heads of each map."""

from collections.abc import Sequence

from torch import Tensor, cat, nn
from torch.nn import functional

BOX_NUMBERS = 4


def same_padding(side: int, kernel: int, stride: int) -> tuple[int, int]:
    """Zeros before and after a line of `side` values, so that `ceil(side / stride)` come out.

    TensorFlow's SAME: the odd one goes to the end.
    """
    total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
    return total // 2, total - total // 2


class SameConv(nn.Conv2d):
    """A convolution with TensorFlow's SAME padding, which is not the same on all sides."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        *,
        stride: int = 1,
        groups: int = 1,
        bias: bool = True,
    ) -> None:
        super().__init__(inputs, outputs, kernel, stride=stride, groups=groups, bias=bias)

    def forward(self, maps: Tensor) -> Tensor:
        """(n, inputs, h, w) -> (n, outputs, ceil(h / stride), ceil(w / stride))."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        top, bottom = same_padding(maps.shape[2], kernel, stride)
        left, right = same_padding(maps.shape[3], kernel, stride)
        if top == bottom and left == right:
            return functional.conv2d(
                maps, self.weight, self.bias, self.stride, (top, left), 1, self.groups
            )
        padded = functional.pad(maps, (left, right, top, bottom))
        return functional.conv2d(padded, self.weight, self.bias, self.stride, 0, 1, self.groups)


class MapHeads(nn.Module):
    """For one feature map: box offsets and class scores of every prior box on every cell."""

    def __init__(self, boxes: nn.Module, classes: nn.Module, columns: int) -> None:
        """Take modules from a map to `shapes * 4` and to `shapes * columns` planes."""
        super().__init__()
        self.boxes = boxes
        self.classes = classes
        self.columns = columns

    def forward(self, maps: Tensor) -> tuple[Tensor, Tensor]:
        """(n, planes, h, w) -> (n, h * w * shapes, 4) and (n, h * w * shapes, columns)."""
        return (
            _rows(self.boxes(maps), BOX_NUMBERS),
            _rows(self.classes(maps), self.columns),
        )


def _rows(planes: Tensor, numbers: int) -> Tensor:
    """Planes of a grid to rows: line by line, then through the prior boxes of a cell."""
    return planes.permute(0, 2, 3, 1).reshape(planes.shape[0], -1, numbers)


def run_heads(heads: nn.ModuleList, maps: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """All maps through their heads: (n, priors, 4) box offsets, (n, priors, columns) logits."""
    answers = [head(one) for head, one in zip(heads, maps, strict=True)]
    return cat([boxes for boxes, _ in answers], 1), cat([logits for _, logits in answers], 1)
