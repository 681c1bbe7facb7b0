"""SSD on MobileNet-v1 with three quarters of its planes, as in `ssd_mobilenet_v1_coco`.

Liu et al. (2016), Howard et al. (2017), put together as TensorFlow's object detection API does.
"""

from torch import Tensor, nn
from torch.nn import functional

from playbill.training.networks.ssd_parts import BOX_NUMBERS, MapHeads, SameConv, run_heads
from playbill.training.objects.anchors import shapes_per_cell

SIDE = 300
GRIDS = (19, 10, 5, 3, 2, 1)
"""Cells on a side of the six feature maps, for pictures of `SIDE` x `SIDE`."""
FIRST_PLANES = 24
BLOCKS = (
    *((48, 1), (96, 2), (96, 1), (192, 2), (192, 1), (384, 2)),
    *((384, 1), (384, 1), (384, 1), (384, 1), (384, 1), (768, 2), (768, 1)),
)
"""(planes, stride) of each separable convolution; 0.75 of the paper's planes."""
FINEST_MAP = 11
"""How many blocks lie below the first feature map; the second one is the backbone's end."""
EXTRAS = ((192, 384), (96, 192), (96, 192), (48, 96))
"""(squeezed, planes) of each map that is made of the one before it."""


class ConvUnit(nn.Module):
    """A convolution, batch normalisation or the bias it was folded into, and ReLU6."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        *,
        stride: int = 1,
        groups: int = 1,
        normalised: bool,
    ) -> None:
        super().__init__()
        self.conv = SameConv(
            inputs, outputs, kernel, stride=stride, groups=groups, bias=not normalised
        )
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01) if normalised else None

    def forward(self, maps: Tensor) -> Tensor:
        """(n, inputs, h, w) -> (n, outputs, ceil(h / stride), ceil(w / stride)), 0 to 6."""
        maps = self.conv(maps)
        return functional.relu6(maps if self.norm is None else self.norm(maps))


class SsdMobileNetV1(nn.Module):
    """Pictures to box offsets and class logits of 1,917 prior boxes.

    `normalised=False` has biases where batch normalisation was folded in, which is how the weights
    of `ssd_mobilenet_v1_coco` come and how a fine-tuning on few pictures stays steady.
    """

    side = SIDE
    grids = GRIDS

    def __init__(self, columns: int, *, normalised: bool = False) -> None:
        """Build it for `columns` class columns, the background's included."""
        super().__init__()
        self.columns = columns
        self.normalised = normalised
        units: list[nn.Module] = [ConvUnit(3, FIRST_PLANES, 3, stride=2, normalised=normalised)]
        planes = FIRST_PLANES
        for outputs, stride in BLOCKS:
            units.append(_separable(planes, outputs, stride, normalised=normalised))
            planes = outputs
        self.backbone = nn.ModuleList(units)
        mapped = [BLOCKS[FINEST_MAP - 1][0], planes]
        extras = []
        for squeezed, outputs in EXTRAS:
            extras.append(_extra(planes, squeezed, outputs, normalised=normalised))
            planes = outputs
            mapped.append(planes)
        self.extras = nn.ModuleList(extras)
        self.heads = nn.ModuleList(
            MapHeads(
                SameConv(planes, shapes * BOX_NUMBERS, 1), SameConv(planes, shapes * columns, 1), columns
            )
            for planes, shapes in zip(mapped, shapes_per_cell(GRIDS), strict=True)
        )

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """(n, 3, 300, 300) RGB, (x - 128) / 128 -> (n, 1917, 4) offsets, (n, 1917, columns)."""
        maps = []
        for i, unit in enumerate(self.backbone):
            pictures = unit(pictures)
            if i in {FINEST_MAP, len(BLOCKS)}:
                maps.append(pictures)
        for extra in self.extras:
            maps.append(extra(maps[-1]))
        return run_heads(self.heads, maps)


def _separable(inputs: int, outputs: int, stride: int, *, normalised: bool) -> nn.Sequential:
    """A convolution of each plane by itself, then one across the planes (section 3.1)."""
    return nn.Sequential(
        ConvUnit(inputs, inputs, 3, stride=stride, groups=inputs, normalised=normalised),
        ConvUnit(inputs, outputs, 1, normalised=normalised),
    )


def _extra(inputs: int, squeezed: int, outputs: int, *, normalised: bool) -> nn.Sequential:
    """Half the grid: planes squeezed, then a convolution of stride 2."""
    return nn.Sequential(
        ConvUnit(inputs, squeezed, 1, normalised=normalised),
        ConvUnit(squeezed, outputs, 3, stride=2, normalised=normalised),
    )
