"""One pass over a COCO file: everything in it, in arrays of numbers."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from playbill.datasets.coco_outlines import OutlineStore
from playbill.datasets.json_stream import stream_members
from playbill.datasets.objects import PictureDetails, VideoFrame
from playbill.datasets.reading import Reading

NO_ID = -(1 << 63)
"""In `Annotations.ids`: the file gives none."""

ARRAYS = frozenset({"images", "annotations", "categories", "licenses"})


@dataclass(frozen=True, slots=True)
class CocoImage:
    """An entry of `images`."""

    name: str
    size_wh: tuple[int, int] | None
    """None: not said, or not positive."""
    details: PictureDetails


@dataclass(frozen=True, slots=True)
class Category:
    """An entry of `categories`."""

    id: int
    name: str
    supercategory: str


@dataclass(frozen=True, slots=True)
class Annotations:
    """The entries of `annotations`, one in each row of every array."""

    ids: "array[int]" = field(default_factory=lambda: array("q"))
    image_ids: "array[int]" = field(default_factory=lambda: array("q"))
    category_ids: "array[int]" = field(default_factory=lambda: array("q"))
    boxes_xywh: "array[float]" = field(default_factory=lambda: array("d"))
    """Four for each annotation."""
    areas: "array[float]" = field(default_factory=lambda: array("d"))
    """NaN: not said."""
    crowd: "array[int]" = field(default_factory=lambda: array("b"))
    outlines: OutlineStore = field(default_factory=OutlineStore)
    attributes: dict[int, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """By row; of those that have some."""


@dataclass(slots=True)
class CocoScan:
    """A COCO file as it is, entry by entry; what refers to nothing is still in it."""

    images: list[CocoImage] = field(default_factory=list)
    categories: list[Category] = field(default_factory=list)
    annotations: Annotations = field(default_factory=Annotations)
    info: dict[str, Any] = field(default_factory=dict)
    licences: list[dict[str, Any]] = field(default_factory=list)


def scan_coco(path: Path, reading: Reading) -> CocoScan:
    """Read a COCO file of object boxes (`instances_*.json`).

    An entry without what it must have is told of and left out.

    Raises:
        DatasetError: the file cannot be read or is no JSON object.
    """
    scan = CocoScan()
    counts: dict[str, int] = {}
    for member, entry in stream_members(path, ARRAYS):
        counts[member] = counts.get(member, 0) + 1
        if member == "info":
            scan.info = entry if isinstance(entry, dict) else {}
        elif member in ARRAYS:
            where = f"{path}: {member}[{counts[member] - 1}]"
            _take(member, entry, scan, where, reading)
    return scan


def _take(member: str, entry: Any, scan: CocoScan, where: str, reading: Reading) -> None:
    if not isinstance(entry, dict):
        found = type(entry).__name__
        reading.report("unreadable-labels", where, f"expected an object in braces, found {found}")
    elif member == "images":
        _take_image(entry, scan, where, reading)
    elif member == "categories":
        _take_category(entry, scan, where, reading)
    elif member == "licenses":
        scan.licences.append(entry)
    else:
        _take_annotation(entry, scan.annotations, where, reading)


def _take_image(entry: dict[str, Any], scan: CocoScan, where: str, reading: Reading) -> None:
    match entry:
        case {"id": int(number), "file_name": str(name)} if name and _fits(number):
            size = entry.get("width"), entry.get("height")
        case _:
            reading.report("unreadable-labels", where, _lacks(entry, ("id", "file_name")))
            return
    size_wh: tuple[int, int] | None = None
    match size:
        case (int(width), int(height)) if width > 0 and height > 0:
            size_wh = (width, height)
    licence = entry.get("license")
    details = PictureDetails(
        id=number,
        licence=licence if isinstance(licence, int) else None,
        coco_url=_text(entry, "coco_url"),
        flickr_url=_text(entry, "flickr_url"),
        date_captured=_text(entry, "date_captured"),
        frame=_frame(entry.get("video")),
    )
    scan.images.append(CocoImage(name.replace("\\", "/"), size_wh, details))


def _frame(video: Any) -> VideoFrame | None:
    """What `coco_writer` writes; None for anything else."""
    match video:
        case {
            "file_name": str(name),
            "sha256": str(sha256),
            "frame_rate": str() | None as rate,
            "sample_every": int(every),
            "frame_from_0": int(index),
            "time_s": int() | float() as time_s,
        }:
            try:
                frame_rate = None if rate is None else Fraction(rate)
                return VideoFrame(name, sha256, frame_rate, every, index, Fraction(str(time_s)))
            except (ValueError, ZeroDivisionError):
                return None
        case _:
            return None


def _take_category(entry: dict[str, Any], scan: CocoScan, where: str, reading: Reading) -> None:
    match entry:
        case {"id": int(number), "name": str(name)} if _is_text(name) and _fits(number):
            category = Category(number, name, _text(entry, "supercategory"))
            scan.categories.append(category)
        case _:
            reading.report("unreadable-labels", where, _lacks(entry, ("id", "name")))


def _take_annotation(
    entry: dict[str, Any], annotations: Annotations, where: str, reading: Reading
) -> None:
    match entry:
        case {
            "image_id": int(image),
            "category_id": int(category),
            "bbox": [x, y, width, height],
        } if _fits(image) and _fits(category):
            box = (x, y, width, height)
        case _:
            wanted = ("image_id", "category_id", "bbox")
            reading.report("unreadable-labels", where, _lacks(entry, wanted))
            return
    if not all(isinstance(edge, int | float) for edge in box):
        reading.report("bad-box", where, f"bbox is {list(box)}, expected four numbers")
        return
    row = len(annotations.ids)
    number, area = entry.get("id"), entry.get("area")
    annotations.ids.append(number if isinstance(number, int) and _fits(number) else NO_ID)
    annotations.image_ids.append(image)
    annotations.category_ids.append(category)
    annotations.boxes_xywh.extend(map(_as_float, box))
    annotations.areas.append(_as_float(area) if isinstance(area, int | float) else float("nan"))
    annotations.crowd.append(entry.get("iscrowd") == 1)
    attributes = entry.get("attributes")
    if isinstance(attributes, dict) and attributes:
        annotations.attributes[row] = tuple((str(k), str(v)) for k, v in attributes.items())
    if reading.outlines:
        try:
            annotations.outlines.add(row, entry.get("segmentation"))
        except ValueError as error:
            reading.report("unheld-shape", where, f"segmentation: {error}")


def _fits(number: int) -> bool:
    """Whether our arrays can hold it; JSON knows no bounds."""
    return NO_ID < number < -NO_ID


def _as_float(number: float) -> float:
    """As a float; infinite where it is too large for one."""
    try:
        return float(number)
    except OverflowError:
        return float("inf")


def _is_text(name: str) -> bool:
    """Whether it can be shown and written: JSON can escape halves of characters."""
    try:
        return bool(name.encode())
    except UnicodeEncodeError:
        return False


def _text(entry: dict[str, Any], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""


def _lacks(entry: dict[str, Any], wanted: Iterable[str]) -> str:
    found = ", ".join(f"{key}: {str(entry[key])[:40]!r}" for key in wanted if key in entry)
    expected = ", ".join(wanted)
    return f"expected {expected}, each of its kind, found {found or 'none of them'}"
