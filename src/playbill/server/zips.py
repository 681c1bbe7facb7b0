"""Pictures in a ZIP, taken out without trust: no paths, no links, no bombs."""

import errno
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

from playbill.server.incoming import Received, safe_name
from playbill.server.problems import Problem, too_large, wrong_type
from playbill.server.settings import ServerSettings

_END, _ZIP64_LOCATOR = b"PK\5\6", b"PK\6\7"
_END_BYTES, _LOCATOR_BYTES = 22, 20
_MOST_ENTRY_BYTES = 1024
"""Of the directory, for each entry it may have."""
_AT_ONCE = 1 << 20
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Of packing. `zipfile` unpacks what it read by other methods whole, whatever size was said."""


@dataclass(slots=True)
class Room:
    """What one request may still bring, all its ZIPs together."""

    files: int
    bytes_: int
    """Once they are taken out."""

    @classmethod
    def of(cls, settings: ServerSettings) -> "Room":
        """All of it."""
        return cls(settings.max_batch_pictures, settings.max_batch_bytes)

    def take(self, where: str, files: int, bytes_: int = 0) -> None:
        """Use some of it up.

        Raises:
            Problem: 413, so much is not left.
        """
        if files > self.files:
            raise too_large(where, f"{files} files", f"{self.files} files")
        if bytes_ > self.bytes_:
            found = f"{bytes_:,} bytes once it is taken out"
            raise too_large(where, found, f"{self.bytes_:,} bytes")
        self.files -= files
        self.bytes_ -= bytes_


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry that is not taken out."""

    name: str
    problem: Problem


def is_zip(path: Path) -> bool:
    """Whether it begins like a ZIP."""
    with path.open("rb") as file:
        return file.read(4) in {b"PK\3\4", _END}


def take_out(
    path: Path, folder: Path, settings: ServerSettings, room: Room
) -> Iterator[Received | Refused]:
    """Each picture of a ZIP as a file of its own below `folder`, or why it is not taken.

    What is no file (folders), and what systems put beside files (hidden ones), is passed over.

    Raises:
        Problem: the ZIP is damaged, or holds more than the limits, or the `room`, admit.
    """
    _check_directory(path, settings.max_batch_pictures)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not _is_aside(entry)]
            _check_sizes(path, entries, settings, room)
            for number, entry in enumerate(entries):
                yield _one(archive, entry, folder / str(number), settings)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, zlib.error) as error:
        # A place before the beginning of the file, as a damaged ZIP may name one, is EINVAL.
        if isinstance(error, OSError) and error.errno not in {None, errno.EINVAL}:
            raise
        raise Problem(422, f"{path.name}: the ZIP is damaged: {error}", "damaged-zip") from error


def _one(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: Path, settings: ServerSettings
) -> Received | Refused:
    if reason := _reason(entry):
        return Refused(
            entry.filename, Problem(422, f"{entry.filename!r}: {reason}", "refused-entry")
        )
    if entry.file_size > settings.max_picture_bytes:
        most = f"{settings.max_picture_bytes:,} bytes"
        return Refused(
            entry.filename, too_large(entry.filename, f"{entry.file_size:,} bytes", most)
        )
    place.mkdir(parents=True)
    target, digest, taken = place / safe_name(entry.filename), sha256(), 0
    try:
        # What an entry says of its own size is kept to by `zipfile`, which reads no further.
        with archive.open(entry) as source, target.open("xb") as file:
            while chunk := source.read(_AT_ONCE):
                taken += len(chunk)
                digest.update(chunk)
                file.write(chunk)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        problem = Problem(422, f"{entry.filename!r}: cannot be taken out: {error}", "refused-entry")
        return Refused(entry.filename, problem)
    return Received(target, digest.hexdigest(), taken)


def _reason(entry: zipfile.ZipInfo) -> str | None:
    """Why an entry is not to be taken out."""
    name = PurePosixPath(entry.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or (name.parts and ":" in name.parts[0]):
        return "leads out of the ZIP, expected a name below it"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a link, expected a file"
    if entry.flag_bits & 0x1:
        return "is encrypted, expected a file that can be read"
    if entry.compress_type not in _METHODS:
        return "is packed by another method, expected deflate or none"
    return None


def _is_aside(entry: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(entry.filename).parts
    hidden = any(part.startswith(".") and part != ".." for part in parts)
    return entry.filename.endswith("/") or hidden or "__MACOSX" in parts


def _check_sizes(
    path: Path, entries: list[zipfile.ZipInfo], settings: ServerSettings, room: Room
) -> None:
    whole, packed = sum(entry.file_size for entry in entries), path.stat().st_size
    room.take(path.name, len(entries), whole)
    if whole > packed * settings.max_zip_ratio:
        found, most = f"{whole // packed} times its size", f"{settings.max_zip_ratio} times"
        raise too_large(path.name, f"{found} once it is taken out", most)


def _check_directory(path: Path, most: int) -> None:
    """Before `zipfile` makes an object of each entry: how many there are, as the ZIP's end says."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END_BYTES - 0xFFFF - _LOCATOR_BYTES))
        tail = file.read()
    at = len(tail) - _END_BYTES
    if at < 0 or tail[at : at + 4] != _END or tail[-2:] != b"\0\0":
        at = tail.rfind(_END)
    if at < 0 or len(tail) < at + _END_BYTES:
        raise wrong_type(path.name, "no end of a ZIP", "a whole ZIP of pictures")
    if tail[max(0, at - _LOCATOR_BYTES) :].startswith(_ZIP64_LOCATOR):
        raise too_large(path.name, "a ZIP64", "a ZIP of less than 4 GiB")
    entries = int.from_bytes(tail[at + 10 : at + 12], "little")
    directory = int.from_bytes(tail[at + 12 : at + 16], "little")
    # Folders and hidden files are passed over later, so a few more entries may be there.
    if entries > 2 * most or directory > 2 * most * _MOST_ENTRY_BYTES:
        raise too_large(path.name, f"{entries} files", f"{most} files")
