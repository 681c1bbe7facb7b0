"""A piece of an upload on its way to disk: what is acknowledged is there."""

import base64
import hmac
import os
from pathlib import Path

from playbill.archive.uploads import UploadRow
from playbill.server.checksums import Checksum
from playbill.server.problems import Problem
from playbill.server.room import require_room

WRITE_AT_ONCE = 1 << 20


class Piece:
    """Bytes that are added to an upload.

    With a checksum they count once all are here and are right; without one, as they come.
    """

    def __init__(self, path: Path, upload: UploadRow, checksum: Checksum | None) -> None:
        self.upload_id, self._length, self._checksum = upload.id, upload.length, checksum
        self._folder = path.parent
        self._at, self.unsafe, self.counts = upload.received, 0, checksum is None
        self._hash = checksum.begin() if checksum else None
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        # Without a buffer: what could not be written is not tried again, and is not counted.
        self._file = path.open("r+b" if path.exists() else "w+b", buffering=0)
        # A kill may have left more than was acknowledged.
        self._file.truncate(upload.received)
        self._file.seek(upload.received)

    def add(self, chunk: bytes) -> bool:
        """Take some bytes; says whether it is time to `write`.

        Raises:
            Problem: 413, they are more than was announced.
        """
        if self._at + self._pending_bytes + len(chunk) > self._length:
            raise Problem(
                413,
                f"body: found more than the {self._length:,} bytes that were announced",
                "too-large",
                where="body",
            )
        self._pending.append(chunk)
        self._pending_bytes += len(chunk)
        return self._pending_bytes >= WRITE_AT_ONCE

    def write(self) -> None:
        """Write what was taken, as much of it as there is room for.

        Raises:
            Problem: 507, the disk is full but for what is spared.
            OSError: it cannot be written.
        """
        data = b"".join(self._pending)
        self._pending, self._pending_bytes = [], 0
        if not data:
            return
        require_room(self._folder, len(data), "upload")
        if self._hash:
            self._hash.update(data)
        rest = memoryview(data)
        while rest:
            written = self._file.write(rest)
            self._at += written
            self.unsafe += written
            rest = rest[written:]

    def check(self) -> None:
        """Write the rest, and compare the checksum.

        Raises:
            Problem: 460, it is another: none of the piece counts; or see `write`.
        """
        self.write()
        if not self._checksum or not self._hash:
            return
        found = self._hash.digest()
        if not hmac.compare_digest(found, self._checksum.digest):
            raise Problem(
                460,
                "Upload-Checksum: found another for this piece: send it again",
                "checksum-mismatch",
                where="Upload-Checksum",
                found=base64.b64encode(found).decode(),
                expected=base64.b64encode(self._checksum.digest).decode(),
            )
        self.counts = True

    def make_safe(self) -> int:
        """Bring all to disk; so many bytes are there."""
        self.write()
        os.fsync(self._file.fileno())
        self.unsafe = 0
        return self._at

    def close(self) -> None:
        """Close the file; nothing is lost that was made safe."""
        self._file.close()
