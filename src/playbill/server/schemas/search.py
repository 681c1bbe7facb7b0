"""Bodies of searches."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from playbill.server.schemas.shared import Shown


class BoxShown(BaseModel):
    """In pixels of the upright picture."""

    left: float
    top: float
    right: float
    bottom: float


class NamedShown(Shown):
    """Somebody by name."""

    id: str
    name: str


class SubjectShown(BaseModel):
    """One subject of a moment."""

    kind: Literal["person", "object"]
    class_id: int
    label: str
    person: NamedShown | None
    """null: an object, or nobody knows who it is."""
    cluster_id: str | None
    track_ids: list[int]
    score: float
    verified: bool
    likeness: float | None
    """To the example face, 0 to 1."""
    crop: str | None
    """Address of the best face's picture; null: see `frame` and `box`."""
    frame: str
    """Address of the frame that shows it best."""
    box: BoxShown | None


class MediaRefShown(Shown):
    """The medium of a moment."""

    id: str
    name: str
    kind: Literal["image", "video"]
    added_at: datetime


class MomentShown(BaseModel):
    """A span of one medium in which the subjects are seen."""

    media: MediaRefShown
    start: float
    """In seconds."""
    end: float
    first_frame: int
    last_frame: int
    score: float
    verified: bool
    subjects: list[SubjectShown]


class MomentsPage(BaseModel):
    """Some moments, of the newest medium first."""

    items: list[MomentShown]
    next: str | None
