"""Pascal VOC: a folder with Annotations, JPEGImages and ImageSets/Main; boxes as in `voc_xml`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from playbill.core.labels import VOC_20
from playbill.datasets.checking import Sheet, checked
from playbill.datasets.objects import About, PictureObjects
from playbill.datasets.picture_files import find_pictures, report_missing
from playbill.datasets.problems import Problem
from playbill.datasets.reading import Reading, first_few, read_text, unreadable
from playbill.datasets.voc_xml import VocAnnotation, read_annotation
from playbill.errors import DatasetError

ANNOTATIONS, PICTURES, LISTS = "Annotations", "JPEGImages", "ImageSets/Main"
LABEL_MAP = "labelmap.txt"
"""Not VOC's own: other tools write the classes of a set of their own there, a line each, as
`name:colour:parts:actions`."""
LABEL_MAP_HEAD = "# label:color_rgb:parts:actions"
BACKGROUND = "background"
"""The class in a label map that is no object."""


@dataclass(frozen=True, slots=True)
class VocEntry:
    """An annotation file and its picture."""

    labels_path: Path
    path: Path
    name: str
    subsets: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class VocDataset:
    """A VOC folder, or a VOCdevkit with several; an XML file is read when it is its turn."""

    name: str
    labels: tuple[str, ...]
    about: About
    entries: tuple[VocEntry, ...]
    reading: Reading

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[PictureObjects]:
        for entry in self.entries:
            annotation = read_annotation(entry.labels_path, self.reading)
            picture = None if annotation is None else self._picture(entry, annotation)
            if picture is not None:
                yield picture

    def _picture(self, entry: VocEntry, annotation: VocAnnotation) -> PictureObjects | None:
        rows = []
        for found in annotation.objects:
            if found.label in self.labels:
                rows.append(found.row(self.labels.index(found.label)))
            else:
                where = f"{entry.labels_path}: {found.where}"
                sentence = (
                    f"the class is {found.label!r}, expected one of {len(self.labels)} labels"
                )
                self.reading.report("unknown-label", where, sentence)
        details = replace(annotation.details, subsets=entry.subsets)
        where = str(entry.labels_path)
        sheet = Sheet(entry.path, entry.name, annotation.size_wh, where, details)
        return checked(sheet, rows, self.reading)


def open_voc(path: Path, reading: Reading) -> VocDataset:
    """Read a VOC folder, or a VOCdevkit with VOC2007, VOC2012, ... in it.

    The classes are those of `labelmap.txt`; without one VOC's 20, if all objects are of these, or
    else all that are found, sorted.

    Raises:
        DatasetError: there is no such folder, or `reading.on_problem` says so.
    """
    years = voc_folders(path)
    if not years:
        raise DatasetError(f"{path}: has no folder {ANNOTATIONS}, expected Pascal VOC")
    entries: list[VocEntry] = []
    for year in years:
        prefix = "" if year == path else f"{year.name}/{PICTURES}/"
        entries += _entries(year, prefix, reading)
    labels = reading.labels or _mapped_labels(years) or _found_labels(entries)
    return VocDataset(path.resolve().name, labels, About(), tuple(entries), reading)


def voc_folders(path: Path) -> list[Path]:
    """`path` if it is a VOC folder; otherwise those in it."""
    try:
        if (path / ANNOTATIONS).is_dir():
            return [path]
        return sorted(folder for folder in path.iterdir() if (folder / ANNOTATIONS).is_dir())
    except OSError as error:
        raise unreadable(path, error) from error


def _entries(year: Path, prefix: str, reading: Reading) -> list[VocEntry]:
    labels_folder = year / ANNOTATIONS
    found = sorted(labels_folder.rglob("*.xml"))
    if not found:
        reading.report("no-pictures", labels_folder, "holds no XML file, expected one a picture")
    pictures_folder = reading.pictures or year / PICTURES
    pictures = _pictures_by_stem(pictures_folder)
    subsets = _subsets(year, {_key(xml, labels_folder) for xml in found}, reading)
    entries, missing = [], []
    for xml in found:
        key = _key(xml, labels_folder)
        picture = _picture_of(xml, pictures.get(key, ()))
        if picture is None:
            missing.append(key)
            continue
        name = prefix + picture.relative_to(pictures_folder).as_posix()
        entries.append(VocEntry(xml, picture, name, subsets.get(key, ())))
    report_missing(reading, pictures_folder, missing, len(found))
    return entries


def _key(path: Path, folder: Path) -> str:
    """What VOC calls a picture: its place below the folder, without suffix."""
    return path.relative_to(folder).with_suffix("").as_posix()


def _pictures_by_stem(folder: Path) -> Mapping[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    if folder.is_dir():
        for picture in find_pictures(folder):
            found.setdefault(_key(picture, folder), []).append(picture)
    return found


def _picture_of(xml: Path, candidates: Sequence[Path]) -> Path | None:
    """The picture with the name of the XML file; of several the one that the file names."""
    if len(candidates) < 2:
        return next(iter(candidates), None)
    annotation = read_annotation(xml, Reading(on_problem=_pass))
    named = Path(annotation.filename.replace("\\", "/")).name if annotation else ""
    return next((path for path in candidates if path.name == named), candidates[0])


def _subsets(year: Path, keys: set[str], reading: Reading) -> Mapping[str, tuple[str, ...]]:
    """For each picture the lists in ImageSets/Main that name it.

    The lists of one class (`dog_train.txt`: a name and 1, 0 or -1 in each line) say nothing
    that the objects do not say, and are passed over.
    """
    subsets: dict[str, tuple[str, ...]] = {}
    for path in sorted((year / LISTS).glob("*.txt")):
        names = [line.strip() for line in read_text(path).splitlines() if line.strip()]
        if any(len(name.split()) == 2 and name.split()[1] in {"1", "0", "-1"} for name in names):
            continue
        strangers = [name for name in names if name not in keys]
        if strangers:
            sentence = f"names {len(strangers)} of {len(names)} pictures that have no annotation"
            reading.report("unknown-picture", path, f"{sentence} ({first_few(strangers)})")
        for name in dict.fromkeys(names):
            subsets[name] = (*subsets.get(name, ()), path.stem)
    return subsets


def _mapped_labels(years: Sequence[Path]) -> tuple[str, ...]:
    """The classes of every `labelmap.txt` in order; empty where there is none."""
    labels: dict[str, None] = {}
    for path in (year / LABEL_MAP for year in years):
        lines = read_text(path).splitlines() if path.is_file() else []
        named = [line.rsplit(":", 3)[0].strip() for line in lines if not _is_comment(line)]
        labels |= dict.fromkeys(name for name in named if name not in {"", BACKGROUND})
    return tuple(labels)


def _is_comment(line: str) -> bool:
    """A class may begin with the sign of a comment, but its line has three colons."""
    return line.startswith(LABEL_MAP_HEAD) or (line.startswith("#") and line.count(":") < 3)


def _found_labels(entries: Sequence[VocEntry]) -> tuple[str, ...]:
    quiet = Reading(on_problem=_pass)
    found: set[str] = set()
    for entry in entries:
        annotation = read_annotation(entry.labels_path, quiet)
        found |= {thing.label for thing in annotation.objects} if annotation else set()
    return VOC_20 if found <= set(VOC_20) else tuple(sorted(found))


def _pass(problem: Problem) -> None:
    """What is wrong is told when the file is read for its objects."""
