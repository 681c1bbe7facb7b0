"""Whether the server lives, whether it can work, and its figures."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from fastapi import APIRouter, Response
from prometheus_client import Gauge
from sqlalchemy import Connection, func, select

from playbill.archive.tables import deliveries, jobs, segments
from playbill.errors import PlaybillError
from playbill.server.problems import busy
from playbill.server.services import Served, Services

T = TypeVar("T")
PATIENCE_S = 3.0

router = APIRouter(tags=["health"])


async def _asked(services: Services, work: Callable[[Connection], T]) -> T:
    """What the data base answers at once, or not at all: who asks comes again.

    Raises:
        TimeoutError: it has not answered.
        ArchiveUnavailable: the same.
    """
    ask = asyncio.to_thread(services.archive.database.read, work)
    return await asyncio.wait_for(ask, PATIENCE_S)


@router.get("/healthz", summary="Is the server alive?")
async def alive() -> dict[str, str]:
    """Answers as long as the process does; looks at nothing."""
    return {"status": "alive"}


@router.get("/readyz", summary="Can the server work?")
async def ready(services: Served) -> dict[str, str]:
    """Asks the data base; networks are open before the first request."""
    try:
        await _asked(services, lambda tx: tx.execute(select(1)).all())
    except (TimeoutError, PlaybillError):
        raise busy("the data base does not answer", 5) from None
    return {"status": "ready"}


@router.get(
    "/metrics",
    summary="Figures for Prometheus.",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(services: Served) -> Response:
    """Requests, pictures, jobs, web hooks, memory; no names. Without the data base, the others."""
    shown = services.metrics
    gauges = {jobs: shown.jobs, segments: shown.segments, deliveries: shown.hooks}

    def count(tx: Connection) -> dict[Gauge, list[tuple[str, int]]]:
        return {
            gauge: [
                (state, n)
                for state, n in tx.execute(
                    select(table.c.state, func.count()).group_by(table.c.state)
                )
            ]
            for table, gauge in gauges.items()
        }

    try:
        shown.queued(await _asked(services, count))
    except (TimeoutError, PlaybillError):
        shown.queued({gauge: [] for gauge in gauges.values()})
    return Response(services.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
