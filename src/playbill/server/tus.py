"""The bytes of uploads in pieces: what is acknowledged is on disk, and a file is whole or not."""

import base64
import binascii
import hashlib
import hmac
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, Protocol

from anyio import CancelScope, to_thread
from starlette.requests import ClientDisconnect

from playbill.archive.uploads import (
    UploadRow,
    begin_upload,
    drop_finished,
    drop_upload,
    finish_upload,
    get_upload,
    note_received,
    open_uploads,
)
from playbill.errors import MediaError
from playbill.server.ingest import Wish, check_wish, take_file
from playbill.server.problems import Problem
from playbill.server.services import Services

ALGORITHMS = ("sha1", "sha256")
NOTE_EVERY = 64 << 20
"""After so many bytes they are made safe, so that a kill loses no more."""
WRITE_AT_ONCE = 1 << 20
SPARE_BYTES = 256 << 20
"""So much of the disk is left free."""


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a piece is promised to be."""

    algorithm: str
    digest: bytes

    @classmethod
    def read(cls, header: str | None) -> "Checksum | None":
        """From `sha256 BASE64`; None: nothing is promised.

        Raises:
            Problem: 400, it is of another form or algorithm.
        """
        if header is None:
            return None
        algorithm, _, text = header.partition(" ")
        try:
            if algorithm not in ALGORITHMS:
                raise ValueError(algorithm)
            return cls(algorithm, base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError) as error:
            raise Problem(
                400,
                f"Upload-Checksum: found {header[:80]!r}, expected `sha256 BASE64` "
                f"({' or '.join(ALGORITHMS)})",
                "malformed",
                where="Upload-Checksum",
            ) from error

    def begin(self) -> _Hash:
        """What is to be fed with the piece."""
        return hashlib.sha256() if self.algorithm == "sha256" else hashlib.sha1()  # noqa: S324


@dataclass(frozen=True, slots=True)
class Uploading:
    """Uploads of one server."""

    services: Services

    def path_of(self, upload_id: str) -> Path:
        """Where the bytes of an upload lie until it is whole."""
        return self.services.archive.folder / "uploads" / f"{upload_id}.part"

    def touched_at(self, upload: UploadRow) -> datetime:
        """When its last byte came."""
        try:
            return datetime.fromtimestamp(self.path_of(upload.id).stat().st_mtime, UTC)
        except OSError:
            return upload.created_at

    def begin(
        self, who: str, name: str, length: int, sha256: str | None, wishes: dict[str, Any]
    ) -> UploadRow:
        """Announce an upload.

        Raises:
            Problem: 507, there is no room for it; 422, the hook may not be called.
        """
        check_wish(self.services, _wish(wishes))
        folder = self.path_of("any").parent
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free - SPARE_BYTES
        if length > free:
            found, most = f"{length:,} bytes", f"{max(free, 0):,}"
            raise Problem(
                507, f"Upload-Length: found {found}, expected at most {most}", "disk-full"
            )
        upload = self.services.archive.database.write(
            lambda tx: begin_upload(tx, who, name, length=length, sha256=sha256, details=wishes)
        )
        self.path_of(upload.id).touch()
        return upload

    async def append(
        self,
        upload: UploadRow,
        at: int,
        checksum: Checksum | None,
        chunks: AsyncIterator[bytes],
    ) -> UploadRow:
        """Write a piece; the last one puts the file into the archive.

        A piece with a checksum counts as a whole or not at all; of others, what came counts.

        Raises:
            Problem: 409, the piece begins elsewhere; 413, it is too long; 423; 460, its checksum
                is another; or see `ingest.take_file`.
        """
        self.services.uploads.take(upload.id)
        try:
            upload = await to_thread.run_sync(self._fresh, upload.id, at)
            if upload.media_id is None:
                await self._write(upload, checksum, chunks)
                upload = await to_thread.run_sync(self._look, upload.id)
                if upload.is_whole:
                    upload = await to_thread.run_sync(self.finish, upload)
            return upload
        finally:
            self.services.uploads.give(upload.id)

    def finish(self, upload: UploadRow) -> UploadRow:
        """Put a whole upload into the archive; what cannot be there is dropped."""
        path, wish = self.path_of(upload.id), _wish(upload.details)
        try:
            taken = take_file(
                self.services, path, upload.name, wish, upload.created_by, sha256=upload.sha256
            )
        except (Problem, MediaError):
            self.drop(upload, upload.created_by)
            raise
        path.unlink(missing_ok=True)
        return self.services.archive.database.write(
            lambda tx: finish_upload(tx, upload.id, taken.media.id, taken.job.id)
        )

    def drop(self, upload: UploadRow, who: str) -> None:
        """Forget an upload and delete its bytes."""
        self.services.archive.database.write(lambda tx: drop_upload(tx, who, upload.id))
        self.path_of(upload.id).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Finish what a kill left whole, and drop what nobody goes on with."""
        database = self.services.archive.database
        lasts = timedelta(hours=self.services.settings.upload_hours)
        database.write(lambda tx: drop_finished(tx, lasts))
        for upload in database.read(open_uploads):
            if datetime.now(UTC) - self.touched_at(upload) < lasts and not upload.is_whole:
                continue
            try:
                self.services.uploads.take(upload.id)
            except Problem:
                continue
            try:
                self._tidy(upload)
            finally:
                self.services.uploads.give(upload.id)

    def _tidy(self, upload: UploadRow) -> None:
        if not upload.is_whole:
            self.drop(upload, "server")
            return
        try:
            self.finish(upload)
        except (Problem, MediaError):
            return

    def _look(self, upload_id: str) -> UploadRow:
        return self.services.archive.database.read(lambda tx: get_upload(tx, upload_id))

    def _fresh(self, upload_id: str, at: int) -> UploadRow:
        upload = self._look(upload_id)
        if at != upload.received:
            raise Problem(
                409,
                f"Upload-Offset: found {at}, expected {upload.received}",
                "wrong-offset",
                where="Upload-Offset",
                found=str(at),
                expected=str(upload.received),
                headers={"Upload-Offset": str(upload.received)},
            )
        return upload

    async def _write(
        self, upload: UploadRow, checksum: Checksum | None, chunks: AsyncIterator[bytes]
    ) -> None:
        piece = await to_thread.run_sync(_Piece, self.path_of(upload.id), upload, checksum)
        try:
            async for chunk in chunks:
                if piece.add(chunk):
                    await to_thread.run_sync(piece.write)
                if checksum is None and piece.unsafe >= NOTE_EVERY:
                    await to_thread.run_sync(self._note, piece)
            await to_thread.run_sync(piece.check)
            await to_thread.run_sync(self._note, piece)
        except (ClientDisconnect, Problem):
            # What came before the line broke counts: the sender goes on from there.
            if checksum is None:
                with CancelScope(shield=True):
                    await to_thread.run_sync(self._note, piece)
            raise
        finally:
            piece.close()

    def _note(self, piece: "_Piece") -> None:
        received = piece.make_safe()
        database = self.services.archive.database
        database.write(lambda tx: note_received(tx, piece.upload_id, received))


class _Piece:
    """Bytes that are added to an upload."""

    def __init__(self, path: Path, upload: UploadRow, checksum: Checksum | None) -> None:
        self.upload_id, self._length, self._checksum = upload.id, upload.length, checksum
        self._at, self.unsafe = upload.received, 0
        self._hash = checksum.begin() if checksum else None
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._file: IO[bytes] = path.open("r+b" if path.exists() else "w+b")
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
        """Write what was taken."""
        data = b"".join(self._pending)
        self._pending, self._pending_bytes = [], 0
        if self._hash:
            self._hash.update(data)
        self._file.write(data)
        self._at += len(data)
        self.unsafe += len(data)

    def check(self) -> None:
        """Compare the checksum.

        Raises:
            Problem: 460, it is another: none of the piece counts.
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

    def make_safe(self) -> int:
        """Bring all to disk; so many bytes are there."""
        self.write()
        self._file.flush()
        os.fsync(self._file.fileno())
        self.unsafe = 0
        return self._at

    def close(self) -> None:
        """Close the file; nothing is lost that was made safe."""
        self._file.close()


def _wish(details: dict[str, Any]) -> Wish:
    return Wish(details.get("every"), details.get("priority") or 0, details.get("hook"))
