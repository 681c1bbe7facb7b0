"""Bodies about jobs."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from playbill.archive.deliveries import Told
from playbill.archive.queue import (
    LEAST_PRIORITY,
    MOST_PRIORITY,
    JobProgress,
    JobRow,
    JobState,
)
from playbill.server.schemas.shared import Sent, Shown


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


class ToldShown(Shown):
    """How far it is with the web hook of a job."""

    address: str
    state: Literal["queued", "done", "failed"]
    attempts: int
    next_at: datetime | None
    """When it is tried next; null: no more."""
    error: str | None
    """Why the last attempt failed."""


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
    told: ToldShown | None
    """The web hook; null: there is none, or the job is not over."""

    @classmethod
    def of_progress(cls, progress: JobProgress, told: Told | None) -> "ProgressShown":
        """From the archive's values."""
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
            told=ToldShown.model_validate(told) if told else None,
        )


class JobsPage(BaseModel):
    """Some jobs, the newest first."""

    items: list[JobShown]
    next: str | None


class JobChange(Sent):
    """Another priority."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"priority": 10}})

    priority: Annotated[int, Field(ge=LEAST_PRIORITY, le=MOST_PRIORITY)]
