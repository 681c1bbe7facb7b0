"""The cells of a YOLOX's grids, and what they answer, in torch."""

from dataclasses import dataclass

import torch
from torch import Tensor

from playbill.models.yolox import grid_cells

CENTRE = 0.5
"""Of a cell, in cells."""
LONGEST = 10.0
"""Logarithm of the longest side in strides: beyond it the gradient is no number any more."""


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Rows of the network's output, for pictures of one size."""

    places: Tensor
    """(cells, 2) column and row in the grid."""
    strides: Tensor
    """(cells, 1) pixels."""

    @classmethod
    def of(cls, side: int) -> "Cells":
        """Of pictures of `side` x `side`, a multiple of 32."""
        places, strides = grid_cells((side, side))
        return cls(torch.from_numpy(places), torch.from_numpy(strides))

    def on(self, device: torch.device) -> "Cells":
        """The same, where the network computes."""
        return Cells(self.places.to(device), self.strides.to(device))

    @property
    def centres(self) -> Tensor:
        """(cells, 2) x and y in pixels of the view."""
        return (self.places + CENTRE) * self.strides

    def boxes(self, raw: Tensor) -> Tensor:
        """(..., cells, 4) offsets -> left, top, right, bottom in pixels of the view."""
        centres = (raw[..., :2] + self.places) * self.strides
        half_sides = raw[..., 2:4].clamp(max=LONGEST).exp() * self.strides / 2
        return torch.cat([centres - half_sides, centres + half_sides], -1)


def pair_overlaps(a_xyxy: Tensor, b_xyxy: Tensor) -> Tensor:
    """(...) IoU of each box of `a` with that of `b` in the same place; shapes that broadcast."""
    sides = torch.minimum(a_xyxy[..., 2:], b_xyxy[..., 2:]) - torch.maximum(
        a_xyxy[..., :2], b_xyxy[..., :2]
    )
    shared = sides.clamp(min=0).prod(-1)
    areas = [(boxes[..., 2:] - boxes[..., :2]).prod(-1) for boxes in (a_xyxy, b_xyxy)]
    return shared / (areas[0] + areas[1] - shared).clamp(min=1e-9)


def overlaps(a_xyxy: Tensor, b_xyxy: Tensor) -> Tensor:
    """(n, m) IoU of every box of `a` with every box of `b`."""
    return pair_overlaps(a_xyxy[:, None], b_xyxy[None, :])


def log_scores(raw: Tensor) -> Tensor:
    """(..., cells, classes) logarithms of objectness x class score."""
    logsigmoid = torch.nn.functional.logsigmoid
    return logsigmoid(raw[..., 4:5]) + logsigmoid(raw[..., 5:])
