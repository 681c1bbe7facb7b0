"""One colour per kind of thing, the same in drawings and in the report."""

import math

import numpy as np
from numpy.typing import NDArray

from playbill.core.labels import PERSON
from playbill.core.metadata import Thing

Rgb = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""

NAMED: Rgb = (255, 194, 26)
"""People with a name: no class of object comes near this amber."""
UNNAMED: Rgb = (222, 226, 230)
"""People without a name."""
INK: Rgb = (17, 19, 24)
"""Text on any of the colours, and the edge around them."""

_GOLDEN_ANGLE = 137.508
_AMBER_HUE, _AMBER_ROOM = 85.0, 40.0
_LIGHTNESS = (0.78, 0.68, 0.86)


def class_colour(class_id: int) -> Rgb:
    """The colour of a class of object: neighbours on the list are far apart on the wheel."""
    turn = (class_id * _GOLDEN_ANGLE) % 360 / 360
    hue = _AMBER_HUE + _AMBER_ROOM + turn * (360 - 2 * _AMBER_ROOM)
    return _from_oklch(_LIGHTNESS[class_id % len(_LIGHTNESS)], 0.13, hue)


def colour_of(kind: str, class_id: int, *, named: bool) -> Rgb:
    """The colour of a person (by whether they are named) or of an object (by its class)."""
    if kind == "person" or class_id == PERSON:
        return NAMED if named else UNNAMED
    return class_colour(class_id)


def thing_colour(thing: Thing) -> Rgb:
    """`colour_of` a thing in a frame."""
    return colour_of(thing.kind, thing.class_id, named=thing.name is not None)


def hex_colour(colour: Rgb) -> str:
    """`#rrggbb`, as style sheets write it."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _from_oklch(lightness: float, chroma: float, hue_degrees: float) -> Rgb:
    """OKLCH to sRGB (Ottosson, 2020), cut off at the edge of the gamut."""
    a = chroma * math.cos(math.radians(hue_degrees))
    b = chroma * math.sin(math.radians(hue_degrees))
    to_cone = np.array(
        [
            [1.0, 0.3963377774, 0.2158037573],
            [1.0, -0.1055613458, -0.0638541728],
            [1.0, -0.0894841775, -1.2914855480],
        ]
    )
    to_linear = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    linear: NDArray[np.float64] = to_linear @ (to_cone @ np.array([lightness, a, b])) ** 3
    linear = np.clip(linear, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = (round(float(value) * 255) for value in encoded)
    return red, green, blue
