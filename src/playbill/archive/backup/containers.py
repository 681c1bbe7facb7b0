"""Where a backup lies: a folder, or one ZIP file. Either is there whole or not at all."""

import os
import secrets
import shutil
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from playbill.core.atomic import atomic_path
from playbill.errors import ArchiveError, OutputError

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a backup."""

    name: str
    bytes_: int
    sha256: str


class BackupWriter(Protocol):
    """Takes the files of a backup, one after the other."""

    def add(self, name: str, chunks: Iterable[bytes]) -> Member:
        """Keep `chunks` as the file `name`; what became of it.

        Raises:
            OutputError: it cannot be written.
        """
        ...


class BackupReader(Protocol):
    """Hands out the files of a backup."""

    def open(self, name: str) -> IO[bytes]:
        """The file called `name`.

        Raises:
            ArchiveError: there is none.
        """
        ...


@contextmanager
def new_backup(target: Path) -> Iterator[BackupWriter]:
    """Give what writes a backup: a ZIP file if `target` ends in .zip, otherwise a folder.

    It is readable by its owner alone, for it holds faces and the hashes of passwords.

    Raises:
        OutputError: it cannot be written, or is there already, a folder that is not empty or a
            file: what may be the only good backup is not written over. Nothing is left.
    """
    if target.suffix.lower() == ".zip":
        if target.exists():
            raise OutputError(f"{target}: it is there already, expected a new name")
        with atomic_path(target) as temporary:
            temporary.chmod(0o600)
            with zipfile.ZipFile(temporary, "w", allowZip64=True) as archive:
                yield _ZipWriter(archive)
    else:
        with _new_folder(target) as temporary:
            yield _FolderWriter(temporary)


@contextmanager
def opened_backup(source: Path) -> Iterator[BackupReader]:
    """Give what reads a backup.

    Raises:
        ArchiveError: there is none, or it is damaged.
    """
    if source.is_dir():
        yield _FolderReader(source)
        return
    try:
        with zipfile.ZipFile(source) as archive:
            yield _ZipReader(source, archive)
    except FileNotFoundError as error:
        raise ArchiveError(f"{source}: expected a backup, found nothing") from error
    except OSError as error:
        raise ArchiveError(f"{source}: the backup cannot be read: {error.strerror}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ArchiveError(f"{source}: no backup, or a damaged one: {error}") from error


class _ZipWriter:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def add(self, name: str, chunks: Iterable[bytes]) -> Member:
        packed = zipfile.ZIP_STORED if name.startswith("blobs/") else zipfile.ZIP_DEFLATED
        entry = zipfile.ZipInfo(name)
        entry.compress_type = packed
        with self._archive.open(entry, "w", force_zip64=True) as file:
            return _write(name, file, chunks)


class _FolderWriter:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, name: str, chunks: Iterable[bytes]) -> Member:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            member = _write(name, file, chunks)
            file.flush()
            os.fsync(file.fileno())
        return member


class _ZipReader:
    def __init__(self, source: Path, archive: zipfile.ZipFile) -> None:
        self._source, self._archive = source, archive

    def open(self, name: str) -> IO[bytes]:
        try:
            return self._archive.open(name)
        except KeyError as error:
            raise ArchiveError(f"{self._source}: there is no {name} in this backup") from error
        except (NotImplementedError, RuntimeError) as error:  # packed otherwise, or encrypted
            raise ArchiveError(f"{self._source}: {name} cannot be read: {error}") from error


class _FolderReader:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, name: str) -> IO[bytes]:
        parts = PurePosixPath(name).parts
        if not parts or ".." in parts or name.startswith("/"):
            raise ArchiveError(f"{self._folder}: no name of a file in a backup: {name!r}")
        try:
            return (self._folder / name).open("rb")
        except OSError as error:
            raise ArchiveError(
                f"{self._folder}: there is no {name} in this backup: {error.strerror}"
            ) from error


def chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes of `file` in pieces."""
    while chunk := file.read(CHUNK):
        yield chunk


def _write(name: str, file: IO[bytes], chunks: Iterable[bytes]) -> Member:
    digest, size = sha256(), 0
    for chunk in chunks:
        file.write(chunk)
        digest.update(chunk)
        size += len(chunk)
    return Member(name, size, digest.hexdigest())


@contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """An empty folder beside `target`, which becomes it when the block ends well."""
    target = target.resolve()
    temporary = target.with_name(f".playbill-{secrets.token_hex(8)}")
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise OSError(0, "it is there already, expected a new name or an empty folder")
        temporary.mkdir(mode=0o700)
        yield temporary
        with suppress(FileNotFoundError):
            target.rmdir()
        temporary.rename(target)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"{target}: cannot be written: {reason}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
