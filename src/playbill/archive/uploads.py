"""Uploads that come in pieces: what has come, from whom, and what became of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, delete, insert, select, update

from playbill.archive import audit
from playbill.archive.packing import is_text
from playbill.archive.tables import uploads
from playbill.errors import ArchiveError, NotInArchive


@dataclass(frozen=True, slots=True)
class UploadRow:
    """One upload."""

    id: str
    name: str
    length: int
    """Bytes, in all."""
    received: int
    """Bytes that are safe on disk."""
    sha256: str | None
    """As promised by the sender."""
    details: dict[str, Any]
    """What is wished for, and the `job` once there is one."""
    created_at: datetime
    created_by: str
    media_id: str | None
    """Once it is whole and in the archive."""

    @property
    def is_whole(self) -> bool:
        """Whether all bytes have come."""
        return self.received == self.length


def begin_upload(
    tx: Connection,
    who: str,
    name: str,
    *,
    length: int,
    sha256: str | None,
    details: dict[str, Any],
) -> UploadRow:
    """Announce an upload.

    Raises:
        ArchiveError: the name is no text that can be kept.
    """
    if not is_text(name):
        raise ArchiveError(f"{name!r}: the name of an upload must be Unicode text without NUL")
    new = str(uuid4())
    tx.execute(
        insert(uploads).values(
            id=new,
            name=name,
            length=length,
            received=0,
            sha256=sha256,
            details=details,
            created_at=datetime.now(UTC),
            created_by=who,
        )
    )
    audit.record(tx, who, "upload.begin", f"upload:{new}", bytes=length)
    return get_upload(tx, new)


def get_upload(tx: Connection, upload_id: str) -> UploadRow:
    """One upload.

    Raises:
        NotInArchive: there is none of that id.
    """
    row = tx.execute(select(uploads).where(uploads.c.id == upload_id)).first()
    if row is None:
        raise NotInArchive(f"upload {upload_id!r}: there is no such upload, or it has expired")
    return _upload(row)


def note_received(tx: Connection, upload_id: str, received: int) -> None:
    """Say that so many bytes are safe on disk."""
    tx.execute(update(uploads).where(uploads.c.id == upload_id).values(received=received))


def finish_upload(tx: Connection, upload_id: str, media_id: str, job_id: str) -> UploadRow:
    """Say what became of an upload."""
    details = get_upload(tx, upload_id).details | {"job": job_id}
    said = {"media_id": media_id, "details": details}
    tx.execute(update(uploads).where(uploads.c.id == upload_id).values(said))
    return get_upload(tx, upload_id)


def drop_upload(tx: Connection, who: str, upload_id: str) -> None:
    """Forget an upload; its bytes are the caller's to delete."""
    if tx.execute(delete(uploads).where(uploads.c.id == upload_id)).rowcount:
        audit.record(tx, who, "upload.drop", f"upload:{upload_id}")


def open_uploads(tx: Connection) -> list[UploadRow]:
    """All that are not in the archive yet, the oldest first."""
    found = select(uploads).where(uploads.c.media_id.is_(None)).order_by(uploads.c.created_at)
    return [_upload(row) for row in tx.execute(found)]


def drop_finished(tx: Connection, after: timedelta) -> None:
    """Forget uploads that are in the archive, when nobody will ask for them any more."""
    old = uploads.c.created_at < datetime.now(UTC) - after
    tx.execute(delete(uploads).where(uploads.c.media_id.is_not(None), old))


def _upload(row: Row[Any]) -> UploadRow:
    return UploadRow(
        row.id,
        row.name,
        row.length,
        row.received,
        row.sha256,
        dict(row.details),
        row.created_at,
        row.created_by,
        row.media_id,
    )
