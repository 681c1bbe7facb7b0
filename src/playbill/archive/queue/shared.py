"""Conditions that several parts of the queue share."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from playbill.archive.queue.values import ACTIVE, SETTLE
from playbill.archive.tables import jobs, segments


def clock(tx: Connection) -> float:
    """Seconds since 1970 by the clock that all workers of the archive share."""
    if tx.dialect.name == "postgresql":
        seconds = select(func.extract("epoch", func.clock_timestamp()))
        return float(tx.execute(seconds).scalar_one())
    return datetime.now(UTC).timestamp()


def moment(now: float) -> datetime:
    """The calendar time of `now`, seconds since 1970."""
    return datetime.fromtimestamp(now, UTC)


def of_key(table: Any, media_id: str, fingerprint: str) -> ColumnElement[bool]:
    """Rows of `table` about one medium and fingerprint."""
    return and_(table.c.media_id == media_id, table.c.fingerprint == fingerprint)


def active_jobs(media_id: str, fingerprint: str) -> ColumnElement[bool]:
    """Jobs that want the work of one medium and fingerprint."""
    return and_(of_key(jobs, media_id, fingerprint), jobs.c.state.in_(ACTIVE))


def is_active(tx: Connection, media_id: str, fingerprint: str) -> bool:
    """Whether any job wants this work."""
    found = select(jobs.c.id).where(active_jobs(media_id, fingerprint)).limit(1)
    return tx.execute(found).first() is not None


def free(now: float) -> ColumnElement[bool]:
    """Segments that may be claimed: waiting long enough, or left behind by their worker."""
    due = or_(segments.c.lease_until.is_(None), segments.c.lease_until <= now)
    return and_(segments.c.state.in_(("queued", "running")), due)


def lock_key(tx: Connection, media_id: str, fingerprint: str) -> None:
    """Let one transaction at a time decide what becomes of one medium and fingerprint.

    SQLite has one writer at a time anyway.
    """
    if tx.dialect.name == "sqlite":
        return
    last = and_(of_key(segments, media_id, fingerprint), segments.c.number == SETTLE)
    tx.execute(select(segments.c.id).where(last).with_for_update()).all()
