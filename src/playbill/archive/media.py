"""The rows of media: one per file, whatever it is called and wherever it lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path, PurePath
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from playbill.archive import audit
from playbill.archive.meant import SHORTEST_ID
from playbill.archive.packing import is_text, micros, seconds
from playbill.archive.paging import Page, key_of, page_limit, paged
from playbill.archive.tables import appearances, media, runs
from playbill.archive.words import matching, put_words
from playbill.core.media import MediaInfo
from playbill.errors import ArchiveError, Conflict, NotInArchive


@dataclass(frozen=True, slots=True)
class MediaRow:
    """One medium of the archive."""

    info: MediaInfo
    place: str | None
    """The whole path of the file, or the key of an upload in the blobs; None: it is not known."""
    bytes_: int
    added_at: datetime
    added_by: str
    run_id: str | None
    """The run that is shown; None: it is not analysed yet."""
    hidden: bool
    version: int
    """Counts the changes: the ETag."""

    @property
    def id(self) -> str:
        """The medium's id, which follows from its bytes."""
        return self.info.id

    @property
    def upload(self) -> str | None:
        """The key of its bytes in the blobs; None: it is a file, or nobody knows where it is."""
        return self.place if self.place and not PurePath(self.place).is_absolute() else None

    @property
    def file(self) -> Path | None:
        """Its path; None: it is an upload, or nobody knows where it is."""
        return Path(self.place) if self.place and PurePath(self.place).is_absolute() else None


@dataclass(frozen=True, slots=True)
class MediaCounts:
    """How much an archive knows of one medium."""

    runs: int
    people: int
    """Named people in what is shown, each once."""
    unnamed: int
    """Groups of faces, and faces of no group, in what is shown that nobody has named."""
    classes: int
    """Classes of objects in what is shown."""


def add_media(tx: Connection, info: MediaInfo, *, bytes_: int, place: str | None, who: str) -> bool:
    """Add a medium; False: its bytes are here already, under whatever name, and nothing changes.

    Raises:
        ArchiveError: its name or place is no text that can be kept.
    """
    audit.in_turn(tx)  # whoever adds the same at the same time sees it here, or waits
    if has_media(tx, info.id):
        return False
    for what, text in (("name", info.name), ("place", place or "")):
        _require_text(what, text)
    us = None if info.duration_s is None else micros(info.duration_s)
    tx.execute(
        insert(media).values(
            id=info.id,
            sha256=info.sha256,
            name=info.name,
            place=place,
            bytes=bytes_,
            kind=info.kind,
            width=info.size_wh[0],
            height=info.size_wh[1],
            container=info.container,
            codec=info.codec,
            rotation=info.rotation,
            frame_rate=None if info.frame_rate is None else str(info.frame_rate),
            duration_us=us,
            start_timecode=info.start_timecode,
            added_at=datetime.now(UTC),
            added_by=who,
        )
    )
    put_words(tx, "media", info.id, info.name)
    audit.record(tx, who, "media.add", f"media:{info.id}", name=info.name, place=place)
    return True


def move_media(tx: Connection, media_id: str, place: str, *, who: str) -> None:
    """Say where the file of a medium lies now; the caller has seen that its bytes are the same.

    Raises:
        NotInArchive: there is no such medium.
        ArchiveError: the place is no text that can be kept.
    """
    before = get_media(tx, media_id)
    _require_text("place", place)
    changed = {"place": place, "version": media.c.version + 1}
    tx.execute(update(media).where(media.c.id == media_id).values(changed))
    audit.record(tx, who, "media.move", f"media:{media_id}", place=place, before=before.place)


def has_media(tx: Connection, media_id: str) -> bool:
    """Whether there is such a medium."""
    found = select(media.c.id).where(media.c.id == media_id)
    return is_text(media_id) and tx.execute(found).first() is not None


def get_media(tx: Connection, media_id: str) -> MediaRow:
    """The medium of this id.

    Raises:
        NotInArchive: there is none.
    """
    found = select(media).where(media.c.id == media_id)
    row = tx.execute(found).first() if is_text(media_id) else None
    if row is None:
        raise NotInArchive(f"media {media_id!r}: there is no such medium in the archive")
    return media_row(row)


def named_media(tx: Connection, said: str) -> MediaRow:
    """The medium that a person means: by its id, the beginning of one, or the name of its file.

    Raises:
        NotInArchive: there is none.
        Conflict: there are several.
    """
    if has_media(tx, said):
        return get_media(tx, said)
    meant = media.c.name == said
    if len(said) >= SHORTEST_ID:
        meant = or_(meant, media.c.id.startswith(said.lower(), autoescape=True))
    found = select(media.c.id).where(meant).order_by(media.c.id).limit(4)
    ids = tx.execute(found).scalars().all() if is_text(said) else []
    if not ids:
        raise NotInArchive(f"{said}: no medium of that name or id is in the archive")
    if len(ids) > 1:
        raise Conflict(f"{said}: expected one medium, found several: {', '.join(ids)}")
    return get_media(tx, ids[0])


def list_media(
    tx: Connection,
    *,
    after: str | None = None,
    limit: int = 50,
    kind: Literal["image", "video"] | None = None,
    text: str | None = None,
    hidden: bool = False,
) -> Page[MediaRow]:
    """Media, the ones added last first.

    Args:
        tx: the transaction.
        after: `Page.next` of the page before; None: the first page.
        limit: so many at most.
        kind: only these; None: all.
        text: words that the names begin with, see `archive/words.py`; None: all, and so for a
            text without words.
        hidden: whether to list the hidden ones too.

    Raises:
        ArchiveError: the cursor or the limit is none.
    """
    found = select(media).order_by(media.c.added_at.desc(), media.c.id.desc())
    found = found.limit(page_limit(limit) + 1)
    if after is not None:
        found = found.where(_after(after))
    if kind is not None:
        found = found.where(media.c.kind == kind)
    named = None if text is None else matching("media", text)
    if named is not None:
        found = found.where(media.c.id.in_(named.order_by(None)))
    if not hidden:
        found = found.where(media.c.hidden.is_(False))
    rows = [media_row(row) for row in tx.execute(found)]
    return paged(rows, limit, [(row.added_at.isoformat(), row.id) for row in rows])


def count_media(tx: Connection) -> int:
    """How many media there are, hidden ones too."""
    return int(tx.execute(select(func.count()).select_from(media)).scalar_one())


def counts_of(tx: Connection, media_ids: Sequence[str]) -> dict[str, MediaCounts]:
    """How much is known of each of these media."""
    ran = dict.fromkeys(media_ids, 0)
    counted = select(runs.c.media_id, func.count()).group_by(runs.c.media_id)
    for media_id, n in tx.execute(counted.where(runs.c.media_id.in_(media_ids))):
        ran[media_id] = n
    seen = appearances.c
    unnamed = and_(seen.person_id.is_(None), seen.track_id.is_not(None))
    group = func.coalesce(seen.cluster_id, seen.track_id.cast(seen.cluster_id.type))
    shown = (
        select(
            seen.media_id,
            func.count(seen.person_id.distinct()),
            func.count(group.distinct()).filter(unnamed),
            func.count(seen.class_id.distinct()).filter(seen.kind == "object"),
        )
        .where(seen.media_id.in_(media_ids), seen.current)
        .group_by(seen.media_id)
    )
    known = {media_id: counts for media_id, *counts in tx.execute(shown)}
    return {
        media_id: MediaCounts(ran[media_id], *known.get(media_id, (0, 0, 0)))
        for media_id in media_ids
    }


def _after(cursor: str) -> Any:
    """Rows that come after the one whose key the cursor holds."""
    moment, media_id = key_of(cursor, str, str)
    try:
        added_at = datetime.fromisoformat(str(moment))
        if added_at.tzinfo is None:
            raise ValueError(moment)
        added_at = added_at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ArchiveError(
            f"cursor: expected one that the page before gave, found {moment!r}"
        ) from error
    same = and_(media.c.added_at == added_at, media.c.id < str(media_id))
    return or_(media.c.added_at < added_at, same)


def _require_text(what: str, text: str) -> None:
    """File names on Linux are bytes, and not all of them are text."""
    if not is_text(text):
        raise ArchiveError(f"{text!r}: a medium's {what} must be Unicode text without NUL")


def media_row(row: Row[Any]) -> MediaRow:
    """What a row of the table says."""
    us, rate = row.duration_us, row.frame_rate
    info = MediaInfo(
        name=row.name,
        kind=row.kind,
        sha256=row.sha256,
        size_wh=(row.width, row.height),
        container=row.container,
        codec=row.codec,
        rotation=row.rotation,
        frame_rate=None if rate is None else Fraction(rate),
        duration_s=None if us is None else seconds(us),
        start_timecode=row.start_timecode,
    )
    return MediaRow(
        info,
        row.place,
        row.bytes,
        row.added_at,
        row.added_by,
        row.run_id,
        row.hidden,
        row.version,
    )
