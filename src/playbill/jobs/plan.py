"""What a worker is told, and what it says when it goes."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from playbill.pipeline.analyze import Analyzer
from playbill.pipeline.settings import AnalysisSettings

Opener = Callable[[AnalysisSettings], Analyzer]
"""Opens networks; a function of a module, since it travels to other processes by name."""


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """All that a worker needs to know; it is sent to the process, or the machine, that runs it."""

    archive: Path
    opener: Opener
    threads: int = 0
    """Of each network and of the decoder; 0: as many as there are cores."""
    until_done: bool = False
    """Whether to end when no job is left that is not over; else wait for more."""
    lease_s: float = 60.0
    """Work is taken up by others when nothing was heard of its worker for so long."""
    beat_s: float = 5.0
    poll_s: float = 1.0
    """So long a worker without work waits before it asks again."""
    stall_s: float = 900.0
    """A worker that has not finished a frame for so long gives up its process."""
    most_claims: int = 1000
    """After so many claims a worker makes room for a fresh one, for what libraries leak."""
    most_mib: int = 4096
    """Above so much memory as well, at the end of a claim."""


class Farewell(Enum):
    """Why a worker ended by itself; the values are exit codes of processes."""

    DONE = 0
    """Nothing is left to do."""
    STOPPED = 3
    """It was asked to."""
    RECYCLED = 4
    """It has done enough, or has become too large: another one should go on."""
