"""The shapes of CVAT: boxes, polygons and masks, from XML to rows.

Coordinates are pixels, 0-based, with the edges between pixels: the whole picture is xtl = 0,
ytl = 0, xbr = width, ybr = height. A turned box is given as it was before it was turned about its
middle, `rotation` degrees clockwise. A mask is run lengths along the rows of its own box.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from xml.etree.ElementTree import Element

import numpy as np

from playbill.datasets.checking import Box, Row
from playbill.datasets.masks import mask_of, pixels_of_row_runs
from playbill.datasets.objects import NO_DETAILS, ObjectDetails
from playbill.datasets.outlines import Outline, Polygons, hull

Ring = tuple[float, ...]
MOST_MASK_PIXELS = 250_000_000


@dataclass(frozen=True, slots=True)
class Shape:
    """Where an object is."""

    box_xyxy: Box
    outline: Outline | None = None


def is_shape(element: Element) -> bool:
    """Whether an element is a shape that has a place in a data set of boxes."""
    return element.tag in SHAPES


def read_shape(
    element: Element, class_id: int, size_wh: tuple[int, int], where: str, *, outlines: bool
) -> Row:
    """Read a `<box>`, `<polygon>` or `<mask>` of a picture.

    Raises:
        ValueError: it lacks something, or has what is no number.
    """
    shape = SHAPES[element.tag](element, size_wh)
    return Row(
        class_id=class_id,
        box_xyxy=shape.box_xyxy,
        occluded=element.get("occluded") == "1",
        outline=shape.outline if outlines else None,
        details=_details(element),
        where=where,
    )


def corners_of(box_xyxy: Box, rotation: float) -> Ring:
    """The corners of a box that is turned clockwise about its middle: x, y, x, y, ..."""
    left, top, right, bottom = box_xyxy
    return _turned((left, top, right, top, right, bottom, left, bottom), rotation)


def unturned(corners: Ring, rotation: float) -> Box:
    """The box whose corners, turned, are `corners`."""
    left, top, _, _, right, bottom, _, _ = _turned(corners, -rotation)
    return left, top, right, bottom


def _turned(ring: Ring, rotation: float) -> Ring:
    """A ring turned clockwise about the mean of its points; y points down."""
    points = np.array(ring).reshape(-1, 2)
    middle = points.mean(axis=0)
    angle = math.radians(rotation)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return tuple(((points - middle) @ turn.T + middle).reshape(-1).tolist())


def _box(element: Element, _size_wh: tuple[int, int]) -> Shape:
    left, top, right, bottom = (_number(element, edge) for edge in ("xtl", "ytl", "xbr", "ybr"))
    rotation = _rotation(element)
    if not rotation:
        return Shape((left, top, right, bottom))
    corners = corners_of((left, top, right, bottom), rotation)
    return Shape(hull(corners), Polygons((corners,)))


def _polygon(element: Element, _size_wh: tuple[int, int]) -> Shape:
    points = element.get("points", "")
    try:
        ring = tuple(float(n) for point in points.split(";") for n in _pair(point))
    except ValueError as error:
        raise ValueError(f"points is {points[:40]!r}, expected x,y;x,y;x,y...") from error
    if len(ring) < 6:
        raise ValueError(f"points is {points[:40]!r}, expected three points or more")
    return Shape(hull(ring), Polygons((ring,)))


def _pair(point: str) -> tuple[str, str]:
    x, y = point.split(",")
    return x, y


def _mask(element: Element, size_wh: tuple[int, int]) -> Shape:
    left, top, width, height = (
        int(_number(element, name)) for name in ("left", "top", "width", "height")
    )
    inside = min(left, top) >= 0 and left + width <= size_wh[0] and top + height <= size_wh[1]
    if min(width, height) <= 0 or not inside or size_wh[0] * size_wh[1] > MOST_MASK_PIXELS:
        found = f"{left}, {top}, {width}, {height}"
        raise ValueError(f"left, top, width, height is {found}, expected a box in the picture")
    counts = tuple(int(count) for count in element.get("rle", "").split(","))
    pixels = np.zeros(size_wh[::-1], np.bool_)
    pixels[top : top + height, left : left + width] = pixels_of_row_runs(counts, (width, height))
    return Shape((left, top, left + width, top + height), mask_of(pixels))


SHAPES: Mapping[str, Callable[[Element, tuple[int, int]], Shape]] = MappingProxyType(
    {"box": _box, "polygon": _polygon, "mask": _mask}
)


def _details(element: Element) -> ObjectDetails:
    details = ObjectDetails(
        attributes=tuple(
            (attribute.get("name", ""), attribute.text or "")
            for attribute in element.iterfind("attribute")
        ),
        z_order=_whole(element, "z_order"),
        group=_whole(element, "group_id"),
        source=element.get("source", ""),
        rotation=_rotation(element),
    )
    return NO_DETAILS if details == NO_DETAILS else details


def _rotation(element: Element) -> float:
    return _number(element, "rotation") if "rotation" in element.attrib else 0.0


def _whole(element: Element, name: str) -> int:
    return int(_number(element, name)) if name in element.attrib else 0


def _number(element: Element, name: str) -> float:
    text = element.get(name)
    if text is None:
        raise ValueError(f"<{element.tag}> has no {name}")
    try:
        return float(text)
    except ValueError as error:
        raise ValueError(f"{name} is {text!r}, expected a number") from error
