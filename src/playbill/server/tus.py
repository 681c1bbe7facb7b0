"""Uploads in pieces: gone on with, finished once they are whole, dropped when nobody does."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

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
from playbill.server.checksums import Checksum
from playbill.server.ingest import Wish, check_wish, take_file
from playbill.server.piece import Piece
from playbill.server.problems import Problem
from playbill.server.services import Services

NOTE_EVERY = 64 << 20
"""After so many bytes they are made safe, so that a kill loses no more."""
SPARE_BYTES = 256 << 20
"""So much of the disk is left free."""


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
        piece = await to_thread.run_sync(Piece, self.path_of(upload.id), upload, checksum)
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

    def _note(self, piece: Piece) -> None:
        received = piece.make_safe()
        database = self.services.archive.database
        database.write(lambda tx: note_received(tx, piece.upload_id, received))


def _wish(details: dict[str, Any]) -> Wish:
    return Wish(details.get("every"), details.get("priority") or 0, details.get("hook"))
