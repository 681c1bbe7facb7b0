"""SSDLite on MobileNet-v3-large, for pictures of 320 x 320.

Howard et al. (2019), tables 1 and section 6.3, with the light heads of Sandler et al. (2018),
section 6.2.
"""

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

from playbill.training.networks.ssd_parts import (
    MapHeads,
    SsdNetwork,
    box_layer,
    class_layer,
    run_heads,
)
from playbill.training.objects.anchors import shapes_per_cell

SIDE = 320
GRIDS = (20, 10, 5, 3, 2, 1)
"""Cells on a side of the six feature maps, for pictures of `SIDE` x `SIDE`."""
FIRST_PLANES = 16
LAST_PLANES = 480
"""Of the backbone's end; half of the classifier's, as everything between the first two maps."""


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """A row of table 1."""

    kernel: int
    expanded: int
    planes: int
    squeezed: bool
    hard_swish: bool
    stride: int


BOTTLENECKS = (
    Bottleneck(3, 16, 16, squeezed=False, hard_swish=False, stride=1),
    Bottleneck(3, 64, 24, squeezed=False, hard_swish=False, stride=2),
    Bottleneck(3, 72, 24, squeezed=False, hard_swish=False, stride=1),
    Bottleneck(5, 72, 40, squeezed=True, hard_swish=False, stride=2),
    Bottleneck(5, 120, 40, squeezed=True, hard_swish=False, stride=1),
    Bottleneck(5, 120, 40, squeezed=True, hard_swish=False, stride=1),
    Bottleneck(3, 240, 80, squeezed=False, hard_swish=True, stride=2),
    Bottleneck(3, 200, 80, squeezed=False, hard_swish=True, stride=1),
    Bottleneck(3, 184, 80, squeezed=False, hard_swish=True, stride=1),
    Bottleneck(3, 184, 80, squeezed=False, hard_swish=True, stride=1),
    Bottleneck(3, 480, 112, squeezed=True, hard_swish=True, stride=1),
    Bottleneck(3, 672, 112, squeezed=True, hard_swish=True, stride=1),
    Bottleneck(5, 672, 80, squeezed=True, hard_swish=True, stride=2),
    Bottleneck(5, 480, 80, squeezed=True, hard_swish=True, stride=1),
    Bottleneck(5, 480, 80, squeezed=True, hard_swish=True, stride=1),
)
FINEST_MAP = 12
"""The bottleneck whose expanded planes, before its stride, are the first feature map."""
EXTRAS = (512, 256, 256, 128)
"""Planes of each map that is made of the one before it."""


class NormedConv(nn.Sequential):
    """A convolution with batch normalisation, and what comes after it, if anything."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        after: type[nn.Module] | None,
        *,
        stride: int = 1,
        groups: int = 1,
    ) -> None:
        layers: list[nn.Module] = [
            nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03),
        ]
        super().__init__(*layers, *([after()] if after else []))


class Squeeze(nn.Module):
    """Weigh each plane by what all planes hold on average (Hu et al., 2018)."""

    def __init__(self, planes: int) -> None:
        super().__init__()
        inner = max(8, (planes // 4 + 4) // 8 * 8)
        self.down = nn.Conv2d(planes, inner, 1)
        self.up = nn.Conv2d(inner, planes, 1)

    def forward(self, maps: Tensor) -> Tensor:
        """(n, planes, h, w) -> the same shape."""
        weights = functional.relu(self.down(maps.mean((2, 3), keepdim=True)))
        return maps * functional.hardsigmoid(self.up(weights))


class InvertedResidual(nn.Module):
    """Expand the planes, filter each by itself, project back; figure 4 of the paper."""

    def __init__(self, inputs: int, row: Bottleneck) -> None:
        super().__init__()
        self.expand = _expand(inputs, row)
        self.project = _project(row)
        self.adds = row.stride == 1 and inputs == row.planes

    def forward(self, maps: Tensor) -> Tensor:
        """(n, inputs, h, w) -> (n, planes, h / stride, w / stride)."""
        projected: Tensor = self.project(self.expand(maps))
        return maps + projected if self.adds else projected


def _expand(inputs: int, row: Bottleneck) -> nn.Module:
    if row.expanded == inputs:
        return nn.Identity()
    return NormedConv(inputs, row.expanded, 1, _after(row))


def _project(row: Bottleneck) -> nn.Sequential:
    wide = row.expanded
    parts: list[nn.Module] = [
        NormedConv(wide, wide, row.kernel, _after(row), stride=row.stride, groups=wide)
    ]
    if row.squeezed:
        parts.append(Squeeze(wide))
    return nn.Sequential(*parts, NormedConv(wide, row.planes, 1, None))


def _after(row: Bottleneck) -> type[nn.Module]:
    return nn.Hardswish if row.hard_swish else nn.ReLU


class SsdLiteMobileNetV3(SsdNetwork):
    """Pictures to box offsets and class logits of 2,034 prior boxes."""

    side = SIDE
    grids = GRIDS

    def __init__(self, columns: int) -> None:
        """Build it for `columns` class columns, the background's included."""
        super().__init__()
        self.columns = columns
        units: list[nn.Module] = [NormedConv(3, FIRST_PLANES, 3, nn.Hardswish, stride=2)]
        planes = FIRST_PLANES
        for i, row in enumerate(BOTTLENECKS):
            if i == FINEST_MAP:
                units += [_expand(planes, row), _project(row)]
            else:
                units.append(InvertedResidual(planes, row))
            planes = row.planes
        units.append(NormedConv(planes, LAST_PLANES, 1, nn.Hardswish))
        self.backbone = nn.ModuleList(units)
        mapped = [BOTTLENECKS[FINEST_MAP].expanded, LAST_PLANES, *EXTRAS]
        self.extras = nn.ModuleList(
            _extra(inputs, outputs) for inputs, outputs in zip(mapped[1:], EXTRAS, strict=False)
        )
        self.heads = nn.ModuleList(
            MapHeads(
                _light(planes, box_layer(planes, shapes)),
                _light(planes, class_layer(planes, shapes, columns)),
                columns,
            )
            for planes, shapes in zip(mapped, shapes_per_cell(GRIDS), strict=True)
        )

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """(n, 3, 320, 320) RGB, (x - 128) / 128 -> (n, 2034, 4) offsets, (n, 2034, columns)."""
        maps: list[Tensor] = []
        for i, unit in enumerate(self.backbone):
            pictures = unit(pictures)
            if i in {1 + FINEST_MAP, len(self.backbone) - 1}:
                maps.append(pictures)
        for extra in self.extras:
            maps.append(extra(maps[-1]))
        return run_heads(self.heads, maps)


def _extra(inputs: int, outputs: int) -> nn.Sequential:
    """Half the grid: planes squeezed, each filtered by itself with stride 2, projected."""
    inner = outputs // 2
    return nn.Sequential(
        NormedConv(inputs, inner, 1, nn.ReLU6),
        NormedConv(inner, inner, 3, nn.ReLU6, stride=2, groups=inner),
        NormedConv(inner, outputs, 1, nn.ReLU6),
    )


def _light(planes: int, layer: nn.Conv2d) -> nn.Sequential:
    """A head of two light convolutions where SSD has one heavy one."""
    return nn.Sequential(NormedConv(planes, planes, 3, nn.ReLU6, groups=planes), layer)
