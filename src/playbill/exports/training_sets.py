"""COCO, Pascal VOC, YOLO and CVAT, written by `datasets`.

The formats hold labels; the pictures, frames of videos most of all, stay where they are. VOC and
YOLO are folders: they come as one ZIP, with a table of where each picture comes from.
"""

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from playbill.core.analysis import Analysis
from playbill.core.labels import COCO_80
from playbill.datasets.coco_writer import write_coco
from playbill.datasets.cvat_writer import write_cvat
from playbill.datasets.objects import About, ObjectStream, PictureObjects
from playbill.datasets.voc_writer import write_voc
from playbill.datasets.xml_text import xml_safe
from playbill.datasets.yolo_writer import write_yolo
from playbill.exports.csv_table import no_formula
from playbill.exports.drain import Drain
from playbill.exports.pictures import ATTRIBUTES, AnalysedPictures
from playbill.exports.source import FRAMES_FROM, TIMES_FROM, source_facts
from playbill.exports.tables import Cell
from playbill.exports.words import fraction_text, one_line, seconds

CHUNK = 1 << 20
PICTURE_LIST = "pictures.csv"


def coco_chunks(analyses: Iterable[Analysis]) -> Iterator[bytes]:
    """COCO's JSON: COCO's own class numbers, boxes 0-based left, top, width, height.

    An image that is the frame of a video says so under `video`; names are `attributes`.
    """
    description = f"Playbill: {FRAMES_FROM}; {TIMES_FROM}"
    pictures = AnalysedPictures(analyses, about=About(info={"description": description}))
    with _folder() as folder:
        write_coco(pictures, folder / "coco.json", copy=False)
        yield from _pieces(folder / "coco.json")


def cvat_chunks(analysis: Analysis) -> Iterator[bytes]:
    """CVAT's XML 1.1 for images: `id` is the number of the frame, from 0."""
    about = About(task=xml_safe(one_line(analysis.media.name)), label_xml=cvat_labels())
    pictures = AnalysedPictures([analysis], about=about, for_cvat=True)
    with _folder() as folder:
        write_cvat(pictures, folder / "cvat.xml", copy=False)
        pieces = _pieces(folder / "cvat.xml")
        head, _, rest = next(pieces).partition(b"\n")
        yield head + b"\n" + cvat_comment(analysis).encode() + rest
        yield from pieces


def voc_chunks(analyses: Iterable[Analysis]) -> Iterator[bytes]:
    """A ZIP of Pascal VOC: boxes 1-based with both edges inside; faces are parts of people."""

    def write(pictures: ObjectStream, folder: Path) -> None:
        write_voc(pictures, folder, copy=False, pictures=False)

    return _zipped(analyses, write)


def yolo_chunks(analyses: Iterable[Analysis]) -> Iterator[bytes]:
    """A ZIP of YOLO: middle, width and height as shares of the picture, classes from 0."""

    def write(pictures: ObjectStream, folder: Path) -> None:
        write_yolo(pictures, folder, copy=False, pictures=False)

    return _zipped(analyses, write)


def cvat_labels() -> tuple[str, ...]:
    """A `<label>` for each class with the attributes that objects have."""
    return tuple(map(_label, COCO_80))


def cvat_comment(analysis: Analysis) -> str:
    """What CVAT has no place for: the source, and the time of each frame."""
    facts = source_facts(analysis)
    times = [[frame.index, seconds(frame.time_s)] for frame in analysis.frames]
    text = xml_safe(json.dumps({**facts, "frameTimes": times}, ensure_ascii=False))
    return "<!-- " + text.replace("--", "-\\u002d") + " -->\n"


def _label(name: str) -> str:
    label = Element("label")
    SubElement(label, "name").text = name
    attributes = SubElement(label, "attributes")
    for attribute in ATTRIBUTES:
        element = SubElement(attributes, "attribute")
        SubElement(element, "name").text = attribute
        SubElement(element, "mutable").text = "False"
        SubElement(element, "input_type").text = "text"
        SubElement(element, "default_value")
        SubElement(element, "values")
    return tostring(label, encoding="unicode")


def _zipped(
    analyses: Iterable[Analysis], write: Callable[[ObjectStream, Path], None]
) -> Iterator[bytes]:
    with (
        _folder() as folder,
        (folder / PICTURE_LIST).open("w", encoding="utf-8", newline="") as listing,
    ):
        write(ListedPictures(AnalysedPictures(analyses), listing), folder / "labels")
        listing.flush()
        drain = Drain()
        with ZipFile(drain, "w", ZIP_DEFLATED) as archive:
            archive.writestr(
                ZipInfo(PICTURE_LIST), (folder / PICTURE_LIST).read_bytes(), ZIP_DEFLATED
            )
            for path in sorted((folder / "labels").rglob("*")):
                if path.is_file():
                    name = path.relative_to(folder / "labels").as_posix()
                    archive.writestr(ZipInfo(name), path.read_bytes(), ZIP_DEFLATED)
                if drain.held >= CHUNK:
                    yield drain.take()
        yield drain.take()


class ListedPictures:
    """Pictures on their way to a writer, each noted in a table with where it comes from."""

    def __init__(self, pictures: AnalysedPictures, listing: io.TextIOBase) -> None:
        self._pictures, self._rows = pictures, csv.writer(listing)
        self.name, self.labels, self.about = pictures.name, pictures.labels, pictures.about

    def __iter__(self) -> Iterator[PictureObjects]:
        self._rows.writerow(
            ["picture", "media", "sha256", "frame_rate", "sample_every", "frame_from_0", "time_s"]
        )
        for picture in self._pictures:
            self._rows.writerow(map(no_formula, _listed(picture)))
            yield picture


def _listed(picture: PictureObjects) -> list[Cell]:
    """Where a picture comes from; the frame of a video says which."""
    frame = picture.details.frame
    if frame is None:
        return [picture.name, *picture.details.database.rsplit(" sha256:", 1), "", "", "", ""]
    return [
        picture.name,
        frame.video,
        frame.sha256,
        fraction_text(frame.frame_rate),
        frame.sample_every,
        frame.index,
        seconds(frame.time_s),
    ]


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="playbill-export-") as folder:
        yield Path(folder)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            yield piece
