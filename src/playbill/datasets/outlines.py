"""The shape of an object inside its box, as formats hold it."""

from dataclasses import dataclass


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
