"""Whether the server lives, whether it can work, and its figures."""

import asyncio

from fastapi import APIRouter, Response
from sqlalchemy import func, select

from playbill.archive.tables import jobs, segments
from playbill.errors import PlaybillError
from playbill.server.problems import busy
from playbill.server.services import Served

PATIENCE_S = 3.0

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Is the server alive?")
async def alive() -> dict[str, str]:
    """Answers as long as the process does; looks at nothing."""
    return {"status": "alive"}


@router.get("/readyz", summary="Can the server work?")
async def ready(services: Served) -> dict[str, str]:
    """Asks the data base; networks are open before the first request."""
    ask = asyncio.to_thread(services.archive.database.read, lambda tx: tx.execute(select(1)).all())
    try:
        await asyncio.wait_for(ask, PATIENCE_S)
    except (TimeoutError, PlaybillError):
        raise busy("the data base does not answer", 5) from None
    return {"status": "ready"}


@router.get(
    "/metrics",
    summary="Figures for Prometheus.",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(services: Served) -> Response:
    """Requests, pictures, jobs; no names."""
    counted = services.archive.database.read(
        lambda tx: [
            tx.execute(select(table.c.state, func.count()).group_by(table.c.state)).all()
            for table in (jobs, segments)
        ]
    )
    for gauge, rows in zip(
        (services.metrics.jobs, services.metrics.segments), counted, strict=True
    ):
        gauge.clear()
        for state, n in rows:
            gauge.labels(state).set(n)
    return Response(services.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
