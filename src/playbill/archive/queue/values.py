"""What the queue hands out: claims on work, rows of jobs, and how far a job is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Literal, Protocol

LEAST_PRIORITY, MOST_PRIORITY = -1000, 1000
"""Of jobs; more is sooner."""
SETTLE = -1
"""The number of the row that stands for the last step of a job, among its segments."""
MOST_ATTEMPTS = 3
"""A segment that failed so often is put aside."""
PAUSE_S = 2.0
"""A segment that failed waits so long before it is tried again; twice that the next time."""

JobState = Literal["queued", "running", "done", "failed", "cancelled"]
SegmentState = Literal["waiting", "queued", "running", "done", "aside"]
ACTIVE: tuple[JobState, ...] = ("queued", "running")
"""States of jobs that want their segments done."""


class Span(Protocol):
    """A part of a medium, as the pipeline cuts it."""

    @property
    def first_frame(self) -> int:
        """The first wanted frame."""

    @property
    def end_frame(self) -> int:
        """Wanted frames lie before it."""

    @property
    def frames(self) -> int:
        """How many are wanted."""


class Standing(Enum):
    """What a worker learns at its heartbeat."""

    OURS = "go on"
    LOST = "the lease ran out and somebody else has the work"
    UNWANTED = "no job wants the work any longer"


@dataclass(frozen=True, slots=True)
class Claim:
    """A piece of work that one worker has until its lease runs out."""

    segment_id: int
    worker: str
    """The worker's name and a mark of this very claim."""
    attempt: int
    """Counted from 1."""
    media_id: str
    fingerprint: str
    settings: Mapping[str, Any]
    number: int
    """Of the segment, from 0; `SETTLE` for the last step."""
    first_frame: int
    end_frame: int
    frames: int

    @property
    def settles(self) -> bool:
        """Whether this is the last step, which makes a run of all findings."""
        return self.number == SETTLE


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job as it is kept."""

    id: str
    media_id: str
    media_name: str
    fingerprint: str
    settings: Mapping[str, Any]
    state: JobState
    priority: int
    """More is sooner."""
    created_at: datetime
    created_by: str
    started_at: datetime | None
    finished_at: datetime | None
    run_id: str | None
    """What came of it."""
    error: str | None
    """Why it failed."""
    hook: str | None
    version: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """A part of a job that failed at least once; the last step has the number `SETTLE`."""

    number: int
    first_frame: int
    end_frame: int
    attempts: int
    state: SegmentState
    """What became of it: `done` after all, `aside` for good."""
    reason: str


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is."""

    job: JobRow
    frames_done: int
    frames_wanted: int
    frames_aside: int
    """Of those wanted; they are in segments that were given up."""
    segments: Mapping[SegmentState, int]
    """How many there are in each state, the last step left out."""
    settling: bool
    """Whether only the last step is left."""
    workers: int
    """How many are at it."""
    frames_per_s: float | None
    """Of all workers together; None: not known yet."""
    remaining_s: float | None
    """None: not known yet, or nobody is at it."""
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """What is left to do in the whole archive."""

    frames_left: int
    """Of all jobs that are not over."""
    workers: int
    """How many are at it."""
    frames_per_s: float | None
    """Of all workers together; None: not known yet."""
