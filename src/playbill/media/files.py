"""Finding media files and opening them."""

import hashlib
import os
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

from playbill.errors import MediaError

# fmt: off
PICTURE_SUFFIXES = frozenset({
    ".avif", ".bmp", ".gif", ".heic", ".heif", ".hif", ".j2k", ".jp2", ".jpe", ".jpeg", ".jpg",
    ".png", ".tif", ".tiff", ".webp",
})
VIDEO_SUFFIXES = frozenset({
    ".3g2", ".3gp", ".asf", ".avi", ".divx", ".dv", ".f4v", ".flv", ".m2t", ".m2ts", ".m2v", ".m4v",
    ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".ogm", ".ogv", ".qt", ".ts", ".vob",
    ".webm", ".wmv",
})
# fmt: on
HEAD_BYTES = 4096
"""How much of a file is looked at to tell what it is."""


def find_media(path: Path) -> Iterator[Path]:
    """Every picture and video under `path`, by suffix; sorted by folder and name.

    A file that is named itself is always given, whatever its suffix. Hidden files and folders are
    left out; links to folders are not followed.

    Raises:
        MediaError: there is nothing at `path`, or a folder cannot be listed.
    """
    try:
        is_folder, is_there = path.is_dir(), path.exists()
    except OSError as error:
        raise unreadable(path, error) from error
    if not is_there:
        raise MediaError(f"{path}: there is no such file or folder")
    yield from _walk(path) if is_folder else (path,)


def _walk(folder: Path) -> Iterator[Path]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        raise MediaError(f"{folder}: cannot be listed: {_reason(error)}") from error
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))
        elif Path(entry.name).suffix.lower() in PICTURE_SUFFIXES | VIDEO_SUFFIXES:
            yield Path(entry.path)


def open_file(path: Path) -> BufferedReader:
    """Open `path` for reading.

    Raises:
        MediaError: it is missing, empty, a folder or a device, or may not be read.
    """
    try:
        if path.exists() and not path.is_file():
            what = "a folder" if path.is_dir() else "no ordinary file"
            raise MediaError(f"{path}: is {what}, expected a picture or video")
        if path.exists() and path.stat().st_size == 0:
            raise MediaError(f"{path}: is empty (0 bytes), expected a picture or video")
        return path.open("rb")
    except OSError as error:
        raise unreadable(path, error) from error


def read_head(path: Path) -> bytes:
    """The first bytes of a file.

    Raises:
        MediaError: the file cannot be read, or is empty.
    """
    with open_file(path) as file:
        try:
            return file.read(HEAD_BYTES)
        except OSError as error:
            raise unreadable(path, error) from error


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, hexadecimal.

    Raises:
        MediaError: the file cannot be read, or is empty.
    """
    with open_file(path) as file:
        try:
            return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise unreadable(path, error) from error


def media_name(path: Path) -> str:
    r"""The file's name, with U+FFFD for bytes that are no UTF-8: names of before it are in Latin-1.

    >>> media_name(Path("clips/caf\udce9.mp4")) == "caf\ufffd.mp4"
    True
    """
    return os.fsencode(path.name).decode("utf-8", "replace")


def unreadable(path: Path, error: OSError) -> MediaError:
    """The refusal of a file that the operating system does not give."""
    return MediaError(f"{path}: cannot be read: {_reason(error)}")


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
