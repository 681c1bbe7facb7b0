"""Claims: one worker at a time has a segment, for as long as its lease runs.

What a worker says of a claim counts only while the claim is its own: each claim bears a mark, and
whoever takes up work that was left behind gives it another.
"""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, update

from playbill.archive.queue.ending import end_jobs, open_settle
from playbill.archive.queue.shared import active_jobs, free, is_active, lock_key, moment, of_key
from playbill.archive.queue.values import (
    ACTIVE,
    MOST_ATTEMPTS,
    PAUSE_S,
    SETTLE,
    Claim,
    Standing,
)
from playbill.archive.tables import jobs, segments

_ENDED = "its worker ended or did not answer"


def claim(tx: Connection, worker: str, now: float, lease_s: float) -> Claim | None:
    """Take the most urgent piece of work that is free; None: there is none at present.

    Args:
        tx: the transaction.
        worker: a name for people to read: `host:place:pid`.
        now: seconds since 1970, by `clock`.
        lease_s: the claim is the worker's for so long, and for as long after each heartbeat.
    """
    while (row := _next(tx, now)) is not None:
        if row.state == "running" and row.attempts >= MOST_ATTEMPTS:
            _put_aside(tx, row, row.error or _ENDED, now)
            continue
        taken = Claim(
            row.id,
            f"{worker}#{secrets.token_hex(4)}",
            row.attempts + 1,
            row.media_id,
            row.fingerprint,
            row.settings,
            row.number,
            row.first_frame,
            row.end_frame,
            row.frames,
        )
        changed: dict[str, Any] = {"state": "running", "lease_until": now + lease_s}
        changed |= {"worker": taken.worker, "attempts": taken.attempt, "done_frames": 0}
        if row.state == "running":
            changed["error"] = row.error or _ENDED
        tx.execute(update(segments).where(segments.c.id == row.id).values(changed | {"seconds": 0}))
        started = update(jobs).where(of_key(jobs, row.media_id, row.fingerprint))
        started = started.where(jobs.c.state == "queued")
        tx.execute(started.values(state="running", started_at=moment(now)))
        return taken
    return None


def heartbeat(
    tx: Connection,
    held: Claim,
    now: float,
    lease_s: float,
    *,
    done_frames: int = 0,
    seconds: float = 0,
) -> Standing:
    """Say that the worker is still at it, and how far; learn whether it is still wanted."""
    said: dict[str, Any] = {"lease_until": now + lease_s, "seconds": seconds}
    beaten = update(segments).where(_held(held)).values(said | {"done_frames": done_frames})
    if tx.execute(beaten).rowcount == 0:
        return Standing.LOST
    wanted = is_active(tx, held.media_id, held.fingerprint)
    return Standing.OURS if wanted else Standing.UNWANTED


def finish(tx: Connection, held: Claim, findings: bytes, now: float, *, seconds: float) -> bool:
    """Keep the findings of a segment; False: the claim was lost, and nothing is kept."""
    lock_key(tx, held.media_id, held.fingerprint)
    done: dict[str, Any] = {"state": "done", "findings": findings, "worker": None}
    done |= {"lease_until": None, "done_frames": held.frames, "seconds": seconds}
    if tx.execute(update(segments).where(_held(held)).values(done)).rowcount == 0:
        return False
    open_settle(tx, held.media_id, held.fingerprint, now)
    return True


def findings_of(tx: Connection, held: Claim) -> list[bytes]:
    """The findings of all segments that are done, in order."""
    here = of_key(segments, held.media_id, held.fingerprint) & (segments.c.state == "done")
    found = select(segments.c.findings).where(here).order_by(segments.c.number)
    return list(tx.execute(found).scalars())


def begun_at(tx: Connection, held: Claim) -> datetime | None:
    """When work was begun for the first of the jobs that want it."""
    active = active_jobs(held.media_id, held.fingerprint)
    return tx.execute(select(func.min(jobs.c.started_at)).where(active)).scalar()


def finish_settle(tx: Connection, held: Claim, run_id: str, now: float) -> bool:
    """End the jobs with their run; False: the claim was lost, or nobody wants it: keep nothing.

    To be called in the transaction that keeps the run, and before it. The findings go, unless a
    segment was put aside, which may be tried again.
    """
    lock_key(tx, held.media_id, held.fingerprint)
    done = {"state": "done", "worker": None, "lease_until": None}
    if tx.execute(update(segments).where(_held(held)).values(done)).rowcount == 0:
        return False
    if not end_jobs(tx, held.media_id, held.fingerprint, "done", now, run_id=run_id):
        again = {"state": "queued", "attempts": held.attempt - 1}
        tx.execute(update(segments).where(segments.c.id == held.segment_id).values(again))
        return False
    here = of_key(segments, held.media_id, held.fingerprint)
    aside = select(segments.c.id).where(here & (segments.c.state == "aside")).limit(1)
    if tx.execute(aside).first() is None:
        tx.execute(update(segments).where(here).values(findings=None))
    return True


def fail(tx: Connection, held: Claim, reason: str, now: float) -> bool:
    """Say why it could not be done: it is tried again a little later, or put aside; False: lost."""
    lock_key(tx, held.media_id, held.fingerprint)
    row = tx.execute(select(segments).where(_held(held)).with_for_update()).first()
    if row is None:
        return False
    if held.attempt >= MOST_ATTEMPTS:
        _put_aside(tx, row, reason, now)
        return True
    pause_s = PAUSE_S * 2 ** (held.attempt - 1)
    again: dict[str, Any] = {"state": "queued", "worker": None, "done_frames": 0}
    again |= {"lease_until": now + pause_s, "error": reason}
    tx.execute(update(segments).where(_held(held)).values(again))
    return True


def fail_jobs(tx: Connection, held: Claim, reason: str, now: float) -> bool:
    """Say that no further attempt can help: the jobs fail at once; False: the claim was lost."""
    lock_key(tx, held.media_id, held.fingerprint)
    if not release(tx, held):
        return False
    end_jobs(tx, held.media_id, held.fingerprint, "failed", now, error=reason)
    return True


def release(tx: Connection, held: Claim) -> bool:
    """Give work back that is not done, as if it had never been claimed; False: it was lost."""
    back = {"state": "queued", "worker": None, "lease_until": None, "done_frames": 0}
    given = update(segments).where(_held(held)).values(back | {"attempts": held.attempt - 1})
    return tx.execute(given).rowcount > 0


def expire(tx: Connection, worker: str, reason: str) -> int:
    """Let go at once of all that a worker had which is known to be dead; says how many that are."""
    return tx.execute(
        update(segments).where(_had(worker)).values(lease_until=0, error=reason)
    ).rowcount


def working(tx: Connection) -> set[str]:
    """The names of all workers that have a claim, alive or not."""
    held = select(segments.c.worker).where(segments.c.state == "running").distinct()
    return {str(name).rpartition("#")[0] for name in tx.execute(held).scalars()}


def disown(tx: Connection, worker: str) -> int:
    """Take back all that a worker had which went down with its machine; says how many that are.

    Unlike `expire`, it is not counted against the work.
    """
    back: dict[str, Any] = {"state": "queued", "worker": None, "lease_until": None}
    back |= {"attempts": segments.c.attempts - 1, "done_frames": 0}
    return tx.execute(update(segments).where(_had(worker)).values(back)).rowcount


def _next(tx: Connection, now: float) -> Any:
    """The row to claim. A look at the front of a long queue is quick; the rest is the sure way."""
    urgent = select(func.max(jobs.c.priority)).where(jobs.c.state == "queued")
    fronts = (
        _due(now).where(jobs.c.state == "running"),
        _due(now).where(jobs.c.state == "queued", jobs.c.priority == urgent.scalar_subquery()),
    )
    seen = [row for front in fronts if (row := tx.execute(front).first()) is not None]
    every = _due(now).where(jobs.c.state.in_(ACTIVE)).with_for_update(of=segments, skip_locked=True)
    if seen:
        first = min(seen, key=lambda row: (-row.priority, row.ordered_at, row.job_id))
        row = tx.execute(every.where(jobs.c.id == first.job_id)).first()
        if row is not None:
            return row
    return tx.execute(every).first()


def _due(now: float) -> Select[Any]:
    """The most urgent segment that is free, and what is to be known of it."""
    wanted = and_(
        jobs.c.media_id == segments.c.media_id, jobs.c.fingerprint == segments.c.fingerprint
    )
    columns = [column for column in segments.c if column.name != "findings"]
    of_job = (jobs.c.settings, jobs.c.priority, jobs.c.created_at.label("ordered_at"))
    return (
        select(*columns, *of_job, jobs.c.id.label("job_id"))
        .join(jobs, wanted)
        .where(free(now))
        .order_by(jobs.c.priority.desc(), jobs.c.created_at, jobs.c.id, segments.c.number)
        .limit(1)
    )


def _put_aside(tx: Connection, row: Any, reason: str, now: float) -> None:
    lock_key(tx, row.media_id, row.fingerprint)
    aside = {"state": "aside", "worker": None, "lease_until": None, "error": reason}
    tx.execute(update(segments).where(segments.c.id == row.id).values(aside | {"done_frames": 0}))
    if row.number == SETTLE:
        end_jobs(tx, row.media_id, row.fingerprint, "failed", now, error=reason)
    else:
        open_settle(tx, row.media_id, row.fingerprint, now)


def _had(worker: str) -> ColumnElement[bool]:
    """All that a worker of this name is at. In host names `_` is a letter like any other."""
    its_own = segments.c.worker.startswith(f"{worker}#", autoescape=True)
    return and_(segments.c.state == "running", its_own)


def _held(held: Claim) -> ColumnElement[bool]:
    return and_(
        segments.c.id == held.segment_id,
        segments.c.state == "running",
        segments.c.worker == held.worker,
        segments.c.attempts == held.attempt,
    )
