"""How jobs come to their last step and to their end."""

from sqlalchemy import Connection, func, insert, select, update

from playbill.archive import audit
from playbill.archive.queue.shared import active_jobs, moment, of_key
from playbill.archive.queue.values import SETTLE, JobState
from playbill.archive.tables import deliveries, jobs, segments


def open_settle(tx: Connection, media_id: str, fingerprint: str, now: float) -> None:
    """When no segment is left to do, let the last step be claimed; without any findings, fail.

    The caller holds the lock of the key.
    """
    here = of_key(segments, media_id, fingerprint)
    parts = here & (segments.c.number != SETTLE)
    counted = select(segments.c.state, func.count()).where(parts).group_by(segments.c.state)
    states: dict[str, int] = dict(iter(tx.execute(counted)))
    if states.get("queued") or states.get("running"):
        return
    if states.get("done"):
        waiting = here & (segments.c.number == SETTLE) & (segments.c.state == "waiting")
        tx.execute(update(segments).where(waiting).values(state="queued", lease_until=None))
        return
    reason = select(segments.c.error).where(parts).order_by(segments.c.number).limit(1)
    end_jobs(tx, media_id, fingerprint, "failed", now, error=tx.execute(reason).scalar())


def take_over(
    tx: Connection, job_id: str, media_id: str, fingerprint: str, *, now: float, who: str
) -> None:
    """Count for a job that begins what others of the same medium and fingerprint have done.

    Where that is all, it is done at once, with their run. The caller holds the lock of the key.
    """
    last = of_key(segments, media_id, fingerprint) & (segments.c.number == SETTLE)
    if tx.execute(select(segments.c.state).where(last)).scalar_one() != "done":
        open_settle(tx, media_id, fingerprint, now)
        return
    earlier = select(jobs.c.run_id).where(of_key(jobs, media_id, fingerprint))
    earlier = earlier.where(jobs.c.state == "done").order_by(jobs.c.finished_at.desc()).limit(1)
    run_id = tx.execute(earlier).scalar_one()
    end_job(tx, job_id, "done", now, who=who, run_id=run_id)


def end_jobs(
    tx: Connection,
    media_id: str,
    fingerprint: str,
    state: JobState,
    now: float,
    *,
    run_id: str | None = None,
    error: str | None = None,
) -> bool:
    """End all jobs that want this work; False: there is none."""
    active = select(jobs.c.id).where(active_jobs(media_id, fingerprint)).with_for_update()
    ids = list(tx.execute(active.order_by(jobs.c.id)).scalars())
    for job_id in ids:
        end_job(tx, job_id, state, now, who="worker", run_id=run_id, error=error)
    return bool(ids)


def end_job(
    tx: Connection,
    job_id: str,
    state: JobState,
    now: float,
    *,
    who: str,
    run_id: str | None = None,
    error: str | None = None,
) -> None:
    """End one job, and note whom to tell."""
    ended = {"state": state, "finished_at": moment(now), "run_id": run_id, "error": error}
    changed = update(jobs).where(jobs.c.id == job_id)
    tx.execute(changed.values(ended | {"version": jobs.c.version + 1}))
    hook = tx.execute(select(jobs.c.hook).where(jobs.c.id == job_id)).scalar_one()
    if hook is not None:
        told = {"job_id": job_id, "address": hook, "state": "queued", "next_at": moment(now)}
        tx.execute(insert(deliveries).values(told))
    audit.record(tx, who, f"job.{state}", f"job:{job_id}", run=run_id, error=error)
