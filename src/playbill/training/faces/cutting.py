"""Faces cut out as networks see them in use, with room around to move them about in training."""

from collections.abc import Callable
from types import MappingProxyType

import cv2
import numpy as np

from playbill.core.faces import Faces
from playbill.core.frame import Image
from playbill.models.face_crops import alignments, warped, with_margin

ROOM = 1 / 8
"""Of the side of what the network sees, on each edge: how far a face can be shifted or shrunk in
training with real pixels beside it."""

FaceCut = Callable[[Image, Faces, int], Image]
"""A picture, the one face in it, `size_px` -> (side, side, 3), side = `side_with_room(size_px)`.

The middle `size_px` are what the network sees; what lies outside the picture is its nearest pixel.
"""


def side_with_room(size_px: int) -> int:
    """The side of a cut whose middle `size_px` are what the network sees."""
    return size_px + 2 * round(ROOM * size_px)


def cut_by_margin(image: Image, face: Faces, size_px: int) -> Image:
    """A `FaceCut`: as `face_crops.margin_crops`, to half a pixel of the picture."""
    height, width = image.shape[:2]
    (box,) = with_margin(face.boxes_xyxy)
    left, top, right, bottom = (int(edge) for edge in box)
    left, top = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
    right, bottom = min(max(right, left + 1), width), min(max(bottom, top + 1), height)
    room_x, room_y = round(ROOM * (right - left)), round(ROOM * (bottom - top))
    part = _outside_too(image, left - room_x, top - room_y, right + room_x, bottom + room_y)
    side = side_with_room(size_px)
    how = cv2.INTER_AREA if part.shape[0] * part.shape[1] > side * side else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(part, (side, side), interpolation=how), np.uint8)


def cut_aligned(image: Image, face: Faces, size_px: int) -> Image:
    """A `FaceCut`: as `face_crops.aligned_crops`."""
    side = side_with_room(size_px)
    (matrix,) = alignments([face], (side, side), field=side / size_px)
    return warped(image, matrix, (side, side))


FACE_CUTS = MappingProxyType({"facenet": cut_by_margin, "facenet-aligned": cut_aligned})
"""By the architecture of the card, like `face_crops.CUTS`."""


def _outside_too(image: Image, left: int, top: int, right: int, bottom: int) -> Image:
    """This part of the picture, which may reach over its edges."""
    height, width = image.shape[:2]
    inside = image[max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)]
    over = (max(-top, 0), max(bottom - height, 0), max(-left, 0), max(right - width, 0))
    return np.asarray(cv2.copyMakeBorder(inside, *over, cv2.BORDER_REPLICATE), np.uint8)
