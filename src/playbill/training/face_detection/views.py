"""Views of pictures with faces as they might have been: small, turned, soft, grey, compressed."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from playbill.core.frame import Image
from playbill.media.images import read_image
from playbill.models.face_crops import warped
from playbill.training.face_detection.collecting import LookedAt
from playbill.training.face_detection.settings import MAX_FACES, ViewSettings
from playbill.training.faces.augment import Augmentation, augmented

WORN = Augmentation(
    flip=0, shift=0, scale=0, turn_deg=0, small=0, grey=0.2, blur=0.15, jpeg=0.25, brightness=0.2
)
"""What happens to a view after it is cut out; it is moved before."""
MIRRORED = [1, 0, 2, 4, 3]
"""Of five landmarks: left and right change places."""
SMALLEST_PX = 6.0
"""Faces less wide than this in a view are nobody's business."""
NOTHING, FACE, DISPUTED = 0, 1, 2
"""Of a row of `Views.make`."""
KEPT_PICTURES = 400


class Views:
    """Views of a set of pictures, each a pure function of (seed, step, place)."""

    def __init__(self, pictures: Sequence[LookedAt], settings: ViewSettings, seed: int) -> None:
        """At least one of `pictures` has a face."""
        self._peopled = [one for one in pictures if len(one.faces)]
        self._empty = [one for one in pictures if one.empty]
        self._settings, self._seed = settings, seed

    def make(self, step: int, count: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """(count, side, side, 3) RGB, and (count, MAX_FACES, 15) what is in each.

        A row is left, top, right, bottom, five landmarks x, y, and whether it is a FACE, DISPUTED,
        or NOTHING.
        """
        views, rows = zip(*(self._view(step, place) for place in range(count)), strict=True)
        return np.stack(views), np.stack(rows)

    def _view(self, step: int, place: int) -> tuple[Image, NDArray[np.float32]]:
        random = np.random.default_rng((self._seed, step, place))
        empty = self._empty and random.random() < self._settings.empty
        choices = self._empty if empty else self._peopled
        picture = choices[random.integers(len(choices))]
        image = _read(picture.path)
        side = self._settings.side_px
        matrix = _placement(picture, image, random, self._settings)
        flipped = random.random() < 0.5
        if flipped:
            matrix[0] = -matrix[0]
            matrix[0, 2] += side
        view = augmented(warped(image, matrix, (side, side)), side, random, WORN)
        return view, _rows(picture, matrix, side, flipped=flipped)


def _placement(
    picture: LookedAt, image: Image, random: np.random.Generator, settings: ViewSettings
) -> NDArray[np.float64]:
    """(2, 3) from the picture to a view around one of its faces, or what is taken for one."""
    boxes = picture.disputed_xyxy if picture.empty else picture.faces.boxes_xyxy
    low, high = np.log(settings.faces_px)
    wanted = np.exp(random.uniform(low, high))
    height, width = image.shape[:2]
    if len(boxes) and not (picture.empty and random.random() < 0.4):
        box = boxes[random.integers(len(boxes))].astype(np.float64)
        middle, size = (box[:2] + box[2:]) / 2, max(box[2] - box[0], 1.0)
        scale = min(wanted / size, 2.0)
    else:
        middle = random.uniform((0, 0), (width, height))
        scale = random.uniform(0.3, 1.5) * settings.side_px / max(width, height) * 1.5
    angle = np.deg2rad(random.uniform(-settings.turn_deg, settings.turn_deg))
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    place = settings.side_px * random.uniform(0.15, 0.85, 2)
    return np.column_stack([turn, place - turn @ middle])


def _rows(
    picture: LookedAt, matrix: NDArray[np.float64], side: int, *, flipped: bool
) -> NDArray[np.float32]:
    rows = np.zeros((MAX_FACES, 15), np.float32)
    if picture.empty:
        return rows
    faces = moved_boxes(picture.faces.boxes_xyxy, matrix)
    points = picture.faces.landmarks @ matrix[:, :2].T + matrix[:, 2]
    known = np.concatenate([faces, (points[:, MIRRORED] if flipped else points).reshape(-1, 10)], 1)
    disputed = moved_boxes(picture.disputed_xyxy, matrix)
    alone = np.concatenate([disputed, np.zeros((len(disputed), 10))], axis=1)
    told = np.concatenate([known, alone])
    kinds = np.repeat([FACE, DISPUTED], [len(known), len(alone)])
    middles, widths = (told[:, :2] + told[:, 2:4]) / 2, told[:, 2] - told[:, 0]
    outside = ((middles < 0) | (middles >= side)).any(axis=1)
    kinds[outside | (widths < SMALLEST_PX)] = DISPUTED
    seen = ((told[:, 2:4] > 0) & (told[:, :2] < side)).all(axis=1)
    order = np.flatnonzero(seen)[np.argsort(-widths[seen], kind="stable")][:MAX_FACES]
    rows[: len(order), :14], rows[: len(order), 14] = told[order], kinds[order]
    return rows


def moved_boxes(
    boxes_xyxy: NDArray[np.float32], matrix: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(n, 4) the boxes around the ellipses that were in the boxes: heads are round."""
    middles = (boxes_xyxy[:, :2] + boxes_xyxy[:, 2:]) / 2 @ matrix[:, :2].T + matrix[:, 2]
    halves = (boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]) / 2
    reach = np.sqrt((halves[:, None, :] ** 2 * matrix[None, :, :2] ** 2).sum(axis=2))
    return np.concatenate([middles - reach, middles + reach], axis=1)


@lru_cache(maxsize=KEPT_PICTURES)
def _read(path: Path) -> Image:
    return read_image(path)
