"""New jobs. Jobs of the same medium and fingerprint share their segments."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from playbill.archive import audit
from playbill.archive.queue.ending import take_over
from playbill.archive.queue.shared import clock, is_active, lock_key, moment, of_key
from playbill.archive.queue.values import SETTLE, Span
from playbill.archive.tables import jobs, segments


def enqueue(
    tx: Connection,
    media_id: str,
    fingerprint: str,
    settings: Mapping[str, Any],
    spans: Sequence[Span],
    *,
    who: str,
    priority: int = 0,
    hook: str | None = None,
    now: float | None = None,
) -> str:
    """Add a job, and its segments where no other job has brought them; gives its id.

    What is finished is not done again: where all is, the job is done at once. Segments that were
    put aside are tried again.

    Args:
        tx: the transaction.
        media_id: of a medium of the archive.
        fingerprint: of the networks and the settings.
        settings: of the analysis, as JSON.
        spans: what the medium is cut into, at least one part.
        who: gives the order.
        priority: more is sooner.
        hook: address to be told when the job is over.
        now: seconds since 1970; None: what the clock says.
    """
    if not spans:
        raise ValueError("a job needs at least one segment")
    now = clock(tx) if now is None else now
    is_new = _add_settle(tx, media_id, fingerprint)
    if is_new:
        tx.execute(insert(segments), _rows(media_id, fingerprint, spans))
    else:
        lock_key(tx, media_id, fingerprint)
        if not is_active(tx, media_id, fingerprint):
            revive(tx, media_id, fingerprint)
    job_id = str(uuid4())
    tx.execute(
        insert(jobs).values(
            id=job_id,
            media_id=media_id,
            fingerprint=fingerprint,
            settings=dict(settings),
            state="queued",
            priority=priority,
            created_at=moment(now),
            created_by=who,
            hook=hook,
        )
    )
    audit.record(tx, who, "job.add", f"job:{job_id}", media=media_id, priority=priority)
    if not is_new:
        take_over(tx, job_id, media_id, fingerprint, now=now, who=who)
    return job_id


def revive(tx: Connection, media_id: str, fingerprint: str) -> bool:
    """Try again what was put aside; says whether that is anything. Other attempts count afresh.

    A last step that is under way without it is for nothing. The caller holds the lock of the key.
    """
    here = of_key(segments, media_id, fingerprint)
    parts = here & (segments.c.number != SETTLE)
    afresh: dict[str, Any] = {"attempts": 0, "lease_until": None, "worker": None}
    again = update(segments).where(parts & (segments.c.state == "aside"))
    revived = tx.execute(again.values(afresh | {"state": "queued", "done_frames": 0})).rowcount > 0
    paused = update(segments).where(here & (segments.c.state == "queued"))
    tx.execute(paused.values(afresh))
    last = here & (segments.c.number == SETTLE)
    reset = update(segments).where(last if revived else last & (segments.c.state == "aside"))
    return tx.execute(reset.values(afresh | {"state": "waiting"})).rowcount > 0 or revived


def _add_settle(tx: Connection, media_id: str, fingerprint: str) -> bool:
    """Add the row of the last step, which also says that there are segments; False: it is there."""
    kind = postgresql if tx.dialect.name == "postgresql" else sqlite
    row = _row(media_id, fingerprint, SETTLE, state="waiting")
    added = kind.insert(segments).values(row).on_conflict_do_nothing()
    return tx.execute(added.returning(segments.c.id)).first() is not None


def _rows(media_id: str, fingerprint: str, spans: Sequence[Span]) -> list[dict[str, Any]]:
    return [
        _row(media_id, fingerprint, number, state="queued")
        | {"first_frame": s.first_frame, "end_frame": s.end_frame, "frames": s.frames}
        for number, s in enumerate(spans)
    ]


def _row(media_id: str, fingerprint: str, number: int, *, state: str) -> dict[str, Any]:
    row: dict[str, Any] = {"media_id": media_id, "fingerprint": fingerprint, "number": number}
    return row | {"state": state, "first_frame": 0, "end_frame": 0, "frames": 0}
