"""Which pictures teach which name: a folder per person, or a picture per person."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playbill.errors import GalleryError
from playbill.media.files import PICTURE_SUFFIXES, find_media


@dataclass(frozen=True, slots=True)
class Portrait:
    """A picture that is to teach what a person looks like."""

    path: Path
    name: str


def find_portraits(source: Path, name: str | None = None) -> Iterator[Portrait]:
    """The pictures under `source` and whom they show.

    With `name`, all of them show that person. Without, a folder inside `source` is a person, named
    as the folder is, with all pictures below it; a picture that lies in `source` itself, or is
    `source`, is a person named as the file is. Underscores are spaces: `Ada_Lovelace/1.jpg` and
    `Ada_Lovelace.jpg` both show Ada Lovelace.

    Raises:
        MediaError: there is nothing at `source`, or a folder cannot be listed.
        GalleryError: there are no pictures in it.
    """
    found = False
    for path in find_media(source):
        if path == source or path.suffix.lower() in PICTURE_SUFFIXES:
            found = True
            yield Portrait(path, name or _name(path, source))
    if not found:
        raise GalleryError(
            f"{source}: expected a folder of pictures for each person, found no picture"
        )


def _name(path: Path, source: Path) -> str:
    if path.parent in {source, source.parent}:
        return path.stem.replace("_", " ")
    return path.relative_to(source).parts[0].replace("_", " ")
