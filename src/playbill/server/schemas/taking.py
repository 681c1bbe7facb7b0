"""Bodies about what is sent into the archive: paths, uploads, and what came of them."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from playbill.server.schemas.jobs import JobShown
from playbill.server.schemas.media import MediumShown
from playbill.server.schemas.shared import Shown
from playbill.server.schemas.wishes import WishFields


class PathBody(WishFields):
    """A video, or a picture, that lies on the server under one of its roots."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"path": "/srv/media/news.mp4", "every": 30}},
    )

    path: Annotated[str, StringConstraints(min_length=1, max_length=4096, pattern=r"^[^\x00]+$")]


class TakenShown(BaseModel):
    """A medium that the archive has now, and the job that analyses it."""

    media: MediumShown
    job: JobShown
    is_new: bool
    """Whether the archive did not have it before."""


class UploadShown(Shown):
    """An upload in pieces."""

    id: str
    name: str
    length: int
    received: int
    sha256: str | None
    created_at: datetime
    media_id: str | None
    """Once it is whole and in the archive."""
    job_id: str | None = None
