"""Faces cut out of pictures the way a network was trained to see them."""

import math
from collections.abc import Callable, Sequence
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import Boxes
from playbill.core.faces import Faces
from playbill.core.frame import Image

Cut = Callable[[Sequence[Image], Sequence[Faces], tuple[int, int], float], list[Image]]
"""Pictures, the faces in each, (width, height) of a crop, margin -> one crop per face."""

MARGIN = 44 / 160
"""Of the crop's side, both edges together: how FaceNet's training faces were cut."""
TIGHT_MARGIN = 0.12
"""What is asked for beside `MARGIN` where a face is looked at twice."""
LANDMARKS = np.array(
    [[0.3546, 0.4247], [0.6785, 0.4189], [0.5184, 0.5639], [0.3792, 0.6910], [0.6655, 0.6858]]
)
"""(5, 2) x, y in parts of the crop: where eyes, nose and mouth corners lie on average in crops with
`MARGIN`, measured on 4,806 pictures of Labeled Faces in the Wild."""
ASPECT = 0.7523
"""Width over height of what such a crop shows: boxes of faces are upright, crops are square."""


def margin_crops(
    images: Sequence[Image],
    faces: Sequence[Faces],
    size_wh: tuple[int, int],
    margin: float = MARGIN,
) -> list[Image]:
    """Each face's box, widened by the margin, brought to `size_wh`."""
    return [
        crop(image, box, size_wh)
        for image, found in zip(images, faces, strict=True)
        for box in with_margin(found.boxes_xyxy, margin)
    ]


def aligned_crops(
    images: Sequence[Image],
    faces: Sequence[Faces],
    size_wh: tuple[int, int],
    margin: float = MARGIN,
) -> list[Image]:
    """Each face turned, scaled and shifted until its landmarks lie nearest to `LANDMARKS`.

    With another margin than `MARGIN`, as much larger or smaller around the middle.
    """
    shown_in = [
        image for image, found in zip(images, faces, strict=True) for _ in range(len(found))
    ]
    matrices = alignments(faces, size_wh, field=(1 - MARGIN) / (1 - margin))
    return [
        warped(image, matrix, size_wh) for image, matrix in zip(shown_in, matrices, strict=True)
    ]


CUTS = MappingProxyType({"facenet": margin_crops, "facenet-aligned": aligned_crops})
"""By the architecture of the card."""


def with_margin(boxes_xyxy: Boxes, margin: float = MARGIN) -> Boxes:
    """(n, 4) the boxes widened until the face fills all but `margin` of them."""
    sides = boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]
    more = sides * (margin / (1 - margin)) / 2
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
    faces: Sequence[Faces], size_wh: tuple[int, int], field: float = 1.0
) -> NDArray[np.float64]:
    """(n, 2, 3) for each face from its picture to a crop that shows `field` of the frame.

    All at once, since a face's own arithmetic is less than the calls for it. A face whose landmarks
    lie on one point (none were found) is placed by its box.

    Args:
        faces: of one or more pictures.
        size_wh: of the crops.
        field: the crop is so many times as wide as the frame in its middle.
    """
    frame = np.array([ASPECT, 1.0])
    landmarks = np.concatenate([found.landmarks for found in faces]).astype(np.float64)
    boxes = with_margin(np.concatenate([found.boxes_xyxy for found in faces])).astype(np.float64)
    spread = np.ptp(landmarks, axis=1).max(axis=1) >= 1
    matrices = np.empty((len(boxes), 2, 3))
    matrices[spread] = similarity(landmarks[spread], LANDMARKS * frame)
    matrices[~spread] = _placements(boxes[~spread], frame)
    size = np.array(size_wh)
    matrices *= (size / (frame * field))[:, None]
    matrices[..., 2] += size * (1 - 1 / field) / 2
    return matrices


def warped(image: Image, matrix: NDArray[np.float64], size_wh: tuple[int, int]) -> Image:
    """The crop that `matrix` makes of the picture; what shrinks by more than half is smoothed."""
    (a, b, _), (c, d, _) = matrix.tolist()
    scale = math.sqrt(abs(a * d - b * c))
    if scale < 0.5:
        image, matrix = _shrunk(*_part(image, matrix, size_wh), scale)
    return np.asarray(
        cv2.warpAffine(
            image, matrix, size_wh, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        ),
        np.uint8,
    )


def _placements(boxes_xyxy: NDArray[np.float64], frame: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2, 3) what brings each box to (width, height) `frame`."""
    scales = frame / (boxes_xyxy[:, 2:] - boxes_xyxy[:, :2])
    return np.stack(
        [scales[:, :1] * (1, 0), scales[:, 1:] * (0, 1), -scales * boxes_xyxy[:, :2]], axis=2
    )


def similarity(points: NDArray[np.float64], targets: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2, 3) rotations, scales and shifts that bring (n, k, 2) `points` nearest to `targets`.

    Least squares, without mirroring. In the plane that is a line through complex numbers: a turn
    and a scale are one product, a shift is one sum.
    """
    found, wanted = points @ (1, 1j), targets @ (1, 1j)
    middle = found.mean(axis=1)
    off = found - middle[:, None]
    turn = off.conj() @ wanted / (off.real**2 + off.imag**2).sum(axis=1)
    shift = wanted.mean() - turn * middle
    rows = [turn.real, -turn.imag, shift.real, turn.imag, turn.real, shift.imag]
    return np.stack(rows, axis=1).reshape(-1, 2, 3)


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
