"""One Pascal VOC annotation: from XML to rows.

VOC counts pixels from 1 and names the first and the last one inside (Everingham et al., VOC2012
development kit, 3.2). A pixel's edges lie half a pixel around its centre, so xmin = 1 is the left
edge 0 and xmax = 353 the right edge 353: left = xmin - 1, right = xmax. Fractions occur from 2011
on and are kept: rounding would move boxes by half a pixel.
"""

from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import parse

from playbill.datasets.checking import Box, Row
from playbill.datasets.numbers import whole_of
from playbill.datasets.objects import NO_DETAILS, ObjectDetails, Part, PictureDetails
from playbill.datasets.reading import Reading, unreadable
from playbill.errors import DatasetError

UNSPECIFIED = "Unspecified"
"""What VOC says of a pose that nobody looked at."""


@dataclass(frozen=True, slots=True)
class VocObject:
    """One `<object>`: its label and, but for the class id, its row."""

    label: str
    box_xyxy: Box
    truncated: bool
    difficult: bool
    occluded: bool
    details: ObjectDetails
    where: str

    def row(self, class_id: int) -> Row:
        """As a row of the class `class_id`."""
        return Row(
            class_id=class_id,
            box_xyxy=self.box_xyxy,
            truncated=self.truncated,
            difficult=self.difficult,
            occluded=self.occluded,
            details=self.details,
            where=self.where,
        )


@dataclass(frozen=True, slots=True)
class VocAnnotation:
    """One XML file."""

    filename: str
    """What it says its picture is called; empty: nothing."""
    size_wh: tuple[int, int] | None
    """None: not said, or 0."""
    details: PictureDetails
    objects: tuple[VocObject, ...]


def parse_xml(path: Path) -> Element:
    """The root of an XML file; entities, which can be bombs or name other files, are refused.

    Raises:
        DatasetError: it cannot be read or is no well-formed XML; says where.
    """
    try:
        root: Element = parse(str(path)).getroot()
    except OSError as error:
        raise unreadable(path, error) from error
    except ParseError as error:
        raise DatasetError(f"{path}: not well-formed XML: {error}") from error
    except (DefusedXmlException, ValueError, LookupError) as error:
        raise DatasetError(f"{path}: refused XML: {error}") from error
    return root


def read_annotation(path: Path, reading: Reading) -> VocAnnotation | None:
    """Read one XML file; objects that cannot be understood are told of and left out.

    Returns:
        None where it is no annotation at all, after telling so.
    """
    try:
        root = parse_xml(path)
    except DatasetError as error:
        reading.report("unreadable-labels", path, str(error).removeprefix(f"{path}: "))
        return None
    if root.tag != "annotation":
        sentence = f"the root is <{root.tag}>, expected <annotation>"
        reading.report("unreadable-labels", path, sentence)
        return None
    objects = []
    for number, element in enumerate(root.iterfind("object"), start=1):
        try:
            objects.append(_object(element, f"object {number}"))
        except ValueError as error:
            reading.report("unreadable-labels", f"{path}: object {number}", str(error))
    return VocAnnotation(_text(root, "filename"), _size(root), _details(root), tuple(objects))


def _object(element: Element, where: str) -> VocObject:
    label = _text(element, "name")
    if not label:
        raise ValueError("has no <name>, expected the name of a class")
    pose = _text(element, "pose")
    details = ObjectDetails(
        pose="" if pose == UNSPECIFIED else pose,
        parts=tuple(Part(_text(part, "name"), _box(part)) for part in element.iterfind("part")),
        point_xy=_point(element),
        actions=tuple(
            (action.tag, _is_set(action.text)) for action in element.iterfind("actions/*")
        ),
    )
    return VocObject(
        label=label,
        box_xyxy=_box(element),
        truncated=_is_set(element.findtext("truncated")),
        difficult=_is_set(element.findtext("difficult")),
        occluded=_is_set(element.findtext("occluded")),
        details=NO_DETAILS if details == NO_DETAILS else details,
        where=where,
    )


def _box(element: Element) -> Box:
    left, top, right, bottom = (
        _number(element, f"bndbox/{edge}") for edge in ("xmin", "ymin", "xmax", "ymax")
    )
    return left - 1, top - 1, right, bottom


def _point(element: Element) -> tuple[float, float] | None:
    """A point is the middle of a pixel that is counted from 1."""
    if element.find("point") is None:
        return None
    return _number(element, "point/x") - 0.5, _number(element, "point/y") - 0.5


def _number(element: Element, place: str) -> float:
    text = element.findtext(place)
    if text is None:
        raise ValueError(f"has no <{place.replace('/', '><')}>, expected a box of four edges")
    try:
        return float(text)
    except ValueError as error:
        edge = place.rpartition("/")[2]
        raise ValueError(f"<{edge}> is {text.strip()!r}, expected a number") from error


def _size(root: Element) -> tuple[int, int] | None:
    try:
        width, height = (int(float(_text(root, f"size/{side}"))) for side in ("width", "height"))
    except (ValueError, OverflowError):
        return None
    return (width, height) if width > 0 and height > 0 else None


def _details(root: Element) -> PictureDetails:
    return PictureDetails(
        folder=_text(root, "folder"),
        database=_text(root, "source/database"),
        annotation=_text(root, "source/annotation"),
        image=_text(root, "source/image"),
        flickr_id=_text(root, "source/flickrid"),
        owner_flickr_id=_text(root, "owner/flickrid"),
        owner_name=_text(root, "owner/name"),
        segmented=_is_set(root.findtext("segmented")),
        depth=whole_of(root.findtext("size/depth")),
    )


def _text(element: Element, place: str) -> str:
    return (element.findtext(place) or "").strip()


def _is_set(text: str | None) -> bool:
    """Whether a flag is 1; some tools write True, or 1.0."""
    return (text or "").strip().lower() in {"1", "1.0", "true", "yes"}
