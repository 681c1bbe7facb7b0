"""SSD on MobileNet-v1 with three quarters of its planes, as in `ssd_mobilenet_v1_coco`.

Liu et al. (2016), Howard et al. (2017), put together as TensorFlow's object detection API does.
"""

from dataclasses import dataclass

from torch import Tensor, nn

from playbill.training.networks.ssd_parts import (
    MapHeads,
    SameConv,
    SsdNetwork,
    box_layer,
    class_layer,
    run_heads,
)
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


class SsdMobileNetV1(SsdNetwork):
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
        end = _End(planes=3, side=SIDE, normalised=normalised)
        units: list[nn.Module] = [end.unit(FIRST_PLANES, 3, stride=2)]
        units += [end.separable(planes, stride) for planes, stride in BLOCKS]
        self.backbone = nn.ModuleList(units)
        mapped = [BLOCKS[FINEST_MAP - 1][0], end.planes]
        self.extras = nn.ModuleList(end.smaller(squeezed, planes) for squeezed, planes in EXTRAS)
        mapped += [planes for _, planes in EXTRAS]
        self.heads = nn.ModuleList(
            MapHeads(box_layer(planes, shapes), class_layer(planes, shapes, columns), columns)
            for planes, shapes in zip(mapped, shapes_per_cell(GRIDS), strict=True)
        )

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """(n, 3, 300, 300) RGB, (x - 128) / 128 -> (n, 1917, 4) offsets, (n, 1917, columns)."""
        maps: list[Tensor] = []
        for i, unit in enumerate(self.backbone):
            pictures = unit(pictures)
            if i in {FINEST_MAP, len(BLOCKS)}:
                maps.append(pictures)
        for extra in self.extras:
            maps.append(extra(maps[-1]))
        return run_heads(self.heads, maps)


@dataclass(slots=True)
class _End:
    """Where a network ends that is being put together: each part begins there and moves it on."""

    planes: int
    side: int
    normalised: bool

    def unit(self, outputs: int, kernel: int, *, stride: int = 1, groups: int = 1) -> nn.Sequential:
        """A convolution, batch normalisation or the bias it was folded into, and ReLU6."""
        inputs, side = self.planes, self.side
        self.planes, self.side = outputs, -(-side // stride)
        conv = SameConv(
            *(inputs, outputs, kernel, side),
            stride=stride,
            groups=groups,
            bias=not self.normalised,
        )
        norms = [nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01)] if self.normalised else []
        return nn.Sequential(conv, *norms, nn.ReLU6())

    def separable(self, outputs: int, stride: int) -> nn.Sequential:
        """A convolution of each plane by itself, then one across the planes (section 3.1)."""
        alone = self.unit(self.planes, 3, stride=stride, groups=self.planes)
        return nn.Sequential(alone, self.unit(outputs, 1))

    def smaller(self, squeezed: int, outputs: int) -> nn.Sequential:
        """Half the grid: planes squeezed, then a convolution of stride 2."""
        return nn.Sequential(self.unit(squeezed, 1), self.unit(outputs, 3, stride=2))
