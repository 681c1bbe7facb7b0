"""Media and blobs: what rows speak of is there, and nothing else is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import IO

from sqlalchemy import select

from playbill.archive.archive import Archive
from playbill.archive.checking.findings import Finding
from playbill.archive.kept_files import kept_keys
from playbill.archive.media import MediaRow, media_row
from playbill.archive.tables import media
from playbill.errors import ArchiveError, OutputError

SETTLED_AFTER = timedelta(days=1)
"""A file without a row may be one whose row is still to come; after so long it is not."""
CHUNK = 1 << 20


def check_media(archive: Archive, *, full: bool) -> Iterator[Finding]:
    """Every medium lies where its row says, with as many bytes; `full`: with the same bytes."""
    rows = archive.database.read(
        lambda tx: [media_row(row) for row in tx.execute(select(media).order_by(media.c.id))]
    )
    for row in rows:
        if (wrong := _wrong(archive, row, full=full)) is not None:
            yield Finding("media", f"media {row.id} ({row.info.name}): {wrong}")


def check_blobs(archive: Archive, *, fix: bool, now: datetime | None = None) -> Iterator[Finding]:
    """Every file that a row needs is there; of the others, `fix` deletes those that are old."""
    there = set(archive.blobs.keys())
    needed = archive.database.read(lambda tx: dict(kept_keys(tx)))
    for key in sorted(needed.keys() - there):
        if key not in archive.blobs:  # it may have been written meanwhile
            yield Finding("files", f"{key}: {needed[key]} needs this file, found none in the blobs")
    settled = (now or datetime.now(UTC)) - SETTLED_AFTER
    for key in sorted(there - needed.keys()):
        try:
            old = archive.blobs.written_at(key) < settled
        except ArchiveError:
            continue  # it was deleted meanwhile
        yield _left_over(archive, key, old=old, fix=fix)


def _left_over(archive: Archive, key: str, *, old: bool, fix: bool) -> Finding:
    sentence = f"{key}: no row needs this file"
    if not old:
        sentence += ", which was written less than a day ago and may be waiting for one"
        return Finding("files", sentence)
    try:
        return Finding("files", sentence, fixed=fix and archive.blobs.delete(key))
    except OutputError as error:
        return Finding("files", f"{sentence}, and it stays: {error}")


def _wrong(archive: Archive, row: MediaRow, *, full: bool) -> str | None:
    if row.place is None:
        return "expected the place of its file, found none written down"
    try:
        if row.file is not None:
            size, opened = row.file.stat().st_size, row.file.open
        else:
            size, opened = archive.blobs.size(row.place), None
        if size != row.bytes_:
            return f"{row.place} was altered: expected {row.bytes_} bytes, found {size}"
        if full:
            with opened("rb") if opened else archive.blobs.reading(row.place) as file:
                found = _digest(file)
            if found != row.info.sha256:
                return f"{row.place} was altered: expected sha256 {row.info.sha256}, found {found}"
    except (OSError, ArchiveError) as error:
        reason = error.strerror.lower() if isinstance(error, OSError) and error.strerror else error
        return f"{row.place} cannot be read: {reason}"
    return None


def _digest(file: IO[bytes]) -> str:
    digest = sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
