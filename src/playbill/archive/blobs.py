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

    @classmethod
    def in_folder(cls, folder: Path) -> "Blobs":
        """The files of an archive that lives in one folder, whatever that is called."""
        return cls(fsspec.filesystem("file", use_listings_cache=False), f"{folder.resolve()}/blobs")

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
        path = self._path(key)
        with _reading(key):
            return cast(bytes, self._files.cat_file(path))

    def reading(self, key: str) -> IO[bytes]:
        """The bytes as a stream; errors as for `get`."""
        path = self._path(key)
        with _reading(key):
            return cast(IO[bytes], self._files.open(path, "rb"))

    def part(self, key: str, span: range) -> bytes:
        """These bytes and no others are fetched; errors as for `get`."""
        path = self._path(key)
        with _reading(key):
            return cast(bytes, self._files.cat_file(path, start=span.start, end=span.stop))

    def size(self, key: str) -> int:
        """How many bytes; errors as for `get`."""
        path = self._path(key)
        with _reading(key):
            return int(self._files.info(path)["size"])

    def written_at(self, key: str) -> datetime:
        """When it was written; errors as for `get`."""
        path = self._path(key)
        with _reading(key):
            return cast(datetime, self._files.modified(path))

    def __contains__(self, key: str) -> bool:
        """Whether `key` is there; a store that does not answer has not said no."""
        try:
            self.size(key)
        except NotInArchive:
            return False
        return True

    def delete(self, key: str) -> bool:
        """Take `key` away for good; says whether it was there.

        Raises:
            OutputError: it cannot be taken away, or nobody can say whether it is there.
        """
        path = self._path(key)
        with _writing(key, "deleted"):
            try:
                self._files.info(path)  # an object store deletes what is not there without a word
                self._files.rm_file(path)
            except (FileNotFoundError, NotADirectoryError):
                return False
        return True

    def keys(self, folder: str = "") -> Iterator[str]:
        """All keys, or those in `folder` and below, sorted.

        Raises:
            ArchiveError: they cannot be listed, or not all of them.
        """
        start = self._path(folder) if folder else self._root
        with _reading(folder or "the blobs"):
            is_here = self._local(start) is not None
            found = _on_disk(start) if is_here else self._files.find(start)
        for path in sorted(found):
            yield path[len(self._root) + 1 :]

    def local_path(self, key: str) -> Path | None:
        """Where the file lies, or would lie, on this machine; None: it is elsewhere."""
        return self._local(self._path(key))

    def _local(self, path: str) -> Path | None:
        protocol = self._files.protocol
        local = "file" in ((protocol,) if isinstance(protocol, str) else protocol)
        return Path(path) if local else None

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


def _on_disk(folder: str) -> list[str]:
    """All files below a folder; fsspec's own list leaves out what it may not look into."""

    def stop(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):  # it was deleted meanwhile
            raise error

    walked = os.walk(folder, onerror=stop, followlinks=True)
    return [f"{place}/{name}" for place, _, names in walked for name in names]


@contextmanager
def _writing(key: str, done: str = "kept") -> Iterator[None]:
    """An object store's client has errors of its own kinds; here they become ours."""
    try:
        yield
    except PlaybillError:
        raise
    except Exception as error:
        raise OutputError(f"{key}: cannot be {done}: {_reason(error)}") from error


@contextmanager
def _reading(key: str) -> Iterator[None]:
    try:
        yield
    except PlaybillError:
        raise
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise NotInArchive(f"{key}: no such file among the archive's blobs") from error
    except Exception as error:
        raise ArchiveError(f"{key}: cannot be read: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
