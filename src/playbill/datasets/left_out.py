"""Lists of pictures to leave out, one a line: `Charles_De_Gaulle/000013.png`.

The line is the picture's place below the folder of people. It is what archivists of the ANTRACT
project keep (`disabled.txt`), so that no picture has to be moved or deleted.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playbill.core.atomic import atomic_path
from playbill.errors import DatasetError, OutputError


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Places of pictures; an accent counts as the same however its letters are put together."""

    places: frozenset[str]
    """In Unicode's composed form (NFC)."""

    @classmethod
    def of(cls, places: Iterable[str]) -> "LeftOut":
        """These places."""
        return cls(frozenset(_composed(place) for place in places))

    def __contains__(self, place: object) -> bool:
        return isinstance(place, str) and _composed(place) in self.places

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.places))

    def missing(self, places: Iterable[str]) -> list[str]:
        """What is on the list and not among `places`: likely a slip of the pen."""
        return sorted(self.places - {_composed(place) for place in places})


def read_left_out(path: Path) -> LeftOut:
    """The list in the file `path`, UTF-8; empty lines do not count.

    Raises:
        DatasetError: it cannot be read, or is no text.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DatasetError(f"{path}: cannot be read: {reason}") from error
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"{path}: is not text in UTF-8, expected a picture a line, as PERSON/PICTURE.jpg"
        ) from error
    return LeftOut.of(line.strip() for line in lines if line.strip())


def write_left_out(path: Path, places: Iterable[str]) -> None:
    """Write what `read_left_out` reads, sorted.

    Raises:
        OutputError: the file cannot be written; a place is not in UTF-8.
    """
    text = "".join(f"{place}\n" for place in sorted(places))
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        raise OutputError(
            f"{path}: cannot list {text[: error.start + 1].splitlines()[-1]!r}..., a name that is "
            "not in UTF-8: rename it first"
        ) from error
    with atomic_path(path) as part:
        part.write_bytes(content)


def _composed(place: str) -> str:
    return unicodedata.normalize("NFC", place)
