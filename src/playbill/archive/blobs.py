"""Files that the archive keeps: crops of faces and uploads, in a folder or in an object store."""

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

import fsspec

from playbill.errors import ArchiveError, ExtraMissing, NotInArchive, OutputError


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
            files, root = fsspec.url_to_fs(url)
        except ImportError as error:
            raise ExtraMissing(f"{url}: {error}: pip install 'playbill[s3]'") from error
        except ValueError as error:
            raise ArchiveError(f"{url}: no store of files that is known here: {error}") from error
        return cls(files, root)

    def put(self, key: str, data: bytes) -> None:
        """Keep `data` under `key`; readers see all of it or nothing.

        Raises:
            OutputError: it cannot be written.
        """
        path = self._path(key)
        temporary = f"{path}.{secrets.token_hex(4)}.part"
        try:
            self._files.makedirs(str(PurePosixPath(path).parent), exist_ok=True)
            if self.local_path(key) is None:
                self._files.pipe_file(path, data)
                return
            with open(temporary, "xb") as file:  # noqa: PTH123 - fsspec's paths are text
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)  # noqa: PTH105
        except OSError as error:
            with suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108
            raise OutputError(f"{key}: cannot be kept: {error.strerror or error}") from error

    def get(self, key: str) -> bytes:
        """The bytes of `key`.

        Raises:
            NotInArchive: there are none.
        """
        try:
            return cast(bytes, self._files.cat_file(self._path(key)))
        except FileNotFoundError as error:
            raise NotInArchive(f"{key}: no such file among the archive's blobs") from error

    def reading(self, key: str) -> IO[bytes]:
        """The bytes as a stream; errors as for `get`."""
        try:
            return cast(IO[bytes], self._files.open(self._path(key), "rb"))
        except FileNotFoundError as error:
            raise NotInArchive(f"{key}: no such file among the archive's blobs") from error

    def __contains__(self, key: str) -> bool:
        return bool(self._files.exists(self._path(key)))

    def delete(self, key: str) -> bool:
        """Take `key` away for good; says whether it was there."""
        try:
            self._files.rm_file(self._path(key))
        except FileNotFoundError:
            return False
        return True

    def keys(self, folder: str = "") -> Iterator[str]:
        """All keys that begin with `folder`, sorted."""
        start = self._path(folder) if folder else self._root
        self._files.invalidate_cache()
        for path in sorted(self._files.find(start)):
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
