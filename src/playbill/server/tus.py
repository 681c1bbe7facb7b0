"""Uploads in pieces: gone on with, finished once they are whole, dropped when nobody does."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from anyio import CancelScope, to_thread

from playbill.archive.database import PATIENCE_S, Database
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
from playbill.errors import MediaError, NotInArchive, PlaybillError
from playbill.server.checksums import Checksum
from playbill.server.ingest import Wish, check_wish, take_file
from playbill.server.piece import Piece
from playbill.server.problems import Problem
from playbill.server.room import is_full, require_room
from playbill.server.services import Services

NOTE_EVERY = 64 << 20
"""After so many bytes they are made safe, so that a kill loses no more."""
RESCUE_S = 2.0
"""So long the data base may take to note what came before a piece broke off."""
SUFFIX = ".part"
_log = structlog.get_logger("playbill.server")


@dataclass(frozen=True, slots=True)
class Uploading:
    """Uploads of one server."""

    services: Services

    @property
    def folder(self) -> Path:
        """Where the bytes of uploads lie until these are whole."""
        return self.services.archive.folder / "uploads"

    def path_of(self, upload_id: str) -> Path:
        """Where those of one upload lie."""
        return self.folder / f"{upload_id}{SUFFIX}"

    def look(self, upload_id: str) -> UploadRow:
        """An upload, of which no more has been received than lies on the disk.

        A backup has the rows of uploads, and not what came of them.

        Raises:
            NotInArchive: there is none of that id.
        """
        upload = self.services.archive.database.read(lambda tx: get_upload(tx, upload_id))
        if upload.media_id is not None:
            return upload
        try:
            there = self.path_of(upload_id).stat().st_size
        except OSError:
            there = 0
        return replace(upload, received=min(upload.received, there))

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
        self.folder.mkdir(parents=True, exist_ok=True)
        require_room(self.folder, length, "Upload-Length")
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
                is another; 507, the disk is full; or see `ingest.take_file`.
        """
        with self._alone(upload.id):
            upload = await to_thread.run_sync(self._fresh, upload.id, at)
            if upload.media_id is None:
                await self._write(upload, checksum, chunks)
                upload = await to_thread.run_sync(self.look, upload.id)
                if upload.is_whole:
                    upload = await to_thread.run_sync(self.finish, upload)
            return upload

    def finish(self, upload: UploadRow) -> UploadRow:
        """Put a whole upload into the archive; what cannot be there is dropped.

        Its bytes stay until the archive's rows speak of them: whatever breaks off in between can be
        done again.
        """
        path, wish = self.path_of(upload.id), _wish(upload.details)
        try:
            taken = take_file(
                self.services, path, upload.name, wish, upload.created_by, sha256=upload.sha256
            )
        except (Problem, MediaError):
            self._drop(upload, upload.created_by)
            raise
        finished = self.services.archive.database.write(
            lambda tx: finish_upload(tx, upload.id, taken.media.id, taken.job.id)
        )
        path.unlink(missing_ok=True)
        return finished

    def end(self, upload: UploadRow, who: str) -> None:
        """Forget an upload and delete its bytes.

        Raises:
            Problem: 423, somebody writes to it.
        """
        with self._alone(upload.id):
            self._drop(upload, who)

    def tidy(self) -> None:
        """Finish what a kill left whole, and drop what nobody goes on with."""
        database = self.services.archive.database
        database.write(lambda tx: drop_finished(tx, self._lasts))
        parts = list(self.folder.glob(f"*{SUFFIX}"))  # before the rows: theirs are there by now
        rows = database.read(open_uploads)
        for upload in rows:
            with suppress(Problem), self._alone(upload.id):
                self._tidy(upload.id)
        known = {self.path_of(upload.id) for upload in rows}
        for path in parts:
            if path not in known:
                path.unlink(missing_ok=True)

    @property
    def _lasts(self) -> timedelta:
        return timedelta(hours=self.services.settings.upload_hours)

    @contextmanager
    def _alone(self, upload_id: str) -> Iterator[None]:
        self.services.uploads.take(upload_id)
        try:
            yield
        finally:
            self.services.uploads.give(upload_id)

    def _tidy(self, upload_id: str) -> None:
        try:
            upload = self.look(upload_id)  # it may have been gone on with
            if upload.media_id is not None:
                return
            if upload.is_whole:
                self.finish(upload)
            elif datetime.now(UTC) - self.touched_at(upload) > self._lasts:
                self._drop(upload, "server")
        except NotInArchive:
            return
        except (Problem, PlaybillError) as error:
            _log.warning("upload not finished", upload=upload_id, reason=str(error))

    def _drop(self, upload: UploadRow, who: str) -> None:
        self.services.archive.database.write(lambda tx: drop_upload(tx, who, upload.id))
        self.path_of(upload.id).unlink(missing_ok=True)

    def _fresh(self, upload_id: str, at: int) -> UploadRow:
        upload = self.look(upload_id)
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
                    await to_thread.run_sync(self._advance, piece)
            await to_thread.run_sync(piece.check)
            await to_thread.run_sync(self._note, piece)
        except BaseException as error:
            # What came before the line broke counts: the sender goes on from there.
            with CancelScope(shield=True):
                await to_thread.run_sync(self._rescue, piece)
            if is_full(error):
                raise _full(await to_thread.run_sync(self.look, upload.id)) from error
            raise
        finally:
            piece.close()

    def _advance(self, piece: Piece) -> None:
        piece.write()
        if piece.counts and piece.unsafe >= NOTE_EVERY:
            self._note(piece)

    def _note(self, piece: Piece, patience_s: float = PATIENCE_S) -> None:
        received = piece.make_safe()
        database = Database(self.services.archive.database.engine, patience_s=patience_s)
        database.write(lambda tx: note_received(tx, piece.upload_id, received))

    def _rescue(self, piece: Piece) -> None:
        """Make safe what counts, if that can be done at once."""
        if piece.counts:
            with suppress(Problem, PlaybillError, OSError):
                self._note(piece, patience_s=RESCUE_S)


def _wish(details: dict[str, Any]) -> Wish:
    return Wish(details.get("every"), details.get("priority") or 0, details.get("hook"))


def _full(upload: UploadRow) -> Problem:
    kept = f"{upload.received:,} of {upload.length:,} bytes are kept"
    return Problem(
        507,
        f"upload: the server's disk is full; {kept}: go on from there once there is room",
        "disk-full",
        where="upload",
        headers={"Upload-Offset": str(upload.received)},
    )
