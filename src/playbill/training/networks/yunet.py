"""YuNet (Wu et al., 2023), 76,000 weights, with batch normalisation folded into biases.

Modules stand, and run, in the order of the published graph, so that its convolutions are theirs.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from playbill.models.yunet_map import PARTS

WIDTHS = (16, 64)
"""Channels of the first unit, and of the features that faces are read from."""
GRIDS = 3
"""Of strides 8, 16 and 32."""
ORDER = ("cls", "bbox", "obj", "kps")
"""Of the parts of the answer in the graph."""


class YuNet(nn.Module):
    """(n, 3, h, w) BGR, 0 to 255, sides in multiples of 32 -> what is said of each cell."""

    def __init__(self) -> None:
        super().__init__()
        first, wide = WIDTHS
        self.stem = nn.Sequential(
            nn.Conv2d(3, first, 3, stride=2, padding=1), nn.ReLU(), _unit(first, first)
        )
        self.stages = nn.ModuleList(
            [
                nn.Sequential(_unit(first, first), _unit(first, 2 * first)),
                nn.Sequential(_unit(2 * first, 2 * first), _unit(2 * first, wide)),
                *(nn.Sequential(_unit(wide, wide), _unit(wide, wide)) for _ in range(GRIDS)),
            ]
        )
        self.laterals = nn.ModuleList(_unit(wide, wide) for _ in range(GRIDS))
        self.heads = nn.ModuleDict(
            {
                part: nn.ModuleList(_unit(wide, planes, rectified=False) for _ in range(GRIDS))
                for part, planes in ((part, PARTS[part]) for part in ORDER)
            }
        )
        self.halve = nn.MaxPool2d(2)

    def maps(self, pictures: Tensor) -> dict[str, list[Tensor]]:
        """(n, numbers, h / stride, w / stride) of each part, finest grid first."""
        levels = self.features(pictures)
        return {
            part: [self.heads[part][grid](level) for grid, level in enumerate(levels)]  # type: ignore[index]
            for part in ORDER
        }

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, cells, 16): logits of `cls` and `obj`, `bbox`, `kps`; line by line, finest first."""
        maps = self.maps(pictures)
        return torch.cat(
            [
                torch.cat([maps[part][grid] for part in PARTS], dim=1).flatten(2).transpose(1, 2)
                for grid in range(GRIDS)
            ],
            dim=1,
        )

    def features(self, pictures: Tensor) -> list[Tensor]:
        """(n, 64, h / stride, w / stride) for each grid, finest first."""
        tip = self.stem(pictures)
        levels = []
        for i, stage in enumerate(self.stages):
            tip = stage(self.halve(tip) if i != 1 else tip)
            levels.append(tip)
        fine, middle, coarse = levels[2:]
        coarse = self.laterals[0](coarse)
        middle = self.laterals[1](middle + interpolate(coarse, scale_factor=2.0))
        fine = self.laterals[2](fine + interpolate(middle, scale_factor=2.0))
        return [fine, middle, coarse]


def _unit(before: int, after: int, *, rectified: bool = True) -> nn.Sequential:
    """A convolution of 1 x 1, then one of 3 x 3 for each channel."""
    layers = [nn.Conv2d(before, after, 1), nn.Conv2d(after, after, 3, padding=1, groups=after)]
    return nn.Sequential(*layers, nn.ReLU()) if rectified else nn.Sequential(*layers)


class Published(nn.Module):
    """A YuNet whose answer has the twelve parts of the published graph, `yunet_graph.OUTPUTS`."""

    def __init__(self, network: YuNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        """(1, cells, numbers) of each grid and part; `cls` and `obj` as scores, 0 to 1."""
        maps = self.network.maps(pictures)
        rows = {
            part: [planes.permute(0, 2, 3, 1).reshape(1, -1, PARTS[part]) for planes in maps[part]]
            for part in ORDER
        }
        return tuple(
            rows[part][grid].sigmoid() if part in {"cls", "obj"} else rows[part][grid]
            for grid in range(GRIDS)
            for part in PARTS
        )
