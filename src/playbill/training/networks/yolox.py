"""YOLOX-nano: an anchor-free detector of 900,000 weights (Ge et al., 2021).

CSPDarknet of a third of the depth and a quarter of the width, a path aggregation network (Liu et
al., 2018) and decoupled heads, all of it in depthwise separable convolutions. Modules are made in
the order in which they run, which is also the order of an ONNX file's convolutions.
"""

from collections.abc import Sequence
from math import log

import torch
from torch import Tensor, nn

STRIDES = (8, 16, 32)
"""Pixels between the cells of each grid, finest first."""
PLANES = (64, 128, 256)
"""Of the backbone's maps at those strides."""
REPEATS = (1, 3, 3, 1)
"""Bottlenecks in each stage of the backbone."""
STEM_PLANES = 16
HEAD_PLANES = 64
BOX_NUMBERS = 4
PRIOR = 0.01
"""What objectness and every class score before anything is learnt (Lin et al., 2017)."""
POOLED_PX = (5, 9, 13)
"""Windows of the spatial pyramid (He et al., 2015)."""


class Unit(nn.Sequential):
    """A convolution, batch normalisation or the bias it was folded into, and SiLU."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int = 1,
        *,
        stride: int = 1,
        groups: int = 1,
        normalised: bool,
    ) -> None:
        """Make it for maps that keep their sides, or halve them with `stride` 2."""
        padding = (kernel - 1) // 2
        conv = nn.Conv2d(
            inputs, outputs, kernel, stride, padding, groups=groups, bias=not normalised
        )
        norms = [nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03)] if normalised else []
        super().__init__(conv, *norms, nn.SiLU(inplace=True))


class Separable(nn.Sequential):
    """A 3 x 3 convolution of each plane by itself, then one across the planes."""

    def __init__(self, inputs: int, outputs: int, *, stride: int = 1, normalised: bool) -> None:
        super().__init__(
            Unit(inputs, inputs, 3, stride=stride, groups=inputs, normalised=normalised),
            Unit(inputs, outputs, normalised=normalised),
        )


class Bottleneck(nn.Module):
    """Two convolutions, and round them a way that leaves all as it was."""

    def __init__(self, planes: int, *, shortcut: bool, normalised: bool) -> None:
        super().__init__()
        self.shortcut = shortcut
        self.first = Unit(planes, planes, normalised=normalised)
        self.second = Separable(planes, planes, normalised=normalised)

    def forward(self, maps: Tensor) -> Tensor:
        """(n, planes, h, w) -> the same shape."""
        changed: Tensor = self.second(self.first(maps))
        return maps + changed if self.shortcut else changed


class CspLayer(nn.Module):
    """Half of the planes through bottlenecks, half past them (Wang et al., 2020)."""

    def __init__(
        self, inputs: int, outputs: int, repeats: int, *, shortcut: bool, normalised: bool
    ) -> None:
        super().__init__()
        half = outputs // 2
        self.through = Unit(inputs, half, normalised=normalised)
        self.past = Unit(inputs, half, normalised=normalised)
        self.bottlenecks = nn.Sequential(
            *(Bottleneck(half, shortcut=shortcut, normalised=normalised) for _ in range(repeats))
        )
        self.joined = Unit(2 * half, outputs, normalised=normalised)

    def forward(self, maps: Tensor) -> Tensor:
        """(n, inputs, h, w) -> (n, outputs, h, w)."""
        past = self.past(maps)
        through = self.bottlenecks(self.through(maps))
        joined: Tensor = self.joined(torch.cat([through, past], 1))
        return joined


class SpatialPyramid(nn.Module):
    """Each cell beside the greatest values around it, in wider and wider windows."""

    def __init__(self, planes: int, *, normalised: bool) -> None:
        super().__init__()
        half = planes // 2
        self.squeezed = Unit(planes, half, normalised=normalised)
        self.pools = nn.ModuleList(nn.MaxPool2d(side, 1, side // 2) for side in POOLED_PX)
        self.joined = Unit(half * (1 + len(POOLED_PX)), planes, normalised=normalised)

    def forward(self, maps: Tensor) -> Tensor:
        """(n, planes, h, w) -> the same shape."""
        maps = self.squeezed(maps)
        joined: Tensor = self.joined(torch.cat([maps, *(pool(maps) for pool in self.pools)], 1))
        return joined


def backbone_units(*, normalised: bool) -> nn.ModuleList:
    """The stem and four stages of two units each; maps come from the last three stages."""
    units: list[nn.Module] = [Stem(STEM_PLANES, normalised=normalised)]
    inputs = STEM_PLANES
    for outputs, repeats in zip((2 * STEM_PLANES, *PLANES), REPEATS, strict=True):
        smaller = Separable(inputs, outputs, stride=2, normalised=normalised)
        is_last = outputs == PLANES[-1]
        csp = CspLayer(outputs, outputs, repeats, shortcut=not is_last, normalised=normalised)
        pyramid = [SpatialPyramid(outputs, normalised=normalised)] if is_last else []
        units += [smaller, nn.Sequential(*pyramid, csp)]
        inputs = outputs
    return nn.ModuleList(units)


class Stem(nn.Sequential):
    """The first convolution, 6 x 6 with stride 2.

    YOLOX puts four neighbouring pixels into one cell and runs 3 x 3 over the cells (`Focus`): the
    same sums, written as one convolution.
    """

    def __init__(self, outputs: int, *, normalised: bool) -> None:
        conv = nn.Conv2d(3, outputs, 6, 2, 2, bias=not normalised)
        norms = [nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03)] if normalised else []
        super().__init__(conv, *norms, nn.SiLU(inplace=True))


class PathAggregation(nn.Module):
    """Three maps that know of each other: down from the coarsest, then up from the finest."""

    def __init__(self, *, normalised: bool) -> None:
        super().__init__()
        fine, middle, coarse = PLANES

        def csp(inputs: int, outputs: int) -> CspLayer:
            return CspLayer(inputs, outputs, 1, shortcut=False, normalised=normalised)

        self.lateral = Unit(coarse, middle, normalised=normalised)
        self.down_middle = csp(2 * middle, middle)
        self.reduced = Unit(middle, fine, normalised=normalised)
        self.down_fine = csp(2 * fine, fine)
        self.smaller_fine = Separable(fine, fine, stride=2, normalised=normalised)
        self.up_middle = csp(2 * fine, middle)
        self.smaller_middle = Separable(middle, middle, stride=2, normalised=normalised)
        self.up_coarse = csp(2 * middle, coarse)
        self.larger = nn.Upsample(scale_factor=2, mode="nearest")

    def forward(self, fine: Tensor, middle: Tensor, coarse: Tensor) -> list[Tensor]:
        """The maps of `STRIDES` -> as many of the same shapes."""
        lateral = self.lateral(coarse)
        reduced = self.reduced(self.down_middle(torch.cat([self.larger(lateral), middle], 1)))
        finest = self.down_fine(torch.cat([self.larger(reduced), fine], 1))
        between = self.up_middle(torch.cat([self.smaller_fine(finest), reduced], 1))
        coarsest = self.up_coarse(torch.cat([self.smaller_middle(between), lateral], 1))
        return [finest, between, coarsest]


class MapHead(nn.Module):
    """For one map: box, objectness and class logits of every cell, by separate ways."""

    def __init__(self, planes: int, classes: int, *, normalised: bool) -> None:
        super().__init__()
        width = HEAD_PLANES

        def way() -> nn.Sequential:
            return nn.Sequential(
                Separable(width, width, normalised=normalised),
                Separable(width, width, normalised=normalised),
            )

        self.stem = Unit(planes, width, normalised=normalised)
        self.class_way = way()
        self.classes = _last_layer(width, classes, -log((1 - PRIOR) / PRIOR))
        self.box_way = way()
        self.boxes = _last_layer(width, BOX_NUMBERS, 0.0)
        self.objectness = _last_layer(width, 1, -log((1 - PRIOR) / PRIOR))

    def forward(self, maps: Tensor) -> Tensor:
        """(n, planes, h, w) -> (n, h * w, 5 + classes), line by line."""
        maps = self.stem(maps)
        classes = self.classes(self.class_way(maps))
        boxes = self.box_way(maps)
        planes = torch.cat([self.boxes(boxes), self.objectness(boxes), classes], 1)
        return planes.flatten(2).transpose(1, 2)


def _last_layer(planes: int, outputs: int, bias: float) -> nn.Conv2d:
    layer = nn.Conv2d(planes, outputs, 1)
    nn.init.normal_(layer.weight, std=0.01)
    nn.init.constant_(layer.bias, bias)  # type: ignore[arg-type]
    return layer


class YoloxNano(nn.Module):
    """Pictures to what every cell of three grids answers.

    `normalised=False` has biases where batch normalisation was folded in, which is how the weights
    of `yolox_nano` come and how a fine-tuning on few pictures stays steady.
    """

    def __init__(self, classes: int, *, normalised: bool = False) -> None:
        """Build it for `classes` classes; a background there is none."""
        super().__init__()
        self.classes = classes
        self.normalised = normalised
        self.backbone = backbone_units(normalised=normalised)
        self.neck = PathAggregation(normalised=normalised)
        self.heads = nn.ModuleList(
            MapHead(planes, classes, normalised=normalised) for planes in PLANES
        )

    def units(self) -> nn.ModuleList:
        """What may be frozen, from the picture upwards: backbone, neck, all but the heads' ends."""
        beginnings: list[nn.Module] = []
        for head in self.heads:
            ways = (head.get_submodule("class_way.0"), head.get_submodule("box_way.0"))
            beginnings += [head.get_submodule("stem"), *ways]
        return nn.ModuleList([*self.backbone, self.neck, nn.ModuleList(beginnings)])

    def forward(self, pictures: Tensor) -> Tensor:
        """Raw answers, finest grid first, each grid line by line.

        Args:
            pictures: (n, 3, h, w) BGR, 0 to 255, letterboxed; h and w multiples of 32.

        Returns:
            (n, cells, 5 + classes): x, y, width and height relative to the cell as
            `models.yolox.decode_boxes` reads them, then logits of objectness and classes.
        """
        maps: list[Tensor] = []
        for unit in self.backbone:
            pictures = unit(pictures)
            maps.append(pictures)
        shared: Sequence[Tensor] = self.neck(maps[4], maps[6], maps[8])
        return torch.cat([head(one) for head, one in zip(self.heads, shared, strict=True)], 1)
