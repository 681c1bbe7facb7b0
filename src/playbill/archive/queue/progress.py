"""How far jobs are."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, func, select

from playbill.archive.meant import meant_id
from playbill.archive.packing import is_text
from playbill.archive.queue.shared import clock, of_key
from playbill.archive.queue.values import (
    ACTIVE,
    SETTLE,
    JobProgress,
    JobRow,
    JobState,
    Load,
    Trouble,
)
from playbill.archive.tables import jobs, media, segments
from playbill.errors import NotInArchive


def get_job(tx: Connection, job_id: str) -> JobRow:
    """One job.

    Raises:
        NotInArchive: there is no such job.
    """
    row = tx.execute(_jobs().where(jobs.c.id == job_id)).first() if is_text(job_id) else None
    if row is None:
        raise NotInArchive(f"{job_id}: no such job in the archive")
    return _job(row)


def named_job(tx: Connection, said: str) -> JobRow:
    """The job that a person means: by its id, or the beginning of one.

    Raises:
        NotInArchive: there is none.
        Conflict: there are several.
    """
    return get_job(tx, meant_id(tx, jobs.c.id, said, "job"))


def list_jobs(
    tx: Connection,
    *,
    states: Collection[JobState] = (),
    media_id: str | None = None,
    before: JobRow | None = None,
    limit: int = 100,
) -> list[JobRow]:
    """Jobs, newest first: of these states, or of all if none is named.

    Args:
        tx: the transaction.
        states: none: all.
        media_id: None: of all media.
        before: the last one of the page before.
        limit: so many at most.
    """
    found = _jobs().order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(limit)
    if states:
        found = found.where(jobs.c.state.in_(states))
    if media_id is not None:
        found = found.where(jobs.c.media_id == media_id)
    if before is not None:
        older = jobs.c.created_at < before.created_at
        same = (jobs.c.created_at == before.created_at) & (jobs.c.id < before.id)
        found = found.where(older | same)
    return [_job(row) for row in tx.execute(found)]


def count_jobs(tx: Connection) -> dict[JobState, int]:
    """How many jobs there are in each state; states without any are left out."""
    counted = select(jobs.c.state, func.count()).group_by(jobs.c.state)
    return dict(iter(tx.execute(counted)))


def progress(tx: Connection, job_id: str, *, now: float | None = None) -> JobProgress:
    """How far one job is.

    Raises:
        NotInArchive: there is no such job.
    """
    job = get_job(tx, job_id)
    columns = [column for column in segments.c if column.name != "findings"]
    here = of_key(segments, job.media_id, job.fingerprint)
    rows = tx.execute(select(*columns).where(here).order_by(segments.c.number)).all()
    parts = [row for row in rows if row.number != SETTLE]
    now = clock(tx) if now is None else now
    at_it = sum(row.state == "running" and row.lease_until > now for row in rows)
    done = sum(row.done_frames for row in parts)
    wanted = sum(row.frames for row in parts)
    aside = sum(row.frames for row in parts if row.state == "aside")
    rate = _rate(parts, at_it)
    left = wanted - aside - done
    return JobProgress(
        job=job,
        frames_done=done,
        frames_wanted=wanted,
        frames_aside=aside,
        segments=Counter(row.state for row in parts),
        settling=any(r.number == SETTLE and r.state in ("queued", "running") for r in rows),
        workers=at_it,
        frames_per_s=rate,
        remaining_s=left / rate if rate and at_it else None,
        troubles=tuple(_trouble(row) for row in rows if row.error is not None),
    )


def load(tx: Connection) -> Load:
    """How much is left to do for all jobs that are not over."""
    wanted = select(jobs.c.media_id, jobs.c.fingerprint).where(jobs.c.state.in_(ACTIVE)).distinct()
    keys = wanted.subquery()
    same = and_(
        keys.c.media_id == segments.c.media_id, keys.c.fingerprint == segments.c.fingerprint
    )
    running = case((segments.c.state == "running", 1), else_=0)
    left = case((segments.c.state.in_(("done", "aside")), 0), else_=segments.c.frames)
    begun = case((segments.c.state == "running", segments.c.done_frames), else_=0)
    is_timed = (segments.c.seconds > 0) & (segments.c.done_frames > 0)
    timed = case((is_timed, segments.c.done_frames), else_=0)
    spent = case((is_timed, segments.c.seconds), else_=0)
    columns = (left - begun, timed, spent, running)
    sums = [func.coalesce(func.sum(column), 0) for column in columns]
    row = tx.execute(select(*sums).select_from(segments).join(keys, same)).one()
    frames_left, frames, seconds, workers = row
    return Load(
        frames_left=int(frames_left),
        workers=int(workers),
        frames_per_s=max(workers, 1) * float(frames) / seconds if seconds and frames else None,
    )


def jobs_left(tx: Connection) -> dict[str, str]:
    """All jobs that are not over, each with its medium."""
    rows = select(jobs.c.id, jobs.c.media_id).where(jobs.c.state.in_(ACTIVE))
    return dict(iter(tx.execute(rows)))


def latest_jobs(tx: Connection, media_ids: Collection[str]) -> dict[str, JobRow]:
    """The newest job of each of these media, of those that ever had one."""
    found = _jobs().where(jobs.c.media_id.in_(media_ids)).order_by(jobs.c.created_at, jobs.c.id)
    return {row.media_id: _job(row) for row in tx.execute(found)}


def _rate(parts: Sequence[Row[Any]], at_it: int) -> float | None:
    """Frames a second of one worker, times the workers.

    Pauses in between do not count, nor attempts that came to nothing.
    """
    timed = [row for row in parts if row.seconds and row.done_frames]
    seconds, frames = sum(row.seconds for row in timed), sum(row.done_frames for row in timed)
    return max(at_it, 1) * frames / seconds if timed else None


def _trouble(row: Row[Any]) -> Trouble:
    return Trouble(
        row.number, row.first_frame, row.end_frame, row.attempts, row.state, reason=row.error
    )


def _jobs() -> Select[Any]:
    return select(jobs, media.c.name.label("media_name")).join(media, media.c.id == jobs.c.media_id)


def _job(row: Row[Any]) -> JobRow:
    return JobRow(
        row.id,
        row.media_id,
        row.media_name,
        row.fingerprint,
        row.settings,
        row.state,
        row.priority,
        row.created_at,
        row.created_by,
        row.started_at,
        row.finished_at,
        row.run_id,
        row.error,
        row.hook,
        row.version,
    )
