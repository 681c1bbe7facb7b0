"""Progress where no bar can move, in a log or a pipe: a line every few seconds, and no flood."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from playbill.pipeline import hooks

EVERY_S = 5.0
"""Seconds between two lines at least; what is over sooner says nothing."""


@dataclass(slots=True)
class Now:
    """Whether it is time for a line again."""

    clock: Callable[[], float] = time.monotonic
    _last_s: float = field(init=False)

    def __post_init__(self) -> None:
        self._last_s = self.clock()

    def is_due(self) -> bool:
        """True at most once in `EVERY_S`."""
        now_s = self.clock()
        if now_s - self._last_s < EVERY_S:
            return False
        self._last_s = now_s
        return True


@dataclass(slots=True)
class FrameLines:
    """How far one medium after the other is: frames, speed against real time, remaining time."""

    say: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    _now: Now = field(init=False)
    _medium: str | None = None
    _begun_s: float = field(init=False)
    _told_s: float = field(init=False)

    def __post_init__(self) -> None:
        self._now = Now(self.clock)
        self._begun_s = self._told_s = self.clock()

    def show(self, progress: hooks.Progress) -> None:
        """Take a report of the pipeline; fits `pipeline.hooks.Hook`."""
        if progress.media.id != self._medium:  # it began when the one before it ended
            self._medium, self._begun_s = progress.media.id, self._told_s
        self._told_s = self.clock()
        if self._now.is_due():
            self.say(frame_line(progress, self._told_s - self._begun_s))


def frame_line(progress: hooks.Progress, elapsed_s: float) -> str:
    """`news.mp4: 120 of 3,000 frames, 4.2x, 0:01:32 left`."""
    parts = [f"{progress.done:,} of {progress.expected:,} frames"]
    if elapsed_s and progress.time_s:
        parts.append(f"{float(progress.time_s) / elapsed_s:.1f}x")
    if left := max(progress.expected - progress.done, 0):
        seconds = round(elapsed_s / progress.done * left)
        parts.append(f"{timedelta(seconds=seconds)} left")
    return f"{progress.media.name}: {', '.join(parts)}"
