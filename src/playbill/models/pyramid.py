"""A picture in shrinking sizes, for networks that see faces of one size only."""

from dataclasses import dataclass
from itertools import accumulate

import cv2
import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import Boxes
from playbill.core.frame import Image

MAX_SOURCE_PX = 32_767
"""What OpenCV can cut crops out of has no longer side."""


@dataclass(frozen=True, slots=True, eq=False)
class Pyramid:
    """The levels of one picture; the first is the picture itself, unless that is huge."""

    levels: tuple[Image, ...]
    scales_xy: NDArray[np.float32]
    """(levels, 2) sizes of the levels as shares of the picture's; they fall."""

    def __len__(self) -> int:
        return len(self.levels)


def build_pyramid(
    image: Image, *, cell_px: int, min_object_px: float, max_side_px: int, factor: float
) -> Pyramid:
    """Shrink `image` until an object of `min_object_px` is `cell_px` large, then by `factor`.

    No level but the picture itself is longer than `max_side_px`, and none is smaller than a cell.
    Each level is made of the one before it.
    """
    height, width = image.shape[:2]
    scale = min(cell_px / min_object_px, max_side_px / max(width, height))
    scales = [min(1.0, MAX_SOURCE_PX / max(width, height))]
    while min(width, height) * scale >= cell_px:
        scales.append(scale)
        scale *= factor
    sizes_wh = [(max(round(width * share), 1), max(round(height * share), 1)) for share in scales]
    levels = list(accumulate(sizes_wh, scaled, initial=image))[1:]
    shares = np.array(sizes_wh) / [width, height]
    return Pyramid(tuple(levels), shares.astype(np.float32))


def scaled(image: Image, size_wh: tuple[int, int]) -> Image:
    """At another size: interpolated, several times as quick as averaging, if no pixel is missed."""
    if size_wh == (image.shape[1], image.shape[0]):
        return image
    much = image.shape[1] > 2 * size_wh[0]
    how = cv2.INTER_AREA if much else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size_wh, interpolation=how), np.uint8)


def rounded_up(count: int, multiple: int) -> int:
    """The smallest multiple that is not less than `count`."""
    return -(-count // multiple) * multiple


def with_round_sides(image: Image, multiple: int) -> Image:
    """Add black to the right and below until both sides are multiples."""
    height, width = image.shape[:2]
    more = rounded_up(height, multiple) - height, rounded_up(width, multiple) - width
    padded = cv2.copyMakeBorder(image, 0, more[0], 0, more[1], cv2.BORDER_CONSTANT)
    return np.asarray(padded, np.uint8)


def crop_squares(pyramid: Pyramid, boxes_xyxy: Boxes, side: int) -> NDArray[np.uint8]:
    """(n, side, side, 3) the boxes of the picture, black where they reach out of it.

    Each is taken out of the smallest level that still shows it at least `side` pixels wide, which
    costs the same for every box and blurs none.
    """
    crops = np.empty((len(boxes_xyxy), side, side, 3), np.uint8)
    widths = boxes_xyxy[:, 2] - boxes_xyxy[:, 0]
    enough = widths[:, None] * pyramid.scales_xy[None, :, 0] >= side
    which = np.maximum(enough.sum(axis=1) - 1, 0)
    scaled = boxes_xyxy * np.tile(pyramid.scales_xy[which], 2)
    steps = (scaled[:, 2:] - scaled[:, :2]) / side
    starts = scaled[:, :2] + steps / 2 - 0.5
    matrices = np.zeros((len(boxes_xyxy), 2, 3), np.float64)
    matrices[:, 0, 0], matrices[:, 1, 1], matrices[:, :, 2] = steps[:, 0], steps[:, 1], starts
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    for crop, level, matrix in zip(crops, which, matrices, strict=True):
        cv2.warpAffine(pyramid.levels[level], matrix, (side, side), dst=crop, flags=how)
    return crops
