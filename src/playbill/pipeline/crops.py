"""Faces cut out as small pictures, for people to look at."""

import cv2
import numpy as np

from playbill.core.faces import Faces
from playbill.core.frame import Frame, Image

HEIGHT = 112
"""Pixels; what is smaller stays as small as it is."""
MARGIN = 0.2
"""Of the face's sides, on each side: hair, chin and ears."""
QUALITY = 85


def face_crops(frame: Frame, faces: Faces) -> tuple[bytes, ...]:
    """A JPEG of each face with a little around it, at most `HEIGHT` high."""
    return tuple(_jpeg(_shrunk(_cut(frame.image, box))) for box in faces.boxes_xyxy.tolist())


def _cut(image: Image, box_xyxy: list[float]) -> Image:
    """The part of the picture that shows the face, at least one pixel of it."""
    height, width = image.shape[:2]
    left, top, right, bottom = box_xyxy
    more_x, more_y = MARGIN * (right - left), MARGIN * (bottom - top)
    columns = _whole(left - more_x, right + more_x, width)
    rows = _whole(top - more_y, bottom + more_y, height)
    return image[rows, columns]


def _whole(low: float, high: float, size: int) -> slice:
    start = min(max(round(low), 0), size - 1)
    return slice(start, max(min(round(high), size), start + 1))


def _shrunk(image: Image) -> Image:
    height, width = image.shape[:2]
    if height <= HEIGHT:
        return image
    size_wh = (max(1, round(width * HEIGHT / height)), HEIGHT)
    return np.asarray(cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA), np.uint8)


def _jpeg(image: Image) -> bytes:
    bgr = np.ascontiguousarray(image[:, :, ::-1])
    _, encoded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return encoded.tobytes()
