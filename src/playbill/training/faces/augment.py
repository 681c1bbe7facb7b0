"""Faces as they might have been: moved, mirrored, darker, softer, smaller, worse compressed.

What archives hold is old, grey, soft and small; portraits to learn from are not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from playbill.core.frame import Image

GREY_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)
"""Of red, green and blue in brightness (ITU-R BT.601)."""


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far, and how often, a training face is changed. All 0: not at all."""

    flip: float = 0.5
    """Share of faces that are mirrored; the shares below are likewise of faces."""
    shift: float = 0.05
    """At most so much of the side, in either direction."""
    scale: float = 0.1
    """Between 1 / (1 + scale) and 1 + scale times as large."""
    turn_deg: float = 5.0
    brightness: float = 0.15
    """At most so much of the full range is added or taken."""
    contrast: float = 0.25
    colour: float = 0.3
    """Saturation between 1 - colour and 1 + colour."""
    grey: float = 0.1
    blur: float = 0.1
    jpeg: float = 0.15
    small: float = 0.15
    """Share that is shrunk to between a sixth and two thirds of its side and enlarged again."""
    noise: float = 0.0
    """Share with the grain of film, or of a weak signal."""
    interlaced: float = 0.0
    """Share whose odd lines were taken a moment later, of a face that moves sideways."""


DEFAULT = Augmentation()
TELEVISION = Augmentation(
    shift=0.06,
    scale=0.25,
    turn_deg=12.0,
    contrast=0.35,
    grey=0.2,
    blur=0.2,
    jpeg=0.3,
    small=0.4,
    noise=0.15,
    interlaced=0.08,
)
"""As archives and television show faces: small, soft, grey, grainy, compressed, interlaced, turned;
cut by one detector or another, so wider or narrower."""
Views = Literal["portraits", "television"]
VIEWS: Mapping[Views, Augmentation] = MappingProxyType(
    {"portraits": DEFAULT, "television": TELEVISION}
)
NONE = Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def plain(face: Image, size_px: int) -> Image:
    """The middle of a cut face, (size_px, size_px, 3): what the network sees of it in use."""
    top, left = ((side - size_px) // 2 for side in face.shape[:2])
    return face[top : top + size_px, left : left + size_px]


def augmented(
    face: Image, size_px: int, random: np.random.Generator, how: Augmentation = DEFAULT
) -> Image:
    """One random variation of a cut face, (size_px, size_px, 3).

    Args:
        face: as `cutting.cut_face` gives it, with room around the middle `size_px`.
        size_px: the side of what the network sees.
        random: where all chance comes from; the same state gives the same picture.
        how: how much may change.
    """
    image = _moved(face, size_px, random, how)
    image = _recoloured(image, random, how)
    if random.random() < how.small:
        image = _smaller(image, random.uniform(1 / 6, 2 / 3))
    if random.random() < how.blur:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), random.uniform(0.5, 2.5)), np.uint8)
    if how.noise and random.random() < how.noise:
        image = _grainy(image, random)
    if how.interlaced and random.random() < how.interlaced:
        image = _interlaced(image, random)
    if random.random() < how.jpeg:
        image = _compressed(image, int(random.integers(15, 80)))
    return image


def _moved(face: Image, size_px: int, random: np.random.Generator, how: Augmentation) -> Image:
    """Mirror, turn, scale and shift at once, so that pixels are interpolated only once."""
    scale = (1 + how.scale) ** random.uniform(-1, 1)
    angle = random.uniform(-how.turn_deg, how.turn_deg)
    shift_x, shift_y = random.uniform(-how.shift, how.shift, 2) * size_px
    height, width = face.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, scale)
    matrix[:, 2] += (size_px - width) / 2 + shift_x, (size_px - height) / 2 + shift_y
    if random.random() < how.flip:
        matrix[0] = -matrix[0]
        matrix[0, 2] += size_px - 1
    moved = cv2.warpAffine(face, matrix, (size_px, size_px), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def _recoloured(image: Image, random: np.random.Generator, how: Augmentation) -> Image:
    colour = random.uniform(1 - how.colour, 1 + how.colour)
    if random.random() < how.grey:
        colour = 0.0
    contrast = random.uniform(1 - how.contrast, 1 + how.contrast)
    brightness = 255 * random.uniform(-how.brightness, how.brightness)
    if (colour, contrast, brightness) == (1, 1, 0):
        return image
    # All three are linear in the pixels: one matrix and one offset.
    mix = contrast * (colour * np.eye(3) + (1 - colour) * np.tile(GREY_WEIGHTS, (3, 1)))
    middle = (1 - contrast) * float((image @ GREY_WEIGHTS).mean()) + brightness
    table = np.concatenate([mix, np.full((3, 1), middle)], axis=1)
    changed: NDArray[np.uint8] = cv2.transform(image, table.astype(np.float32))
    return np.asarray(changed, np.uint8)


def _smaller(image: Image, share: float) -> Image:
    """Shrunk to `share` of its side, and enlarged again."""
    size = image.shape[1], image.shape[0]
    small = max(round(size[0] * share), 1), max(round(size[1] * share), 1)
    shrunk = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(shrunk, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _grainy(image: Image, random: np.random.Generator) -> Image:
    """With noise of one brightness for all colours, up to 15 of 255 strong."""
    grain = random.normal(0, random.uniform(3, 15), (*image.shape[:2], 1))
    return np.asarray(np.rint(np.clip(image + grain, 0, 255)), np.uint8)


def _interlaced(image: Image, random: np.random.Generator) -> Image:
    """Every other line shifted sideways by up to a twelfth of the side; lines of up to 3 pixels."""
    height, width = image.shape[:2]
    line = int(random.integers(1, 4))
    shift = int(random.integers(1, max(width // 12, 2))) * (1 if random.random() < 0.5 else -1)
    columns = np.clip(np.arange(width) + shift, 0, width - 1)
    odd = np.arange(height) // line % 2 == 1
    combed = image.copy()
    combed[odd] = image[odd][:, columns]
    return combed


def _compressed(image: Image, quality: int) -> Image:
    _, data = cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, quality))
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
