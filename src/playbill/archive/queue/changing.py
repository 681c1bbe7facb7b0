"""What people do to jobs: cancel, try again, put before others."""

from typing import Any

from sqlalchemy import Connection, Row, select, update

from playbill.archive import audit
from playbill.archive.queue.ending import end_job, take_over
from playbill.archive.queue.enqueueing import revive
from playbill.archive.queue.progress import get_job
from playbill.archive.queue.shared import clock, lock_key
from playbill.archive.queue.values import ACTIVE
from playbill.archive.tables import jobs
from playbill.errors import Conflict, NotInArchive


def cancel(tx: Connection, job_id: str, *, who: str, now: float | None = None) -> None:
    """End a job that is not over; its workers learn it at their next heartbeat.

    Segments that are done stay done, for a retry and for other jobs.

    Raises:
        NotInArchive: there is no such job.
        Conflict: it is over.
    """
    row = _locked(tx, job_id)
    if row.state not in ACTIVE:
        raise Conflict(f"job {job_id}: is {row.state}, expected one that is queued or running")
    end_job(tx, job_id, "cancelled", clock(tx) if now is None else now, who=who)


def retry(tx: Connection, job_id: str, *, who: str, now: float | None = None) -> None:
    """Queue a job again that failed, was cancelled, or had to put segments aside.

    What is done is not done again: where other jobs have done all of it, it is done at once.

    Raises:
        NotInArchive: there is no such job.
        Conflict: it is not over, or nothing of it was left undone.
    """
    job = get_job(tx, job_id)
    lock_key(tx, job.media_id, job.fingerprint)
    row = _locked(tx, job_id)
    if row.state in ACTIVE:
        raise Conflict(f"job {job_id}: is {row.state}, expected one that is over")
    revived = revive(tx, row.media_id, row.fingerprint)
    if row.state == "done" and not revived:
        raise Conflict(f"job {job_id}: is done, and nothing of it was put aside")
    again: dict[str, Any] = {"state": "queued", "started_at": None, "finished_at": None}
    again |= {"run_id": None, "error": None, "version": jobs.c.version + 1}
    tx.execute(update(jobs).where(jobs.c.id == job_id).values(again))
    audit.record(tx, who, "job.retry", f"job:{job_id}", was=row.state)
    now = clock(tx) if now is None else now
    take_over(tx, job_id, row.media_id, row.fingerprint, now=now, who=who)


def prioritise(tx: Connection, job_id: str, priority: int, *, who: str) -> None:
    """Put a job before those of less priority.

    Raises:
        NotInArchive: there is no such job.
        Conflict: it is over.
    """
    row = _locked(tx, job_id)
    if row.state not in ACTIVE:
        raise Conflict(f"job {job_id}: is {row.state}, expected one that is queued or running")
    changed = {"priority": priority, "version": jobs.c.version + 1}
    tx.execute(update(jobs).where(jobs.c.id == job_id).values(changed))
    audit.record(tx, who, "job.priority", f"job:{job_id}", priority=priority, was=row.priority)


def _locked(tx: Connection, job_id: str) -> Row[Any]:
    row = tx.execute(select(jobs).where(jobs.c.id == job_id).with_for_update()).first()
    if row is None:
        raise NotInArchive(f"{job_id}: no such job in the archive")
    return row
