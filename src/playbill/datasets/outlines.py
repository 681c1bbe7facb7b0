"""The shape of an object inside its box, as formats hold it."""

from collections.abc import Iterable
from dataclasses import dataclass

SAME_BOX_PX = 0.02
"""A box fits its outline as well as this: COCO rounds boxes to hundredths."""


@dataclass(frozen=True, slots=True)
class Polygons:
    """One or more rings around the parts of an object."""

    rings: tuple[tuple[float, ...], ...]
    """Each ring x, y, x, y, ... in pixels of the upright picture, 0-based."""


@dataclass(frozen=True, slots=True)
class Mask:
    """A run-length encoded mask of the whole picture, as COCO writes it."""

    size_wh: tuple[int, int]
    counts: str | tuple[int, ...]
    """Lengths of runs outside, inside, outside, ... down the columns; a string is COCO's
    compressed form of the same."""


Outline = Polygons | Mask


def hull(ring: tuple[float, ...]) -> tuple[float, float, float, float]:
    """The box around a ring: left, top, right, bottom."""
    xs, ys = ring[::2], ring[1::2]
    return min(xs), min(ys), max(xs), max(ys)


def fits(a_xyxy: Iterable[float], b_xyxy: Iterable[float]) -> bool:
    """Whether two boxes are one and the same but for rounding.

    YOLO and CVAT take the box of an object from its outline: only where that fits can the outline
    stand for the box, which is worth more.
    """
    return all(abs(a - b) <= SAME_BOX_PX for a, b in zip(a_xyxy, b_xyxy, strict=True))
