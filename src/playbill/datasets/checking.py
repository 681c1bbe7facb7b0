"""What a reader found about one picture, checked and put together."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from playbill.datasets.objects import (
    NO_DETAILS,
    NO_PICTURE_DETAILS,
    ObjectDetails,
    PictureDetails,
    PictureObjects,
)
from playbill.datasets.outlines import Outline
from playbill.datasets.reading import Reading
from playbill.errors import MediaError
from playbill.media.images import picture_size_wh

EDGE_TOLERANCE_PX = 1.0
"""How far a box may stand out of its picture without a word: COCO rounds to hundredths, and in VOC
files made by hand the corner pixel is 0 as often as 1."""

Value = TypeVar("Value")
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Row:
    """One object as a reader understands it; not yet checked against its picture."""

    class_id: int
    box_xyxy: Box
    crowd: bool = False
    difficult: bool = False
    truncated: bool = False
    occluded: bool = False
    area: float | None = None
    """None: that of the box."""
    id: int | None = None
    outline: Outline | None = None
    details: ObjectDetails = NO_DETAILS
    where: str = ""
    """The line or object for messages: `object 3`."""

    def of_class(self, class_id: int) -> "Row":
        """The same object, of another class."""
        return replace(self, class_id=class_id)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One picture as a reader understands it."""

    path: Path
    name: str
    stated_wh: tuple[int, int] | None
    """What the labels say; None: nothing, the picture tells."""
    where: str
    """The file of labels for messages."""
    details: PictureDetails = NO_PICTURE_DETAILS


def checked(sheet: Sheet, rows: list[Row], reading: Reading) -> PictureObjects | None:
    """Put a picture and its objects together, leaving out what cannot be.

    What is wrong is told to `reading`. The picture's header has the last word on its size; a
    box that has no area, is not finite, is inside out or lies outside the picture is left out; one
    that stands out of it by more than a pixel is told of and kept.

    Returns:
        None where the picture cannot be opened.
    """
    try:
        size_wh = picture_size_wh(sheet.path)
    except MediaError as error:
        reading.report("unreadable-picture", sheet.where, str(error))
        return None
    if sheet.stated_wh is not None and sheet.stated_wh != size_wh:
        reading.report("wrong-size", sheet.where, _wrong_size(sheet, sheet.stated_wh, size_wh))
    kept = [row for row in rows if _is_kept(row, size_wh, sheet, reading)]
    return PictureObjects(
        path=sheet.path,
        name=sheet.name,
        size_wh=size_wh,
        boxes_xyxy=np.array([row.box_xyxy for row in kept], np.float64).reshape(-1, 4),
        class_ids=np.array([row.class_id for row in kept], np.int64),
        crowd=np.array([row.crowd for row in kept], np.bool_),
        difficult=np.array([row.difficult for row in kept], np.bool_),
        truncated=np.array([row.truncated for row in kept], np.bool_),
        occluded=np.array([row.occluded for row in kept], np.bool_),
        areas=np.array([_area(row) for row in kept], np.float64),
        ids=_ids(kept),
        outlines=_unless_empty(tuple(row.outline for row in kept), None),
        object_details=_unless_empty(tuple(row.details for row in kept), NO_DETAILS),
        details=sheet.details,
    )


def _wrong_size(sheet: Sheet, stated_wh: tuple[int, int], size_wh: tuple[int, int]) -> str:
    swapped = " (width and height are swapped)" if stated_wh == size_wh[::-1] else ""
    return (
        f"the labels say {stated_wh[0]} x {stated_wh[1]}{swapped}, "
        f"{sheet.path} has {size_wh[0]} x {size_wh[1]}"
    )


def _is_kept(row: Row, size_wh: tuple[int, int], sheet: Sheet, reading: Reading) -> bool:
    left, top, right, bottom = row.box_xyxy
    where = f"{sheet.where}: {row.where}" if row.where else sheet.where
    box = ", ".join(f"{edge:.10g}" for edge in row.box_xyxy)
    found = f"the box (left, top, right, bottom) is {box}"
    if not all(map(math.isfinite, row.box_xyxy)):
        reading.report("bad-box", where, f"{found}, expected finite numbers")
        return False
    if right < left or bottom < top:
        reading.report("bad-box", where, f"{found}, expected left < right and top < bottom")
        return False
    if right == left or bottom == top:
        reading.report("empty-box", where, f"{found}: it has no area")
        return False
    width, height = size_wh
    picture = f"the picture of {width} x {height}"
    if left >= width or top >= height or right <= 0 or bottom <= 0:
        reading.report("box-outside", where, f"{found}: it lies outside {picture}")
        return False
    if max(-left, -top, right - width, bottom - height) > EDGE_TOLERANCE_PX:
        reading.report("box-outside", where, f"{found}: it stands out of {picture}")
    return True


def _area(row: Row) -> float:
    if row.area is not None and math.isfinite(row.area):
        return row.area
    left, top, right, bottom = row.box_xyxy
    return (right - left) * (bottom - top)


def _ids(rows: list[Row]) -> np.ndarray[tuple[int], np.dtype[np.int64]] | None:
    ids = [row.id for row in rows if row.id is not None]
    return np.array(ids, np.int64) if ids and len(ids) == len(rows) else None


def _unless_empty(values: tuple[Value, ...], nothing: Value) -> tuple[Value, ...]:
    """`values`, or none at all where each is `nothing`."""
    return () if all(value is nothing or value == nothing for value in values) else values
