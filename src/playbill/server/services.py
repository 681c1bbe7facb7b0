"""What all routes work with, made once per application."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, cast

from anyio import CapacityLimiter
from fastapi import Depends, Request

from playbill.archive.archive import Archive
from playbill.archive.search import DocumentBoxes, FaceIndex
from playbill.core.likeness_scale import COSINES, LikenessScale
from playbill.pipeline.galleries import scores_of
from playbill.pipeline.opening import Describer
from playbill.server.busy import Busy
from playbill.server.matching import Matching
from playbill.server.metrics import Metrics
from playbill.server.naming import Naming
from playbill.server.opening import Opened
from playbill.server.pictures import Pictures
from playbill.server.problems import busy
from playbill.server.rates import Rates
from playbill.server.settings import ServerSettings
from playbill.server.surveys import Surveys
from playbill.server.uses import Uses


@dataclass(frozen=True, slots=True)
class Services:
    """The archive, the networks, and who may ask how often."""

    archive: Archive
    settings: ServerSettings
    opened: Opened
    pictures: Pictures
    naming: Naming
    matching: Matching
    metrics: Metrics
    boxes: DocumentBoxes
    """Of the runs that were searched last."""
    surveys: Surveys
    """Of the videos whose frames were asked for last."""
    decoding: CapacityLimiter
    """Frames that are decoded at once; further ones wait, and hold no thread meanwhile."""
    uploads: Busy
    """Which uploads are being written to."""
    uses: Uses
    """Of keys."""
    rates: Rates
    """Of keys, users and addresses."""
    logins_of_name: Rates
    logins_from_address: Rates
    indices: dict[str, FaceIndex] = field(default_factory=dict)
    """Of the faces of each network, for searches by an example."""

    @property
    def incoming(self) -> Path:
        """Where bodies lie while they come in; a folder of the archive's own disk."""
        return self.archive.folder / "incoming"

    def faces_of(self, space: str) -> FaceIndex:
        """The index of one network's faces; empty before the first search."""
        if space not in self.indices:
            self.indices.setdefault(space, FaceIndex(space, self._likeness_in(space)))
        return self.indices[space]

    def _likeness_in(self, space: str) -> LikenessScale:
        """How likeness is shown: by the network that is open; of others, by the cosine."""
        embedder, card = self.opened.analyzer.networks.embedder, self.opened.card
        if embedder and card and embedder.space == space:
            return scores_of(card, embedder.cohort).likeness_scale()
        return COSINES

    def describer(self) -> Describer:
        """Finds and describes faces.

        Raises:
            Problem: 503, this server has no network for it.
        """
        networks, card = self.opened.analyzer.networks, self.opened.card
        if networks.embedder is None or card is None:
            raise busy("this server has no network that describes faces", 60)
        return Describer(networks.faces, networks.embedder, card)


def services_of(request: Request) -> Services:
    """The services of the application that serves `request`."""
    return cast(Services, request.app.state.services)


async def _served(request: Request) -> Services:
    """Without the hop to a thread that FastAPI gives what is no coroutine."""
    return services_of(request)


Served = Annotated[Services, Depends(_served)]
"""A route's parameter of this type gets the services."""
