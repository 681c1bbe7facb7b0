"""What a sender may choose about an analysis."""

from typing import Annotated

from pydantic import Field, StringConstraints

from playbill.archive.queue import LEAST_PRIORITY, MOST_PRIORITY
from playbill.server.schemas.shared import Sent


class WishFields(Sent):
    """What is left out is as the server is set."""

    every: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """Analyse every N-th frame; null: as the server is set."""
    priority: Annotated[int, Field(ge=LEAST_PRIORITY, le=MOST_PRIORITY)] = 0
    """More is sooner."""
    hook: Annotated[str, StringConstraints(min_length=1, max_length=2000)] | None = None
    """Address to be told when the job is over."""
