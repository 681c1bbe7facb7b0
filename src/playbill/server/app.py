"""The application: routes, what surrounds them, and what is opened before the first request."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from anyio import CapacityLimiter
from fastapi import Depends, FastAPI

from playbill.archive.archive import Archive
from playbill.archive.search import DocumentBoxes
from playbill.pipeline.settings import AnalysisSettings
from playbill.server.busy import Busy
from playbill.server.chores import Chore, kept_up
from playbill.server.delivering import deliver
from playbill.server.leftovers import serving
from playbill.server.matching import Matching
from playbill.server.metrics import Metrics
from playbill.server.naming import Naming
from playbill.server.openapi import describe
from playbill.server.opening import Opened, open_networks
from playbill.server.pictures import Pictures
from playbill.server.queries import refuse_unknown
from playbill.server.rates import Rates
from playbill.server.refusals import add_handlers
from playbill.server.requests import Requests
from playbill.server.routes import (
    audit,
    clusters,
    crops,
    decisions,
    files,
    health,
    images,
    jobs,
    keys,
    media,
    people,
    results,
    search,
    sessions,
    tracks,
    uploads,
    users,
    videos,
)
from playbill.server.services import Services
from playbill.server.settings import ServerSettings
from playbill.server.surveys import Surveys
from playbill.server.tidying import tidy
from playbill.server.uses import Uses
from playbill.version import __version__

DESCRIPTION = """
Who and what appears when and where, in pictures and video.

Every refusal is an RFC 9457 problem: what, where, found, expected. What can be edited has an ETag,
and editing it needs `If-Match`. A POST with an `Idempotency-Key` may be sent again without harm.
"""
ROUTERS = (
    images.router,
    videos.router,
    uploads.router,
    media.router,
    results.router,
    files.router,
    jobs.router,
    people.router,
    people.uploads,
    clusters.router,
    tracks.router,
    decisions.router,
    crops.router,
    search.router,
    sessions.router,
    users.router,
    keys.router,
    audit.router,
    health.router,
)


def create_app(
    archive: Archive,
    settings: ServerSettings,
    open_: Callable[[AnalysisSettings], Opened] = open_networks,
) -> FastAPI:
    """The application on an open archive; networks are opened by `open_` when it starts."""
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        opened = await asyncio.to_thread(open_, settings.analysis)
        services = _services(archive, settings, opened, metrics)
        app.state.services = services
        with serving(archive.folder, services.incoming):
            await asyncio.to_thread(services.naming.try_to_renew)
            chores = [asyncio.create_task(kept_up(chore)) for chore in _chores(services)]
            try:
                yield
            finally:
                services.matching.stop()
                for chore in chores:
                    chore.cancel()
                await asyncio.gather(*chores, return_exceptions=True)
                await asyncio.to_thread(services.pictures.close)

    app = FastAPI(
        title="Playbill",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        redirect_slashes=False,
        # Nothing leaves the machine, whatever the environment says.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        # What is said of refusals is in `describe`, not FastAPI's 422.
        responses={422: {"description": "It cannot be so."}},
    )
    add_handlers(app)
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(refuse_unknown)])
    describe(app)
    app.add_middleware(Requests, settings=settings, metrics=metrics)
    return app


def _chores(services: Services) -> list[Chore]:
    """What goes on beside requests."""
    chores: list[Chore] = [services.naming.keep, services.matching.keep, services.uses.keep]
    chores.append(partial(tidy, services))
    if services.settings.hook_hosts:
        chores.append(partial(deliver, services))
    return chores


def _services(
    archive: Archive, settings: ServerSettings, opened: Opened, metrics: Metrics
) -> Services:
    pictures = Pictures(
        opened.analyzer,
        threads=settings.picture_threads,
        most=settings.picture_queue,
        max_bytes=settings.max_picture_bytes,
        max_pixels=settings.max_picture_pixels,
        metrics=metrics,
    )
    naming = Naming(archive, opened, pictures)
    per_s, logins = settings.rate_per_minute / 60, settings.logins_per_5_minutes
    return Services(
        archive=archive,
        settings=settings,
        opened=opened,
        pictures=pictures,
        naming=naming,
        matching=Matching(archive, naming),
        metrics=metrics,
        boxes=DocumentBoxes(),
        surveys=Surveys(),
        decoding=CapacityLimiter(settings.frame_threads),
        uploads=Busy(),
        uses=Uses(archive.database),
        rates=Rates(per_s, settings.rate_per_minute / 10),
        logins_of_name=Rates(logins / 300, logins),
        logins_from_address=Rates(4 * logins / 300, 4 * logins),
    )
