"""Bodies about people, groups of faces, tracks, and decisions about them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from playbill.archive.decisions.log import Kind
from playbill.server.schemas.shared import Id, Number, Sent, Shown, Text

Tracks = Annotated[list[Number], Field(min_length=1, max_length=10_000)]


class PersonAdded(Sent):
    """A person to be made."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"name": "Ada Lovelace"}}
    )

    name: Text
    even_if_named_alike: bool = False
    """Whether there may be two people of this name."""


class PersonShown(Shown):
    """One person."""

    id: str
    name: str
    """Empty: forgotten."""
    created_at: datetime
    created_by: str
    merged_into: str | None
    """Who they are one with."""
    hidden: bool
    forgotten_at: datetime | None
    version: int


class PeoplePage(BaseModel):
    """Some people, by name."""

    items: list[PersonShown]
    next: str | None


class PersonChange(Sent):
    """Another name."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"name": "Augusta Ada King"}}
    )

    name: Text
    even_if_named_alike: bool = False


class MergeBody(Sent):
    """Who or what it is to be one with."""

    into: Id
    even_if_together: bool = False
    """Whether two faces in one frame may be the same: a mirror, a split screen."""


class TaughtShown(BaseModel):
    """What came of pictures of a person."""

    added: int
    known: int
    """Pictures that the person had already."""
    refused: list[str]
    """Why each of the others could not be used."""


class ErasedShown(Shown):
    """How much was erased."""

    people: int
    portraits: int
    tracks: int
    faces: int
    files: int
    documents: int
    replies: int
    segments: int


class ForgottenShown(BaseModel):
    """Somebody was forgotten, for good."""

    seq: int
    erased: ErasedShown


class ClusterShown(Shown):
    """A group of faces that look like one person."""

    id: str
    space: str
    created_at: datetime
    person_id: str | None
    """Who people say it is."""
    merged_into: str | None
    hidden: bool
    version: int
    tracks: int
    """How many are in it."""


class ClustersPage(BaseModel):
    """Some groups, the largest first."""

    items: list[ClusterShown]
    next: str | None


class NameBody(Sent):
    """Who everybody in a group is: an id, or the name of somebody new."""

    person_id: Id | None = None
    name: Text | None = None
    even_if_together: bool = False


class TrackShown(Shown):
    """Faces of one person through one shot."""

    id: int
    media_id: str
    run_id: str
    shot: int
    start_us: int
    end_us: int
    faces: int
    """How many."""
    cluster_id: str | None
    person_id: str | None
    verified: bool
    """Whether a person's decision says who it is."""
    machine_person_id: str | None
    """Whom the gallery sees."""
    machine_score: float | None
    crop: str | None
    """Address of its best face's picture."""


class TracksPage(BaseModel):
    """Some tracks."""

    items: list[TrackShown]
    next: str | None


class FaceShown(Shown):
    """One face of a track."""

    id: int
    frame_index: int
    time_us: int
    left: float
    top: float
    right: float
    bottom: float
    score: float
    crop: str | None
    """Address of its picture."""


class AssignBody(Sent):
    """Who these tracks, and no others, are; null: nobody with a name."""

    tracks: Tracks
    person_id: Id | None
    even_if_together: bool = False


class RejectBody(Sent):
    """Who these tracks are not."""

    tracks: Tracks
    person_id: Id


class SeparateBody(Sent):
    """Tracks that do not belong to their group."""

    tracks: Tracks


class Separated(BaseModel):
    """The tracks have a group of their own."""

    seq: int
    cluster_id: str


class SplitBody(Sent):
    """Faces that do not belong to their track."""

    faces: Annotated[list[Number], Field(min_length=1, max_length=10_000)]


class SplitDone(BaseModel):
    """The faces have a track of their own."""

    seq: int
    track_id: int


class DecisionShown(BaseModel):
    """One decision."""

    seq: int
    at: datetime
    who: str
    kind: Kind
    counts: bool
    """False: it is undone."""
    about: dict[str, Any]
    details: dict[str, Any]


class DecisionsPage(BaseModel):
    """Some decisions, the newest first."""

    items: list[DecisionShown]
    next: str | None
