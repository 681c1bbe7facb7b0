"""Prior boxes of an SSD: what its box offsets are relative to."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

RATIOS = (1.0, 2.0, 0.5, 3.0, 1 / 3)
"""Width over height."""
LOWEST_SHAPES = ((0.1, 1.0), (None, 2.0), (None, 0.5))
"""(scale, ratio) on the finest grid, where all of them would be too many; None: the grid's own."""


def prior_boxes(
    grids: Sequence[int], *, min_scale: float = 0.2, max_scale: float = 0.95
) -> NDArray[np.float32]:
    """(n, 4) centre y, centre x, height, width in parts of the picture, finest grid first.

    Section 2.2 of Liu et al. (2016) with the small boxes on the finest grid that the
    `ssd_anchor_generator` of TensorFlow's object detection API adds; rows go through a grid line by
    line, and through the shapes of a cell.

    Args:
        grids: cells on a side of each feature map, at least two maps.
        min_scale: the box of ratio 1 on the finest grid, in parts of the picture.
        max_scale: the same on the coarsest; those between lie evenly.
    """
    steps = len(grids) - 1
    scales = [min_scale + (max_scale - min_scale) * i / steps for i in range(len(grids))]
    shapes = [_lowest_sides(scales[0])]
    shapes += [
        _sides(scale, bigger) for scale, bigger in zip(scales[1:], [*scales[2:], 1.0], strict=True)
    ]
    maps = [_on_grid(cells, sides) for cells, sides in zip(grids, shapes, strict=True)]
    return np.concatenate(maps).astype(np.float32)


def shapes_per_cell(grids: Sequence[int]) -> tuple[int, ...]:
    """How many prior boxes `prior_boxes` puts on a cell of each grid."""
    return (len(LOWEST_SHAPES), *(len(RATIOS) + 1 for _ in grids[1:]))


def _lowest_sides(scale: float) -> NDArray[np.float64]:
    return _hw([(own or scale, ratio) for own, ratio in LOWEST_SHAPES])


def _sides(scale: float, bigger: float) -> NDArray[np.float64]:
    """Every ratio at `scale`, and a square between it and the next bigger scale."""
    return _hw([*((scale, ratio) for ratio in RATIOS), (sqrt(scale * bigger), 1.0)])


def _hw(shapes: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    return np.array([(scale / sqrt(ratio), scale * sqrt(ratio)) for scale, ratio in shapes])


def _on_grid(cells: int, sides_hw: NDArray[np.float64]) -> NDArray[np.float64]:
    """(cells * cells * shapes, 4) y, x, h, w: every shape on the centre of every cell."""
    centres = (np.arange(cells) + 0.5) / cells
    ys, xs, shapes = np.meshgrid(centres, centres, np.arange(len(sides_hw)), indexing="ij")
    return np.column_stack([ys.ravel(), xs.ravel(), sides_hw[shapes.ravel()]])
