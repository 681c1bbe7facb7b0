"""Writing CVAT's XML 1.1 for pictures; see `cvat_shapes` for its conventions."""

from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import numpy as np
from defusedxml.ElementTree import fromstring

from playbill.core.atomic import atomic_path
from playbill.datasets.checking import Box
from playbill.datasets.cvat_shapes import unturned
from playbill.datasets.folders import copies
from playbill.datasets.masks import mask_pixels, row_runs
from playbill.datasets.numbers import Numbering, text_of
from playbill.datasets.objects import ObjectDetails, ObjectStream, PictureObjects
from playbill.datasets.outlines import Mask, Outline, Polygons, fits, hull
from playbill.datasets.writing import (
    OBJECT_WORDS,
    OUTLINES,
    PICTURE_WORDS,
    RENUMBERED,
    Tally,
    Written,
)
from playbill.datasets.xml_text import xml_text

HOLDS = frozenset(
    {
        *("occluded", "outlines", "id", "subsets", "task", "label_xml", "attributes", "z_order"),
        *("group", "source", "rotation"),
    }
)


def write_cvat(dataset: ObjectStream, path: Path, *, copy: bool) -> Written:
    """Write `dataset` to the file `path`; with `copy`, its pictures to `images` beside it.

    Raises:
        OutputError: it cannot be written.
    """
    tally, numbers = Tally(HOLDS), Numbering(first_free=0)
    tally.count_about(dataset.about)
    with (
        atomic_path(path) as part,
        copies(path.parent / "images", wanted=copy) as put,
        part.open("w", encoding="utf-8") as file,
    ):
        file.write('<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n')
        file.write("<version>1.1</version>\n" + _text(_meta(dataset)))
        for picture in dataset:
            image = _image(picture, numbers.take(picture.details.id))
            for row in range(len(picture)):
                image.append(_object(picture, row, dataset.labels, tally))
            file.write(_text(image))
            put(picture.path, picture.name)
            tally.count(picture)
            tally.lose(PICTURE_WORDS["subsets"], len(picture.details.subsets[1:]))
        tally.refuse_nothing(dataset.name)
        file.write("</annotations>\n")
    tally.lose(RENUMBERED, numbers.renumbered)
    return tally.result()


def _meta(dataset: ObjectStream) -> Element:
    meta = Element("meta")
    task = SubElement(meta, "task")
    SubElement(task, "name").text = xml_text(dataset.about.task or dataset.name)
    labels = SubElement(task, "labels")
    for class_id, name in enumerate(dataset.labels):
        if dataset.about.label_xml:
            labels.append(fromstring(dataset.about.label_xml[class_id]))
        else:
            label = SubElement(labels, "label")
            SubElement(label, "name").text = xml_text(name)
            SubElement(label, "attributes")
    return meta


def _image(picture: PictureObjects, number: int) -> Element:
    width, height = picture.size_wh
    image = Element("image", id=str(number), name=xml_text(picture.name))
    if picture.details.subsets:
        image.set("subset", xml_text(picture.details.subsets[0]))
    image.set("width", str(width))
    image.set("height", str(height))
    return image


def _object(picture: PictureObjects, row: int, labels: tuple[str, ...], tally: Tally) -> Element:
    details = picture.details_of(row)
    left, top, right, bottom = picture.boxes_xyxy[row].tolist()
    outline = picture.outline_of(row)
    element = _shape((left, top, right, bottom), outline, details)
    tally.lose(OUTLINES, int(outline is not None and element.tag == "box" and not details.rotation))
    lost_turn = bool(details.rotation) and "rotation" not in element.attrib
    tally.lose(OBJECT_WORDS["rotation"], int(lost_turn))
    element.set("label", xml_text(labels[picture.class_ids[row]]))
    element.set("occluded", str(int(picture.occluded[row])))
    element.set("z_order", str(details.z_order))
    if details.source:
        element.set("source", xml_text(details.source))
    if details.group:
        element.set("group_id", str(details.group))
    for name, value in details.attributes:
        SubElement(element, "attribute", name=xml_text(name)).text = xml_text(value)
    return element


def _shape(box: Box, outline: Outline | None, details: ObjectDetails) -> Element:
    match outline:
        case Polygons((ring,)) if details.rotation and len(ring) == 8:
            element = _box(tuple(round(edge, 9) for edge in unturned(ring, details.rotation)))
            element.set("rotation", text_of(details.rotation))
            return element
        case Polygons((ring,)) if fits(hull(ring), box):
            points = zip(ring[::2], ring[1::2], strict=True)
            return Element(
                "polygon", points=";".join(f"{text_of(x)},{text_of(y)}" for x, y in points)
            )
        case Mask():
            mask = _mask(outline, box)
            return _box(box) if mask is None else mask
        case _:
            return _box(box)


def _box(box: tuple[float, ...]) -> Element:
    return Element("box", dict(zip(("xtl", "ytl", "xbr", "ybr"), map(text_of, box), strict=True)))


def _mask(mask: Mask, box: Box) -> Element | None:
    """The mask cut to its box; None where that is another box than the object's, or is broken."""
    try:
        pixels = mask_pixels(mask)
    except ValueError:
        return None
    columns, rows = np.flatnonzero(pixels.any(axis=0)), np.flatnonzero(pixels.any(axis=1))
    if not len(columns):
        return None
    left, top = int(columns[0]), int(rows[0])
    right, bottom = int(columns[-1]) + 1, int(rows[-1]) + 1
    if not fits((left, top, right, bottom), box):
        return None
    runs = ", ".join(map(str, row_runs(pixels[top:bottom, left:right])))
    place = {"left": left, "top": top, "width": right - left, "height": bottom - top}
    return Element("mask", {"rle": runs} | {name: str(value) for name, value in place.items()})


def _text(element: Element) -> str:
    indent(element)
    return tostring(element, encoding="unicode") + "\n"
