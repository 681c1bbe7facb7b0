"""Pictures for the pages: whole ones made small, and faces cut out."""

import io
from fractions import Fraction
from pathlib import Path

from PIL import Image as Pillow

from playbill.core.frame import Image
from playbill.errors import MediaError
from playbill.media.images import read_image
from playbill.rendering.thumbnails import Thumbnail

FACE_SIDE = 144
"""Pixels of a face that was cut out."""
PICTURE_SIDE = 720
"""Pixels of the longer side of a whole picture."""
_AROUND = 0.25
"""Of a face's sides, on each side."""


def face_crop(path: Path, box_xyxy: tuple[float, float, float, float]) -> Thumbnail | None:
    """The face in its surroundings, square; None: the picture cannot be read any more."""
    try:
        image = read_image(path)
    except MediaError:
        return None
    left, top, right, bottom = box_xyxy
    half = max(right - left, bottom - top) * (0.5 + _AROUND)
    x, y = (left + right) / 2, (top + bottom) / 2
    height, width = image.shape[:2]
    x0, y0 = max(0, int(x - half)), max(0, int(y - half))
    x1, y1 = min(width, int(x + half) + 1), min(height, int(y + half) + 1)
    return _small(image[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)], FACE_SIDE)


def whole_picture(path: Path) -> tuple[Thumbnail, tuple[int, int]] | None:
    """The picture made small, and its true size; None: it cannot be read any more."""
    try:
        image = read_image(path)
    except MediaError:
        return None
    return _small(image, PICTURE_SIDE), (image.shape[1], image.shape[0])


def _small(image: Image, side: int) -> Thumbnail:
    picture = Pillow.fromarray(image)
    picture.thumbnail((side, side))
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=80, optimize=True)
    return Thumbnail(encoded.getvalue(), picture.size, Fraction(0))
