"""Where a YOLO data set has its pictures, its labels and its names."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from playbill.datasets.picture_files import FolderListings, find_pictures, report_missing
from playbill.datasets.reading import Reading, read_text
from playbill.datasets.yolo_yaml import Value, read_members
from playbill.errors import DatasetError

SPLITS = ("train", "val", "test")
UNLISTED = "unlisted"
"""Our list of pictures that are in no split, where others are."""
NAME_FILES = ("classes.txt", "obj.names", "labels/classes.txt")


@dataclass(frozen=True, slots=True)
class YoloEntry:
    """A picture and where its labels are, if it has any."""

    path: Path
    name: str
    labels_path: Path
    subsets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class YoloLayout:
    """A YOLO data set on the disk."""

    root: Path
    names: tuple[str, ...]
    """Empty: none are given."""
    entries: tuple[YoloEntry, ...]


def find_layout(path: Path, reading: Reading) -> YoloLayout:
    """Find everything below a folder, or what a `data.yaml` names.

    Pictures that are not there are told of: those that a list names, and those that have labels.

    Raises:
        DatasetError: it is no YOLO data set.
    """
    settings = path if path.is_file() else settings_file(path)
    members = read_members(settings, _is_wanted) if settings else {}
    root = _root(settings.parent if settings else path, members.get("path"))
    names = _names(members.get("names"), settings) or _listed_names(root)
    placed, absent = _placed(root, members, reading)
    entries = _entries(root, placed, reading.pictures)
    absent += _labels_without_picture(entries)
    report_missing(reading, path, sorted(absent), len(entries) + len(absent))
    return YoloLayout(root, names, entries)


def settings_file(folder: Path) -> Path | None:
    """The file with the names and the splits: `data.yaml`, or the only YAML file there is."""
    found = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])
    named = [path for path in found if path.stem in {"data", "dataset"}]
    return next(iter(named or (found if len(found) == 1 else [])), None)


def looks_like_yolo(folder: Path) -> bool:
    """Whether a folder has what makes it a YOLO data set."""
    return (
        settings_file(folder) is not None
        or any((folder / name).is_file() for name in NAME_FILES)
        or ((folder / "images").is_dir() and (folder / "labels").is_dir())
    )


def _is_wanted(member: str) -> bool:
    """Splits other than the usual three are known by `split_`... or by our own list."""
    return member in {"path", "names", UNLISTED, *SPLITS} or member.startswith("split_")


def _root(folder: Path, stated: Value | None) -> Path:
    """The folder that `path` names, if it is there; many say where it was on another machine."""
    if isinstance(stated, str) and (folder / stated).is_dir():
        return folder / stated if stated != "." else folder
    return folder


def _names(stated: Value | None, settings: Path | None) -> tuple[str, ...]:
    if isinstance(stated, list):
        return tuple(stated)
    if isinstance(stated, dict):
        wanted = [str(number) for number in range(len(stated))]
        if sorted(stated) != sorted(wanted):
            raise DatasetError(
                f"{settings}: names has the numbers {', '.join(stated)}, "
                f"expected 0 to {len(stated) - 1}"
            )
        return tuple(stated[number] for number in wanted)
    return ()


def _listed_names(root: Path) -> tuple[str, ...]:
    """One name a line."""
    for path in (root / name for name in NAME_FILES):
        if path.is_file():
            return tuple(line.strip() for line in read_text(path).splitlines() if line.strip())
    return ()


def _placed(
    root: Path, members: dict[str, Value], reading: Reading
) -> tuple[dict[Path, tuple[str, ...]], list[str]]:
    """Picture -> splits; and the names of pictures that a list has and the disk has not."""
    places = {name: value for name, value in members.items() if name not in {"path", "names"}}
    if reading.pictures is not None:
        places = {UNLISTED: str(reading.pictures.resolve())}
    if not places or len({str(value) for value in places.values()}) == 1 < len(places):
        everything = next(iter(places.values()), "images" if (root / "images").is_dir() else ".")
        places = {UNLISTED: everything}
    placed: dict[Path, tuple[str, ...]] = {}
    absent: list[str] = []
    listings = FolderListings()
    for member, value in places.items():
        split = () if member == UNLISTED else (member.removeprefix("split_"),)
        for picture in _pictures_at(root, value):
            if listings.has(picture):
                placed[picture] = (*placed.get(picture, ()), *split)
            else:
                absent.append(picture.name)
    return placed, absent


def _pictures_at(root: Path, value: Value) -> Iterator[Path]:
    """The pictures of a split: in folders, or in lists of paths."""
    for place in [value] if isinstance(value, str) else value:
        path = root / place
        if not path.exists() and place.startswith("../"):
            path = root / place.removeprefix("../")
        if path.is_dir():
            yield from find_pictures(path)
        elif path.suffix == ".txt" and path.is_file():
            for line in read_text(path).splitlines():
                if line.strip():
                    yield path.parent / PurePosixPath(line.strip().replace("\\", "/"))
        else:
            raise DatasetError(f"{path}: is not there, expected a folder or list of pictures")


def _entries(
    root: Path, placed: dict[Path, tuple[str, ...]], pictures: Path | None
) -> tuple[YoloEntry, ...]:
    folder = pictures or _picture_folder(root, placed)
    to_labels = _beside(pictures, root) if pictures else labels_of
    return tuple(
        YoloEntry(path, _relative(path, folder), to_labels(path, root), placed[path])
        for path in sorted(placed)
    )


def _picture_folder(root: Path, pictures: Iterable[Path]) -> Path:
    images = root / "images"
    inside = all(_below(path, images) for path in pictures)
    return images if inside else root


def labels_of(picture: Path, root: Path) -> Path:
    """The label file of a picture: in `labels` where the picture is in `images`, or beside it."""
    relative = Path(_relative(picture, root))
    parts = list(relative.parts)
    if "images" in parts[:-1]:
        last = len(parts) - 2 - parts[:-1][::-1].index("images")
        parts[last] = "labels"
    return root.joinpath(*parts).with_suffix(".txt")


def _beside(pictures: Path, root: Path) -> Callable[[Path, Path], Path]:
    """Labels of pictures that lie elsewhere: by their place, below `labels` or the root."""
    folder = root / "labels" if (root / "labels").is_dir() else root
    return lambda path, _: (folder / _relative(path, pictures)).with_suffix(".txt")


def _relative(path: Path, folder: Path) -> str:
    """The place of `path` below `folder`.

    Raises:
        DatasetError: it lies elsewhere.
    """
    relative = os.path.relpath(path, folder)
    if relative.startswith(".."):
        raise DatasetError(f"{path}: lies outside {folder}, expected pictures of the data set")
    return Path(relative).as_posix()


def _below(path: Path, folder: Path) -> bool:
    return not os.path.relpath(path, folder).startswith("..")


def _labels_without_picture(entries: Iterable[YoloEntry]) -> list[str]:
    """Label files whose picture is not there, by the name that the picture would have.

    Looked for in folders called `labels` that are in use: text files beside pictures may be
    anything.
    """
    folders = {(entry.path.parent, entry.labels_path.parent) for entry in entries}
    known: dict[Path, set[str]] = {}
    for pictures, labels in folders:
        names = {f"{path.stem}.txt" for path in pictures.iterdir() if path.is_file()}
        known.setdefault(labels, set()).update(names)
    return [
        path.stem
        for folder, names in known.items()
        if "labels" in folder.parts and folder.is_dir()
        for path in folder.glob("*.txt")
        if path.name not in names and path.name != "classes.txt"
    ]
