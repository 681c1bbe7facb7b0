"""Polygons and masks of a whole COCO file in few arrays: a million small lists take too much."""

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any

from playbill.datasets.outlines import Mask, Outline, Polygons


@dataclass(slots=True)
class OutlineStore:
    """Outlines by the number of their annotation; those without one are not in it."""

    _coordinates: "array[float]" = field(default_factory=lambda: array("d"))
    _ring_ends: "array[int]" = field(default_factory=lambda: array("q"))
    _with_rings: "array[int]" = field(default_factory=lambda: array("q"))
    """The numbers of annotations with polygons, ascending."""
    _rings_before: "array[int]" = field(default_factory=lambda: array("q"))
    """For each of these, how many rings come before its own."""
    _masks: "dict[int, tuple[int, int, str | array[int]]]" = field(default_factory=dict)
    """Annotation -> width, height, run lengths."""

    def add(self, number: int, segmentation: Any) -> None:
        """Take the `segmentation` of an annotation: a list of rings, or run lengths.

        Numbers come in ascending order.

        Raises:
            ValueError: it is neither.
        """
        match segmentation:
            case None | []:
                return
            case list():
                self._add_rings(number, segmentation)
            case {"size": [int(height), int(width)], "counts": str(counts)}:
                self._masks[number] = (width, height, counts)
            case {"size": [int(height), int(width)], "counts": list(counts)}:
                self._masks[number] = (width, height, _whole_numbers(counts))
            case _:
                raise ValueError("expected polygons, or run lengths with size and counts")

    def _add_rings(self, number: int, rings: list[Any]) -> None:
        first, before = len(self._ring_ends), len(self._coordinates)
        try:
            for ring in rings:
                if not isinstance(ring, list) or len(ring) < 6 or len(ring) % 2:
                    raise ValueError("expected polygons of at least 3 points: x, y, x, y, ...")
                self._coordinates.extend(ring)
                self._ring_ends.append(len(self._coordinates))
        except (TypeError, ValueError, OverflowError) as error:
            del self._coordinates[before:]
            del self._ring_ends[first:]
            raise ValueError(str(error)) from error
        self._with_rings.append(number)
        self._rings_before.append(first)

    def get(self, number: int) -> Outline | None:
        """The outline of an annotation."""
        place = bisect_left(self._with_rings, number)
        if place < len(self._with_rings) and self._with_rings[place] == number:
            first = self._rings_before[place]
            end = (*self._rings_before[place + 1 : place + 2], len(self._ring_ends))[0]
            starts = [self._ring_ends[ring - 1] if ring else 0 for ring in range(first, end)]
            ends = self._ring_ends[first:end]
            return Polygons(
                tuple(tuple(self._coordinates[a:b]) for a, b in zip(starts, ends, strict=True))
            )
        if number in self._masks:
            width, height, counts = self._masks[number]
            return Mask((width, height), counts if isinstance(counts, str) else tuple(counts))
        return None


def _whole_numbers(counts: list[Any]) -> "array[int]":
    try:
        return array("q", counts)
    except (TypeError, OverflowError) as error:
        raise ValueError("expected run lengths that are whole numbers") from error
