"""Where the pictures of a data set are."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from playbill.datasets.reading import Reading, first_few, unreadable
from playbill.media.files import PICTURE_SUFFIXES


@dataclass(frozen=True, slots=True)
class FolderListings:
    """Which files are there, asking the disk once per folder and not once per picture."""

    _listings: dict[str, frozenset[str]] = field(default_factory=dict)

    def has(self, path: Path) -> bool:
        """Whether there is a file of that name, or a link to one."""
        folder, name = os.path.split(path)
        if folder not in self._listings:
            try:
                self._listings[folder] = frozenset(_file_names(folder))
            except (OSError, ValueError):  # ValueError: no folder can be called that
                self._listings[folder] = frozenset()
        return name in self._listings[folder]


def _file_names(folder: str) -> Iterator[str]:
    with os.scandir(folder or ".") as entries:
        yield from (entry.name for entry in entries if entry.is_file())


def find_pictures(folder: Path) -> Iterator[Path]:
    """Every picture under `folder`, by suffix, sorted; hidden files and folders are left out.

    Links to folders are followed once: a folder is never entered from within itself.

    Raises:
        DatasetError: a folder cannot be listed.
    """
    yield from _walk(folder, ())


def _walk(folder: Path, inside: tuple[Path, ...]) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir())
        real = folder.resolve()
    except OSError as error:
        raise unreadable(folder, error) from error
    if real in inside:
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.suffix.lower() in PICTURE_SUFFIXES and entry.is_file():
            yield entry
        elif entry.is_dir():
            yield from _walk(entry, (*inside, real))


def is_safe(name: str) -> bool:
    """Whether a picture's name can be one, and stays below its folder wherever that is put."""
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        return False
    place = PurePosixPath(name)
    leads_out = place.is_absolute() or ".." in place.parts
    return bool(place.parts) and not leads_out and "\0" not in name


def report_missing(reading: Reading, where: str | Path, missing: Sequence[str], of: int) -> None:
    """Tell in one sentence that picture files are not there."""
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        reading.report(
            "missing-picture",
            where,
            f"{len(missing)} of {of} picture files {verb} missing ({first_few(list(missing))})",
        )


def report_repeated(reading: Reading, where: str | Path, names: Iterable[str]) -> set[str]:
    """Tell of names that come twice; returns them."""
    seen: set[str] = set()
    repeated: dict[str, None] = {}
    for name in names:
        if name in seen:
            repeated[name] = None
        seen.add(name)
    if repeated:
        reading.report(
            "duplicate-picture",
            where,
            f"{len(repeated)} pictures are listed more than once ({first_few(list(repeated))})",
        )
    return set(repeated)
