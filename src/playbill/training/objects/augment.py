"""Pictures seen otherwise: a window on them, mirrored, in other colours.

The window is the random crop and the expansion of Liu et al. (2016, sections 2.2 and 3.6) in one:
it may cut the picture, or reach over its edges and show grey there.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from playbill.core.boxes import Boxes, box_areas, box_intersections
from playbill.core.frame import Image
from playbill.models.pictures import resized
from playbill.models.yolox import PADDING, inner_size, letterbox

Fit = Literal["stretched", "letterboxed"]
"""How a window comes into the network's square: as an SSD or as a YOLOX takes pictures."""
GREY = 128
"""What lies outside of a picture: 0 for an SSD; a YOLOX has its own."""
MIN_OVERLAPS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Shares of an object that a crop may be asked to hold."""
TRIALS = 50
"""Windows that are tried before the whole picture is taken."""

Window = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels of the picture; may reach over its edges."""


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far pictures are changed."""

    crop: float = 0.5
    """How likely a part of the picture is taken."""
    min_crop: float = 0.3
    """The shortest side of that part, in parts of the picture's."""
    expand: float = 0.3
    """How likely the picture is set in a grey one, if it is not cropped."""
    max_expand: float = 2.0
    """How many times longer the sides of the grey one are at most (the paper: 4)."""
    flip: float = 0.5
    """How likely it is mirrored."""
    colour: float = 0.5
    """How likely its colours change; for each kind of change."""
    brightness: float = 32.0
    """Added to or taken from 0..255 at most (the paper's)."""
    contrast: float = 0.3
    """Grows or shrinks by this share at most; saturation likewise."""
    hue: float = 9.0
    """Degrees of 180 at most."""


MILD = Augmentation(crop=0.3, min_crop=0.8, expand=0.3, max_expand=1.25, colour=0.3)
"""For what a teacher said of whole pictures: it would say nearly the same of these views."""
UNCHANGED = Augmentation(crop=0, expand=0, flip=0, colour=0)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A picture as the network gets it."""

    image: Image
    """(side, side, 3) RGB."""
    boxes_xyxy: Boxes
    """(n, 4) in parts of this view, with an area."""
    rows: NDArray[np.int64]
    """(n,) which of the objects these boxes are."""


def view(
    image: Image,
    boxes_xyxy: Boxes,
    side: int,
    random: Generator,
    settings: Augmentation = UNCHANGED,
    *,
    fit: Fit = "stretched",
) -> View:
    """One look at a labelled picture, the same for the same state of `random`.

    Objects whose centre is not in the view are gone; the others are cut off at its edges.

    Args:
        image: RGB of any size.
        boxes_xyxy: (n, 4) in pixels, with an area inside of the picture.
        side: of the view.
        random: where every choice comes from.
        settings: how far the picture may be changed.
        fit: a letterboxed window keeps its shape, at the top left of the view.
    """
    height, width = image.shape[:2]
    window = choose_window((width, height), boxes_xyxy, random, settings)
    cut = cut_out(image, window, PADDING if fit == "letterboxed" else GREY)
    boxes, rows = boxes_in(boxes_xyxy, window)
    if random.random() < settings.flip:
        cut, boxes = np.ascontiguousarray(cut[:, ::-1]), mirrored(boxes)
    if fit == "stretched":
        return View(recoloured(resized(cut, (side, side)), random, settings), boxes, rows)
    inner_wh = inner_size(cut.shape[1::-1], (side, side))
    seen = letterbox(recoloured(resized(cut, inner_wh), random, settings), (side, side))
    shares = np.array(inner_wh * 2, np.float32) / side
    return View(seen, np.asarray(boxes * shares, np.float32), rows)


def choose_window(
    size_wh: tuple[int, int], boxes_xyxy: Boxes, random: Generator, settings: Augmentation
) -> Window:
    """Where to look: a part of the picture, more than the picture, or all of it."""
    whole = (0, 0, *size_wh)
    if random.random() < settings.crop:
        return _part(size_wh, boxes_xyxy, random, settings) or whole
    if random.random() < settings.expand:
        return _surroundings(size_wh, random, settings)
    return whole


def _part(
    size_wh: tuple[int, int], boxes_xyxy: Boxes, random: Generator, settings: Augmentation
) -> Window | None:
    """A window that holds the asked-for share of at least one object; None where none was found."""
    asked = float(random.choice(MIN_OVERLAPS))
    for _ in range(TRIALS):
        window = _random_part(size_wh, random, settings.min_crop)
        if not len(boxes_xyxy):
            return window
        shared = box_intersections(boxes_xyxy, np.array([window], np.float32))[:, 0]
        if (shared >= asked * box_areas(boxes_xyxy)).any() and len(boxes_in(boxes_xyxy, window)[1]):
            return window
    return None


def _random_part(size_wh: tuple[int, int], random: Generator, min_side: float) -> Window:
    """Sides of `min_side` to all of the picture's; one at most twice as much of it as the other."""
    share = random.uniform(min_side, 1)
    stretch = sqrt(random.uniform(max(0.5, share**2), min(2, 1 / share**2)))
    width, height = (
        max(1, min(full, round(full * part)))
        for full, part in zip(size_wh, (share * stretch, share / stretch), strict=True)
    )
    left = int(random.integers(0, size_wh[0] - width, endpoint=True))
    top = int(random.integers(0, size_wh[1] - height, endpoint=True))
    return left, top, left + width, top + height


def _surroundings(size_wh: tuple[int, int], random: Generator, settings: Augmentation) -> Window:
    times = random.uniform(1, settings.max_expand)
    more_x, more_y = (round(side * (times - 1)) for side in size_wh)
    left = -int(random.integers(0, more_x, endpoint=True))
    top = -int(random.integers(0, more_y, endpoint=True))
    return left, top, left + size_wh[0] + more_x, top + size_wh[1] + more_y


def cut_out(image: Image, window: Window, grey: int) -> Image:
    """What the window shows; what lies over the picture's edges is `grey`."""
    height, width = image.shape[:2]
    left, top, right, bottom = window
    inside = image[max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)]
    margins = (max(-top, 0), max(bottom - height, 0), max(-left, 0), max(right - width, 0))
    if not any(margins):
        return inside
    around = cv2.copyMakeBorder(inside, *margins, cv2.BORDER_CONSTANT, value=(grey,) * 3)
    return np.asarray(around, np.uint8)


def boxes_in(boxes_xyxy: Boxes, window: Window) -> tuple[Boxes, NDArray[np.int64]]:
    """(k, 4) in parts of the window of those whose centre is in it, and their rows."""
    corner = np.array(window[:2] * 2, np.float32)
    sides = np.array([window[2] - window[0], window[3] - window[1]] * 2, np.float32)
    parts = (boxes_xyxy - corner) / sides
    centres = (parts[:, :2] + parts[:, 2:]) / 2
    cut = np.clip(parts, 0, 1)
    has_area = (cut[:, 2:] > cut[:, :2]).all(axis=1)
    rows = np.flatnonzero(((centres > 0) & (centres < 1)).all(axis=1) & has_area)
    return np.asarray(cut[rows], np.float32), rows


def mirrored(boxes_xyxy: Boxes) -> Boxes:
    """Left and right exchanged, in parts of the view."""
    exchanged = boxes_xyxy.copy()
    exchanged[:, [0, 2]] = 1 - boxes_xyxy[:, [2, 0]]
    return exchanged


def recoloured(image: Image, random: Generator, settings: Augmentation) -> Image:
    """Brightness, contrast, saturation and hue, each or not, in that order."""
    wanted = random.random(4) < settings.colour
    amounts = random.uniform(-1, 1, 4)
    if not wanted.any():
        return image
    pixels = image.astype(np.float32)
    if wanted[0]:
        pixels += settings.brightness * amounts[0]
    if wanted[1]:
        pixels *= 1 + settings.contrast * amounts[1]
    if wanted[2]:
        grey = pixels.mean(axis=2, keepdims=True)
        pixels = grey + (pixels - grey) * (1 + settings.contrast * amounts[2])
    seen = np.clip(pixels, 0, 255).astype(np.uint8)
    if wanted[3]:
        colours = cv2.cvtColor(seen, cv2.COLOR_RGB2HSV)
        turned = (colours[..., 0].astype(np.int16) + round(settings.hue * amounts[3])) % 180
        colours[..., 0] = turned.astype(np.uint8)
        seen = np.asarray(cv2.cvtColor(colours, cv2.COLOR_HSV2RGB), np.uint8)
    return seen
