"""CVAT's XML 1.1, for pictures; see `cvat_shapes` for its conventions, `cvat_tracks` for videos."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from playbill.datasets.checking import Row, Sheet, checked
from playbill.datasets.cvat_shapes import is_shape, read_shape
from playbill.datasets.cvat_tracks import CvatVideo, TrackBoxes, open_frames
from playbill.datasets.cvat_xml import CvatMeta, read_meta, stream_elements
from playbill.datasets.numbers import whole_of
from playbill.datasets.objects import About, ObjectDataset, PictureDetails, PictureObjects
from playbill.datasets.picture_files import FolderListings, is_safe, report_missing, report_repeated
from playbill.datasets.reading import Reading

LEFT_ASIDE = frozenset({"version", "meta"})


@dataclass(frozen=True, slots=True, eq=False)
class CvatDataset:
    """A CVAT file about pictures; it is read again in each iteration."""

    name: str
    labels: tuple[str, ...]
    about: About
    path: Path
    pictures: Path
    names: frozenset[str]
    """The pictures that are there."""
    reading: Reading

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[PictureObjects]:
        seen: set[str] = set()
        for element in stream_elements(self.path):
            name = _name(element)
            if element.tag == "image" and name in self.names and name not in seen:
                seen.add(name)
                sheet = _sheet(element, self.pictures / name, f"{self.path}: {name}")
                picture = checked(sheet, self._rows(element, sheet), self.reading)
                if picture is not None:
                    yield picture

    def _rows(self, image: Element, sheet: Sheet) -> list[Row]:
        rows = []
        for number, element in enumerate(image, start=1):
            where = f"{sheet.where}: {element.tag} {number}"
            label = element.get("label", "")
            if not is_shape(element):
                sentence = f"<{element.tag}> is no shape with a box, expected box, polygon or mask"
                self.reading.report("unheld-shape", where, sentence)
            elif label not in self.labels:
                sentence = f"the class is {label!r}, expected one of {len(self.labels)} labels"
                self.reading.report("unknown-label", where, sentence)
            else:
                row = self._row(element, sheet, where)
                rows += [] if row is None else [row]
        return rows

    def _row(self, element: Element, sheet: Sheet, where: str) -> Row | None:
        class_id = self.labels.index(element.get("label", ""))
        try:
            return read_shape(
                element,
                class_id,
                sheet.stated_wh or (0, 0),
                where.removeprefix(f"{sheet.where}: "),
                outlines=self.reading.outlines,
            )
        except (ValueError, OverflowError) as error:
            self.reading.report("unreadable-labels", where, str(error))
            return None


def open_cvat(path: Path, reading: Reading) -> ObjectDataset:
    """Read a CVAT file; its pictures lie in `images` beside it, or beside it.

    The labels are those of `<meta>`; without them all that are found, sorted. A file of a video
    with tracks gives its frames as pictures: see `cvat_tracks.open_frames`.

    Raises:
        DatasetError: it is no CVAT file, or `reading.on_problem` says so.
    """
    meta, names, found, boxes = _first_pass(path, reading)
    labels = reading.labels or meta.labels or tuple(sorted(found | boxes.labels()))
    known = dict(zip(meta.labels, meta.label_xml, strict=True))
    label_xml = tuple(known[label] for label in labels) if known.keys() >= set(labels) else ()
    about = About(task=meta.task, label_xml=label_xml)
    if boxes and not names:
        pictures = reading.pictures or _picture_folder(path, [])
        video = CvatVideo(path.stem, labels, about, path, pictures, meta, boxes, (), reading)
        return open_frames(video)
    if boxes:
        sentence = f"has {len(boxes)} boxes of tracks beside pictures, expected one or the other"
        reading.report("unheld-shape", path, sentence)
    if not names:
        reading.report("no-pictures", path, "lists no pictures, expected <image> elements")
    pictures = reading.pictures or _picture_folder(path, names)
    kept = _present(path, pictures, names, reading)
    return CvatDataset(path.stem, labels, about, path, pictures, kept, reading)


def _first_pass(path: Path, reading: Reading) -> tuple[CvatMeta, list[str], set[str], TrackBoxes]:
    """What is needed before the first picture: meta, names of pictures, labels, tracks."""
    meta, boxes = CvatMeta(), TrackBoxes()
    names: list[str] = []
    labels: set[str] = set()
    for element in stream_elements(path):
        if element.tag == "meta":
            meta = read_meta(element)
        elif element.tag == "image":
            if not _name(element):
                where = f"{path}: image {len(names) + 1}"
                reading.report("unreadable-labels", where, "has no name, expected a file's")
            names.append(_name(element))
            labels |= {shape.get("label", "") for shape in element if is_shape(shape)}
        elif element.tag == "track":
            boxes.add(element, path, reading)
        elif element.tag not in LEFT_ASIDE:
            reading.report("unheld-shape", path, f"<{element.tag}> is not understood")
    return meta, [name for name in names if name], labels - {""}, boxes


def _name(element: Element) -> str:
    return element.get("name", "").replace("\\", "/")


def _sheet(image: Element, path: Path, where: str) -> Sheet:
    width, height, number = (whole_of(image.get(name)) for name in ("width", "height", "id"))
    subset = image.get("subset", "")
    details = PictureDetails(id=number, subsets=(subset,) if subset else ())
    stated_wh = (width, height) if width and height else None
    return Sheet(path, _name(image), stated_wh, where, details)


def _present(path: Path, pictures: Path, names: list[str], reading: Reading) -> frozenset[str]:
    """The names of pictures that are there, each once."""
    report_repeated(reading, path, names)
    for name in names:
        if not is_safe(name):
            reading.report("bad-name", path, f"{name}: is no name below a folder of pictures")
    wanted = {name for name in names if is_safe(name)}
    listings = FolderListings()
    missing = {name for name in wanted if not listings.has(pictures / name)}
    report_missing(reading, f"{path}: pictures in {pictures}", sorted(missing), len(wanted))
    return frozenset(wanted - missing)


def _picture_folder(path: Path, names: list[str]) -> Path:
    """`images` beside the file, unless the first pictures are beside the file itself."""
    images = path.parent / "images"
    beside = any((path.parent / name).is_file() for name in names[:16])
    return path.parent if beside or not images.is_dir() else images
