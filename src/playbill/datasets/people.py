"""People as training data: a folder of pictures per person, or a picture per person."""

import os
import shutil
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playbill.core.atomic import atomic_path
from playbill.errors import DatasetError, OutputError
from playbill.media.files import PICTURE_SUFFIXES, find_media, unreadable


@dataclass(frozen=True, slots=True)
class PersonPicture:
    """A picture that shows what a person looks like."""

    path: Path
    name: str
    """The person's, as one writes it: "Ada Lovelace"."""


def find_people(
    source: Path, name: str | None = None, *, without: Container[str] = frozenset()
) -> Iterator[PersonPicture]:
    """The pictures under `source` and whom they show.

    With `name`, all of them show that person. Without, a folder inside `source` is a person, named
    as the folder is, with all pictures below it; a picture that lies in `source` itself, or is
    `source`, is a person named as the file is. Underscores are spaces: `Ada_Lovelace/1.jpg` and
    `Ada_Lovelace.jpg` both show Ada Lovelace.

    Args:
        source: a folder or a picture.
        name: whom all of them show.
        without: pictures to leave out, as `place_of` calls them (see `datasets.left_out`).

    Raises:
        MediaError: there is nothing at `source`, or a folder cannot be listed.
        DatasetError: there are no pictures in it, or all are left out.
    """
    found = taken = 0
    for path in find_media(source):
        if path != source and path.suffix.lower() not in PICTURE_SUFFIXES:
            continue
        found += 1
        if place_of(path, source) not in without:
            taken += 1
            yield PersonPicture(path, name or _name(path, source))
    if not found:
        raise DatasetError(
            f"{source}: expected a folder of pictures for each person, found no picture"
        )
    if not taken:
        raise DatasetError(f"{source}: all of its {found} pictures are to be left out")


def place_of(path: Path, source: Path) -> str:
    """What a list of pictures calls `path`: its place below `source`, folders divided by `/`."""
    return path.name if path == source else path.relative_to(source).as_posix()


def write_people(
    pictures: Iterable[PersonPicture], folder: Path, *, copy: bool
) -> list[PersonPicture]:
    """Lay pictures out as a folder per person that `find_people` reads back.

    Spaces of names become underscores. Pictures keep their file names; of two that are called the
    same, the later one gets a number. `folder` is made; what is in it already stays.

    Args:
        pictures: whom they show.
        folder: where the persons' folders are made.
        copy: copy the files; else link to them, which costs no room and breaks when they move.

    Returns:
        The pictures at their new places.

    Raises:
        DatasetError: a name cannot be that of a folder.
        MediaError: a picture cannot be read.
        OutputError: a file cannot be written.
    """
    written = []
    for picture in pictures:
        home = folder / _folder_name(picture)
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{home}: cannot be made: {error.strerror}") from error
        target = _free(home / picture.path.name)
        _copy(picture.path, target) if copy else _link(picture.path, target)
        written.append(PersonPicture(target, picture.name))
    return written


def _name(path: Path, source: Path) -> str:
    if path.parent in {source, source.parent}:
        return path.stem.replace("_", " ")
    return path.relative_to(source).parts[0].replace("_", " ")


def _folder_name(picture: PersonPicture) -> str:
    folder = picture.name.replace(" ", "_")
    if not folder or folder.startswith(".") or {"/", "\0", os.sep} & set(folder):
        raise DatasetError(
            f"{picture.path}: its person is called {picture.name!r}, "
            "expected a name that a folder can have"
        )
    return folder


def _free(target: Path) -> Path:
    """`target`, or the first of `target-2`, `target-3`, ... that is not there yet."""
    free, number = target, 2
    while free.exists() or free.is_symlink():
        free = target.with_stem(f"{target.stem}-{number}")
        number += 1
    return free


def _copy(source: Path, target: Path) -> None:
    try:
        opened = source.open("rb")
    except OSError as error:
        raise unreadable(source, error) from error
    with opened, atomic_path(target) as part, part.open("wb") as file:
        shutil.copyfileobj(opened, file)


def _link(source: Path, target: Path) -> None:
    try:
        target.symlink_to(source.resolve(strict=True))
    except FileNotFoundError as error:
        raise unreadable(source, error) from error
    except OSError as error:
        raise OutputError(f"{target}: cannot be made a link: {error.strerror}") from error
