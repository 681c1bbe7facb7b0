"""Which pictures of a folder per person take part."""

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from playbill.datasets.left_out import LeftOut, read_left_out
from playbill.datasets.people import PersonPicture, find_people, place_of
from playbill.datasets.split_file import read_split
from playbill.errors import DatasetError
from playbill.media.files import sha256_of

_NAMED_IN_MESSAGES = 3


@dataclass(frozen=True, slots=True, eq=False)
class PeoplePictures:
    """Pictures and whom they show, sorted by their places."""

    folder: Path
    pictures: tuple[PersonPicture, ...]
    places: tuple[str, ...]
    """Each picture's path below the folder."""
    names: tuple[str, ...]
    """Of the people, sorted."""
    people: NDArray[np.int64]
    """(n,) indices into `names`."""
    left_out: int = 0
    """Pictures that the list to leave out named."""

    @classmethod
    def of(
        cls, folder: Path, pictures: Iterable[PersonPicture], left_out: int = 0
    ) -> "PeoplePictures":
        """These pictures of `folder`."""
        some = sorted(pictures, key=lambda picture: picture.path)
        names, people = np.unique([picture.name for picture in some], return_inverse=True)
        return cls(
            folder,
            tuple(some),
            tuple(place_of(picture.path, folder) for picture in some),
            tuple(map(str, names)),
            people.astype(np.int64),
            left_out,
        )

    def __len__(self) -> int:
        return len(self.pictures)

    def picked(self, rows: Sequence[int]) -> "PeoplePictures":
        """These pictures alone."""
        return PeoplePictures.of(self.folder, (self.pictures[i] for i in rows), self.left_out)


def find_pictures(
    folder: Path, *, without: Path | None = None, people: Path | None = None
) -> PeoplePictures:
    """The pictures of a folder per person.

    Args:
        folder: a folder inside it is a person (see `datasets.people.find_people`).
        without: a list of pictures to leave out.
        people: whom to keep: a list of names, one a line, or a `split.json` of `playbill dataset
            split`, of which the part kept apart to test with is taken; None: everybody.

    Raises:
        MediaError: there is no such folder.
        DatasetError: there is no picture in it; a list cannot be read, or names who is not there.
    """
    out = read_left_out(without) if without else LeftOut.of(())
    everybody = list(find_people(folder))
    kept = [picture for picture in everybody if place_of(picture.path, folder) not in out]
    if without:
        _require_none(without, folder, out.missing(place_of(p.path, folder) for p in everybody))
    left_out = len(everybody) - len(kept)
    if people:
        tested = people.suffix == ".json"
        kept = (_tested if tested else _restricted)(kept, people, folder)
    if not kept:
        raise DatasetError(f"{folder}: all of its {len(everybody)} pictures are to be left out")
    return PeoplePictures.of(folder, kept, left_out)


def read_people(path: Path) -> tuple[str, ...]:
    """The names in a list of people, one a line, underscores as spaces; `#` begins a comment.

    Raises:
        DatasetError: it cannot be read, or names nobody.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DatasetError(f"{path}: cannot be read: {reason}") from error
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path}: is not text in UTF-8, expected a name a line") from error
    names = [plain_name(line) for line in lines if line.strip() and not line.startswith("#")]
    if not names:
        raise DatasetError(f"{path}: names nobody, expected a name a line")
    return tuple(dict.fromkeys(names))


def names_on(path: Path, pictures: PeoplePictures) -> frozenset[str]:
    """The people on a list, by their names in `pictures`.

    Raises:
        DatasetError: the list cannot be read, or names who is not there.
    """
    wanted = read_people(path)
    named = {plain_name(name): name for name in pictures.names}
    _require_none(path, pictures.folder, [name for name in wanted if name not in named])
    return frozenset(named[name] for name in wanted)


def plain_name(name: str) -> str:
    """A name as it is compared: NFC, underscores and runs of white space one space."""
    return " ".join(unicodedata.normalize("NFC", name).replace("_", " ").split())


def data_sha256(pictures: PeoplePictures) -> str:
    """A digest of all places and all bytes: the same for the same pictures, wherever they lie.

    Raises:
        MediaError: a picture cannot be read.
    """
    digest = hashlib.sha256()
    for place, picture in zip(pictures.places, pictures.pictures, strict=True):
        digest.update(f"{place}\0{sha256_of(picture.path)}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _restricted(pictures: list[PersonPicture], path: Path, folder: Path) -> list[PersonPicture]:
    wanted = read_people(path)
    there = {plain_name(picture.name) for picture in pictures}
    _require_none(path, folder, [name for name in wanted if name not in there])
    return [picture for picture in pictures if plain_name(picture.name) in set(wanted)]


def _tested(pictures: list[PersonPicture], path: Path, folder: Path) -> list[PersonPicture]:
    wanted = set(read_split(path).names("test"))
    there = {place_of(picture.path, folder) for picture in pictures}
    _require_none(path, folder, sorted(wanted - there))
    return [picture for picture in pictures if place_of(picture.path, folder) in wanted]


def _require_none(lists: Path, folder: Path, missing: Sequence[str]) -> None:
    if missing:
        some = ", ".join(missing[:_NAMED_IN_MESSAGES])
        more = len(missing) - _NAMED_IN_MESSAGES
        others = f" and {more} more" if more > 0 else ""
        raise DatasetError(f"{lists}: names {some}{others}, not found in {folder}")
