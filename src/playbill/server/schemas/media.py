"""Bodies about media, their runs, and jobs."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from playbill.archive.media import MediaCounts, MediaRow
from playbill.archive.queue import JobProgress, JobRow, JobState
from playbill.archive.runs import RunRow
from playbill.server.schemas.shared import Id, Sent, Shown
from playbill.server.schemas.wishes import WishFields


class CountsShown(Shown):
    """How much is known of a medium."""

    runs: int
    people: int
    unnamed: int
    classes: int


class MediumShown(BaseModel):
    """One medium."""

    id: str
    name: str
    kind: Literal["image", "video"]
    sha256: str
    width: int
    height: int
    bytes: int
    frame_rate: str | None
    """As a fraction: `30000/1001`."""
    duration: float | None
    """In seconds."""
    container: str
    codec: str
    rotation: int
    added_at: datetime
    added_by: str
    run_id: str | None
    """The run that is shown; null: it is not analysed yet."""
    hidden: bool
    version: int
    known: CountsShown | None = None

    @classmethod
    def of(cls, row: MediaRow, counts: MediaCounts | None = None) -> "MediumShown":
        """From the archive's row."""
        info = row.info
        return cls(
            id=row.id,
            name=info.name,
            kind=info.kind,
            sha256=info.sha256,
            width=info.size_wh[0],
            height=info.size_wh[1],
            bytes=row.bytes_,
            frame_rate=None if info.frame_rate is None else str(info.frame_rate),
            duration=None if info.duration_s is None else round(float(info.duration_s), 6),
            container=info.container,
            codec=info.codec,
            rotation=info.rotation,
            added_at=row.added_at,
            added_by=row.added_by,
            run_id=row.run_id,
            hidden=row.hidden,
            version=row.version,
            known=CountsShown.model_validate(counts) if counts else None,
        )


class MediaPage(BaseModel):
    """Some media, the ones added last first."""

    items: list[MediumShown]
    next: str | None


class RunShown(BaseModel):
    """One analysis of a medium."""

    id: str
    media_id: str
    fingerprint: str
    version: str
    added_at: datetime
    sample_every: int
    expected: int
    analysed: int
    corrupt: int
    models: list[dict[str, str]]
    gallery: str | None
    shown: bool

    @classmethod
    def of(cls, row: RunRow, *, shown: bool) -> "RunShown":
        """From the archive's row."""
        record = row.record
        return cls(
            id=row.id,
            media_id=row.media_id,
            fingerprint=row.fingerprint,
            version=record.version,
            added_at=row.added_at,
            sample_every=record.sample_every,
            expected=record.frames.expected,
            analysed=record.frames.analysed,
            corrupt=record.frames.corrupt,
            models=[
                {"task": use.task, "name": use.name, "sha256": use.sha256} for use in record.models
            ],
            gallery=record.gallery.sha256 if record.gallery else None,
            shown=shown,
        )


class PromoteBody(Sent):
    """The run that is to be shown."""

    run_id: Id


class PathBody(WishFields):
    """A video, or a picture, that lies on the server under one of its roots."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"path": "/srv/media/news.mp4", "every": 30}},
    )

    path: Annotated[str, StringConstraints(min_length=1, max_length=4096, pattern=r"^[^\x00]+$")]


class TroubleShown(Shown):
    """A part of a job that failed at least once."""

    number: int
    first_frame: int
    end_frame: int
    attempts: int
    state: str
    """`done` after all, `aside` for good."""
    reason: str


class JobShown(BaseModel):
    """One job."""

    id: str
    media_id: str
    media_name: str
    state: JobState
    priority: int
    created_at: datetime
    created_by: str
    started_at: datetime | None
    finished_at: datetime | None
    run_id: str | None
    """What came of it."""
    error: str | None
    hook: str | None
    version: int

    @classmethod
    def fields_of(cls, row: JobRow) -> dict[str, Any]:
        """From the archive's row."""
        return {name: getattr(row, name) for name in JobShown.model_fields}

    @classmethod
    def of(cls, row: JobRow) -> "JobShown":
        """From the archive's row."""
        return cls(**cls.fields_of(row))


class ProgressShown(JobShown):
    """One job and how far it is."""

    frames_done: int
    frames_wanted: int
    frames_aside: int
    """Of those wanted; they are in segments that were given up."""
    segments: dict[str, int]
    settling: bool
    """Whether only the last step is left."""
    workers: int
    frames_per_s: float | None
    remaining_s: float | None
    troubles: list[TroubleShown]

    @classmethod
    def of_progress(cls, progress: JobProgress) -> "ProgressShown":
        """From the archive's value."""
        return cls(
            **JobShown.fields_of(progress.job),
            frames_done=progress.frames_done,
            frames_wanted=progress.frames_wanted,
            frames_aside=progress.frames_aside,
            segments={str(state): n for state, n in progress.segments.items()},
            settling=progress.settling,
            workers=progress.workers,
            frames_per_s=progress.frames_per_s,
            remaining_s=progress.remaining_s,
            troubles=[TroubleShown.model_validate(trouble) for trouble in progress.troubles],
        )


class JobsPage(BaseModel):
    """Some jobs, the newest first."""

    items: list[JobShown]
    next: str | None


class JobChange(Sent):
    """Another priority."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"priority": 10}})

    priority: Annotated[int, Field(ge=-1000, le=1000)]


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
