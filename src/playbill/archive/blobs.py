"""Files that the archive keeps: crops of faces and uploads, in a folder or in an object store."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import IO, Any, cast

import fsspec

from playbill.errors import ArchiveError, ExtraMissing, NotInArchive, OutputError, PlaybillError

CHUNK = 1 << 20


class Blobs:
    """Bytes by key. A key is a relative path, `crops/3f/3f2a....jpg`; what is written is whole."""

    def __init__(self, files: Any, root: str) -> None:
        """Take an fsspec file system; `open` does that by address."""
        self._files, self._root = files, root.rstrip("/")

    @classmethod
    def open(cls, url: str) -> "Blobs":
        """Open a folder, or any address that fsspec knows: `s3://bucket/archive`.

        Raises:
            ArchiveError: no such kind of store.
            ExtraMissing: the store's client is not installed.
        """
        try:
            files, root = fsspec.url_to_fs(url, use_listings_cache=False)
        except ImportError as error:
            raise ExtraMissing(f"{url}: {error}: pip install 'playbill[s3]'") from error
        except ValueError as error:
            raise ArchiveError(f"{url}: no store of files that is known here: {error}") from error
        return cls(files, root)

    def put(self, key: str, data: bytes) -> None:
        """Keep `data` under `key`; readers see all of it or nothing.

        Raises:
            OutputError: it cannot be written; what was there is untouched.
        """
        path = self._path(key)
        with _writing(key):
            if self.local_path(key) is None:
                self._files.pipe_file(path, data)
            else:
                _put_on_disk(Path(path), BytesIO(data))

    def put_from(self, key: str, file: IO[bytes]) -> None:
        """Keep what `file` gives, piece by piece; otherwise as `put`.

        On its way to an object store it lies in a temporary file: a stream that breaks off there
        would be kept as far as it came.
        """
        path = self._path(key)
        with _writing(key):
            if self.local_path(key) is None:
                with NamedTemporaryFile() as whole:
                    shutil.copyfileobj(file, whole, CHUNK)
                    whole.flush()
                    self._files.put_file(whole.name, path)
            else:
                _put_on_disk(Path(path), file)

    def get(self, key: str) -> bytes:
        """The bytes of `key`.

        Raises:
            NotInArchive: there are none.
            ArchiveError: they cannot be read.
        """
        with _reading(key):
            return cast(bytes, self._files.cat_file(self._path(key)))

    def reading(self, key: str) -> IO[bytes]:
        """The bytes as a stream; errors as for `get`."""
        with _reading(key):
            return cast(IO[bytes], self._files.open(self._path(key), "rb"))

    def size(self, key: str) -> int:
        """How many bytes; errors as for `get`."""
        with _reading(key):
            return int(self._files.info(self._path(key))["size"])

    def written_at(self, key: str) -> datetime:
        """When it was written; errors as for `get`."""
        with _reading(key):
            return cast(datetime, self._files.modified(self._path(key)))

    def __contains__(self, key: str) -> bool:
        with _reading(key):
            return bool(self._files.exists(self._path(key)))

    def delete(self, key: str) -> bool:
        """Take `key` away for good; says whether it was there.

        Raises:
            OutputError: it cannot be taken away.
        """
        if key not in self:
            return False
        with _writing(key), suppress(FileNotFoundError):
            self._files.rm_file(self._path(key))
        return True

    def keys(self, folder: str = "") -> Iterator[str]:
        """All keys, or those in `folder` and below, sorted."""
        start = self._path(folder) if folder else self._root
        with _reading(folder or "the blobs"):
            found = sorted(self._files.find(start))
        for path in found:
            yield path[len(self._root) + 1 :]

    def local_path(self, key: str) -> Path | None:
        """Where the file lies, or would lie, on this machine; None: it is elsewhere."""
        protocol = self._files.protocol
        local = "file" in ((protocol,) if isinstance(protocol, str) else protocol)
        return Path(self._path(key)) if local else None

    def _path(self, key: str) -> str:
        parts = PurePosixPath(key).parts
        if not parts or ".." in parts or key.startswith("/"):
            raise ValueError(f"a key must be a relative path, got {key!r}")
        return f"{self._root}/{key}"


def _put_on_disk(path: Path, file: IO[bytes]) -> None:
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as target:
            shutil.copyfileobj(file, target, CHUNK)
            target.flush()
            os.fsync(target.fileno())
        temporary.replace(path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextmanager
def _writing(key: str) -> Iterator[None]:
    """An object store's client has errors of its own kinds; here they become ours."""
    try:
        yield
    except PlaybillError:
        raise
    except Exception as error:
        raise OutputError(f"{key}: cannot be kept: {_reason(error)}") from error


@contextmanager
def _reading(key: str) -> Iterator[None]:
    try:
        yield
    except (PlaybillError, ValueError):
        raise
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise NotInArchive(f"{key}: no such file among the archive's blobs") from error
    except Exception as error:
        raise ArchiveError(f"{key}: cannot be read: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
