"""Faces cut out of pictures the way a network was trained to see them."""

from collections.abc import Callable
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import Boxes
from playbill.core.faces import Faces
from playbill.core.frame import Image

Cut = Callable[[Image, Faces, tuple[int, int]], list[Image]]
"""A picture, the faces in it, (width, height) of a crop -> one crop per face."""

MARGIN = 44 / 160
"""Of the crop's side, both edges together: how FaceNet's training faces were cut."""
LANDMARKS = np.array(
    [[0.3546, 0.4247], [0.6785, 0.4189], [0.5184, 0.5639], [0.3792, 0.6910], [0.6655, 0.6858]]
)
"""(5, 2) x, y in parts of the crop: where eyes, nose and mouth corners lie on average in crops with
`MARGIN`, measured on 4,806 pictures of Labeled Faces in the Wild."""
ASPECT = 0.7523
"""Width over height of what such a crop shows: boxes of faces are upright, crops are square."""


def margin_crops(image: Image, faces: Faces, size_wh: tuple[int, int]) -> list[Image]:
    """Each face's box, widened by the margin, brought to `size_wh`."""
    return [crop(image, box, size_wh) for box in with_margin(faces.boxes_xyxy)]


def aligned_crops(image: Image, faces: Faces, size_wh: tuple[int, int]) -> list[Image]:
    """Each face turned, scaled and shifted until its landmarks lie nearest to `LANDMARKS`."""
    return [warped(image, matrix, size_wh) for matrix in alignments(faces, size_wh)]


CUTS = MappingProxyType({"facenet": margin_crops, "facenet-aligned": aligned_crops})
"""By the architecture of the card."""


def with_margin(boxes_xyxy: Boxes) -> Boxes:
    """(n, 4) the boxes widened until the face fills all but `MARGIN` of them."""
    sides = boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]
    more = sides * (MARGIN / (1 - MARGIN)) / 2
    return np.concatenate([boxes_xyxy[:, :2] - more, boxes_xyxy[:, 2:] + more], axis=1)


def crop(image: Image, box_xyxy: NDArray[np.float32], size_wh: tuple[int, int]) -> Image:
    """What of the box lies in the picture, at `size_wh`; a box outside shows its nearest pixel."""
    height, width = image.shape[:2]
    left, top, right, bottom = (int(edge) for edge in box_xyxy)
    left, top = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
    right, bottom = min(max(right, left + 1), width), min(max(bottom, top + 1), height)
    part = image[top:bottom, left:right]
    smaller = (right - left) * (bottom - top) > size_wh[0] * size_wh[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(part, size_wh, interpolation=how), np.uint8)


def alignments(
    faces: Faces, size_wh: tuple[int, int], field: float = 1.0
) -> list[NDArray[np.float64]]:
    """For each face, the (2, 3) matrix from the picture to a crop that shows `field` of the frame.

    A face whose landmarks lie on one point (none were found) is placed by its box.
    """
    boxes = with_margin(faces.boxes_xyxy).astype(np.float64)
    return [
        _framed(_alignment(landmarks, box), size_wh, field)
        for landmarks, box in zip(faces.landmarks.astype(np.float64), boxes, strict=True)
    ]


def warped(image: Image, matrix: NDArray[np.float64], size_wh: tuple[int, int]) -> Image:
    """The crop that `matrix` makes of the picture; what shrinks by more than half is smoothed."""
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if scale < 0.5:
        image, matrix = _shrunk(*_part(image, matrix, size_wh), scale)
    return np.asarray(
        cv2.warpAffine(
            image, matrix, size_wh, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        ),
        np.uint8,
    )


def _alignment(landmarks: NDArray[np.float64], box: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 3) from the picture to a frame `ASPECT` wide and 1 high."""
    frame = np.array([ASPECT, 1.0])
    if np.ptp(landmarks, axis=0).max() < 1:
        scale = np.diag(frame / (box[2:] - box[:2]))
        return np.column_stack([scale, -scale @ box[:2]])
    return similarity(landmarks, LANDMARKS * frame)


def _framed(
    matrix: NDArray[np.float64], size_wh: tuple[int, int], field: float
) -> NDArray[np.float64]:
    """From the frame to pixels, the frame in the middle of a crop `field` times as wide."""
    scale = np.array(size_wh) / (np.array([ASPECT, 1.0]) * field)
    placed = scale[:, None] * matrix
    placed[:, 2] += np.array(size_wh) * (1 - 1 / field) / 2
    return placed


def similarity(points: NDArray[np.float64], targets: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 3) rotation, scale and shift that brings (n, 2) `points` nearest to `targets`.

    Least squares, without mirroring. In the plane that is a line through complex numbers: a turn
    and a scale are one product, a shift is one sum.
    """
    found, wanted = points @ (1, 1j), targets @ (1, 1j)
    off = found - found.mean()
    turn = complex(np.vdot(off, wanted) / np.vdot(off, off))
    shift = complex(wanted.mean() - turn * found.mean())
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def _part(
    image: Image, matrix: NDArray[np.float64], size_wh: tuple[int, int]
) -> tuple[Image, NDArray[np.float64]]:
    """What of the picture the crop shows, and the matrix from there."""
    corners = np.array([[0, 0, 1, 1], [0, 1, 0, 1]]) * np.array(size_wh)[:, None]
    seen = np.linalg.solve(matrix[:, :2], corners - matrix[:, 2:])
    last = np.array(image.shape[1::-1]) - 1
    low = np.clip(np.floor(seen.min(axis=1)).astype(int), 0, last)
    high = np.clip(np.ceil(seen.max(axis=1)).astype(int), low, last) + 1
    moved = np.column_stack([matrix[:, :2], matrix[:, :2] @ low + matrix[:, 2]])
    return image[low[1] : high[1], low[0] : high[0]], moved


def _shrunk(
    image: Image, matrix: NDArray[np.float64], scale: float
) -> tuple[Image, NDArray[np.float64]]:
    """The picture a whole number of times smaller, and the matrix from there.

    Whole numbers are what averaging is quick with; from there the crop is at most twice smaller.
    """
    times = int(np.ceil(0.5 / scale))
    height, width = (max(1, side // times) for side in image.shape[:2])
    whole = image[: height * times, : width * times]
    small = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
    middle = (times - 1) / 2
    turn = matrix[:, :2]
    moved = np.column_stack([turn * times, turn.sum(axis=1) * middle + matrix[:, 2]])
    return np.asarray(small, np.uint8), moved
