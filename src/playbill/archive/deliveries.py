"""Web hooks that are to be called: one row for each job and address, tried until it is told."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, select, update

from playbill.archive.tables import deliveries

MOST_ATTEMPTS = 10
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Somebody who is to be told that a job is over."""

    id: int
    job_id: str
    address: str
    attempts: int
    """With the one that is going on."""


@dataclass(frozen=True, slots=True)
class Told:
    """How far it is with telling somebody of a job."""

    address: str
    state: str
    """queued, done or failed."""
    attempts: int
    next_at: datetime | None
    """When it is tried next; None: no more."""
    error: str | None
    """Why the last attempt failed."""


def told_of(tx: Connection, job_id: str) -> Told | None:
    """How far it is with the last telling of a job; None: there is none yet."""
    found = select(deliveries).where(deliveries.c.job_id == job_id)
    row = tx.execute(found.order_by(deliveries.c.id.desc()).limit(1)).first()
    if row is None:
        return None
    next_at = row.next_at if row.state == "queued" else None
    return Told(row.address, row.state, row.attempts, next_at, row.error)


def claim_delivery(tx: Connection, now: datetime, lease: timedelta) -> Delivery | None:
    """Take one that is due; if it is neither told nor failed by then, it is due again."""
    row = deliveries.c
    due = and_(row.state == "queued", row.next_at <= now)
    found = select(deliveries).where(due).order_by(row.next_at, row.id).limit(1)
    one: Row[Any] | None = tx.execute(found.with_for_update(skip_locked=True)).first()
    if one is None:
        return None
    taken = {"next_at": now + lease, "attempts": one.attempts + 1}
    tx.execute(update(deliveries).where(row.id == one.id).values(taken))
    return Delivery(one.id, one.job_id, one.address, one.attempts + 1)


def delivered(tx: Connection, delivery: Delivery) -> None:
    """Say that it was told."""
    _change(tx, delivery, state="done", error=None)


def not_delivered(tx: Connection, delivery: Delivery, reason: str, *, for_good: bool) -> None:
    """Say why not; it is tried again after a pause that quadruples, unless that is of no use."""
    if for_good or delivery.attempts >= MOST_ATTEMPTS:
        _change(tx, delivery, state="failed", error=reason)
        return
    pause = min(FIRST_PAUSE * 4 ** (delivery.attempts - 1), LONGEST_PAUSE)
    _change(tx, delivery, next_at=datetime.now(UTC) + pause, error=reason)


def _change(tx: Connection, delivery: Delivery, **values: Any) -> None:
    tx.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(values))
