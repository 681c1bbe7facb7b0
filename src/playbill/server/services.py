"""What all routes work with, made once per application."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request

from playbill.archive.archive import Archive
from playbill.archive.search import DocumentBoxes
from playbill.server.busy import Busy
from playbill.server.metrics import Metrics
from playbill.server.naming import Naming
from playbill.server.opening import Opened
from playbill.server.pictures import Pictures
from playbill.server.rates import Rates
from playbill.server.settings import ServerSettings


@dataclass(frozen=True, slots=True)
class Services:
    """The archive, the networks, and who may ask how often."""

    archive: Archive
    settings: ServerSettings
    opened: Opened
    pictures: Pictures
    naming: Naming
    metrics: Metrics
    boxes: DocumentBoxes
    """Of the runs that were searched last."""
    uploads: Busy
    """Which uploads are being written to."""
    rates: Rates
    """Of keys, users and addresses."""
    logins_of_name: Rates
    logins_from_address: Rates

    @property
    def incoming(self) -> Path:
        """Where bodies lie while they come in; a folder of the archive's own disk."""
        return self.archive.folder / "incoming"


def services_of(request: Request) -> Services:
    """The services of the application that serves `request`."""
    return cast(Services, request.app.state.services)


async def _served(request: Request) -> Services:
    """Without the hop to a thread that FastAPI gives what is no coroutine."""
    return services_of(request)


Served = Annotated[Services, Depends(_served)]
"""A route's parameter of this type gets the services."""
