"""Jobs: how far they are, as a value and as a stream; cancelled, retried, put before others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Any, get_args

from anyio import to_thread
from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection

from playbill.archive import audit, queue
from playbill.archive.deliveries import told_of
from playbill.archive.paging import page_limit
from playbill.archive.queue import ACTIVE, JobRow, JobState, get_job, progress
from playbill.errors import ArchiveUnavailable
from playbill.server.auth import Curator, Reader
from playbill.server.etags import IfMatch, etag
from playbill.server.once import OnceRoute
from playbill.server.params import IdPath, IdQuery, Limit
from playbill.server.schemas.jobs import JobChange, JobShown, JobsPage, ProgressShown
from playbill.server.services import Served, Services

SILENCE_S = 15.0
"""A stream without news says so after this, so that nobody hangs up."""
UNBUFFERED = {"X-Accel-Buffering": "no"}
"""So that nginx hands on each event as it comes."""

EVENT: dict[str, Any] = {
    "type": "object",
    "required": ["id", "event", "data"],
    "properties": {
        "id": {"type": "string"},
        "event": {"enum": ["progress", "end"]},
        "data": {"type": "string", "description": "The job, as `GET /v1/jobs/{job_id}` has it."},
    },
    "example": {"id": "1", "event": "progress", "data": '{"state": "running", ...}'},
}
"""What one event is."""

router = APIRouter(prefix="/v1/jobs", tags=["jobs"], route_class=OnceRoute)


@router.get("", summary="Jobs, the newest first.")
def some(
    *,
    _: Reader,
    services: Served,
    state: Annotated[list[JobState], Query(max_length=len(get_args(JobState)))] = [],  # noqa: B006
    media_id: IdQuery = None,
    after: Annotated[IdQuery, Query(description="The last job of the page before.")] = None,
    limit: Limit = 50,
) -> JobsPage:
    """In these states, or in all."""
    page_limit(limit)

    def work(tx: Connection) -> list[JobRow]:
        before = None if after is None else get_job(tx, after)
        return queue.list_jobs(tx, states=state, media_id=media_id, before=before, limit=limit + 1)

    rows = services.archive.database.read(work)
    shown = [JobShown.of(row) for row in rows[:limit]]
    return JobsPage(items=shown, next=shown[-1].id if len(rows) > limit else None)


@router.get("/{job_id}", summary="One job, and how far it is.")
def one(job_id: IdPath, _: Reader, response: Response, services: Served) -> ProgressShown:
    """Frames, rate, what remains, why anything failed, and whether the web hook was told."""
    found = services.archive.database.read(lambda tx: _shown(tx, job_id))
    response.headers["ETag"] = etag(found.version)
    return found


@router.get(
    "/{job_id}/events",
    summary="A job's progress as it goes on (server-sent events).",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": EVENT}}}},
)
async def events(job_id: IdPath, _: Reader, services: Served) -> StreamingResponse:
    """An event `progress` whenever something changed, and `end` when the job is over."""
    first = await _look(services, job_id)
    return StreamingResponse(
        _events(services, first), media_type="text/event-stream", headers=UNBUFFERED
    )


@router.delete("/{job_id}", summary="Cancel a job.")
def cancel(job_id: IdPath, caller: Curator, services: Served) -> ProgressShown:
    """What is done stays done, for a retry and for other jobs; again does no harm."""

    def work(tx: Connection) -> ProgressShown:
        if get_job(tx, job_id).state != "cancelled":
            queue.cancel(tx, job_id, who=caller.who)
        return _shown(tx, job_id)

    return services.archive.database.write(work)


@router.post("/{job_id}/retry", summary="Try a job again.")
def retry(job_id: IdPath, caller: Curator, services: Served) -> ProgressShown:
    """One that failed, was cancelled, or had to put segments aside."""

    def work(tx: Connection) -> ProgressShown:
        queue.retry(tx, job_id, who=caller.who)
        return _shown(tx, job_id)

    return services.archive.database.write(work)


@router.patch("/{job_id}", summary="Put a job before others, or behind.")
def change(
    *,
    job_id: IdPath,
    body: JobChange,
    match: IfMatch,
    caller: Curator,
    response: Response,
    services: Served,
) -> ProgressShown:
    """More is sooner."""

    def work(tx: Connection) -> ProgressShown:
        audit.in_turn(tx)
        match.check(get_job(tx, job_id).version)
        queue.prioritise(tx, job_id, body.priority, who=caller.who)
        return _shown(tx, job_id)

    found = services.archive.database.write(work)
    response.headers["ETag"] = etag(found.version)
    return found


def _shown(tx: Connection, job_id: str) -> ProgressShown:
    return ProgressShown.of_progress(progress(tx, job_id), told_of(tx, job_id))


async def _look(services: Services, job_id: str) -> ProgressShown:
    return await to_thread.run_sync(
        lambda: services.archive.database.read(lambda tx: _shown(tx, job_id))
    )


async def _events(services: Services, found: ProgressShown) -> AsyncIterator[str]:
    """Events until the job is over; while the data base is away, they wait for it."""
    said, silence_s, number = "", 0.0, 0
    while True:
        text = found.model_dump_json()
        over = found.state not in ACTIVE
        if text != said or over:
            number += 1
            kind = "end" if over else "progress"
            yield f"id: {number}\nevent: {kind}\ndata: {text}\n\n"
            said, silence_s = text, 0.0
        elif silence_s >= SILENCE_S:
            yield ": still at it\n\n"
            silence_s = 0.0
        if over:
            return
        await asyncio.sleep(services.settings.event_s)
        silence_s += services.settings.event_s
        with suppress(ArchiveUnavailable):
            found = await _look(services, found.id)
