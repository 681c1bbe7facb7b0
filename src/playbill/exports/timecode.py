"""Frames and SMPTE time code (ST 12-1), in whole numbers and fractions only."""

from dataclasses import dataclass
from fractions import Fraction

HALF_MICROSECOND = Fraction(1, 2_000_000)
"""Times are kept to the microsecond: frame 32 at 30000/1001 starts at 1.067733... and is written
as 1.067733, which lies a hair before it."""


@dataclass(frozen=True, slots=True)
class TimecodeRate:
    """A rate that editing systems count frames at.

    >>> TimecodeRate(30, ntsc=True).timecode(1800)
    '00:01:00;02'
    """

    count: int
    """Frames in one second of time code: 30 for 29.97."""
    ntsc: bool
    """Whether it runs slower by 1000/1001."""
    non_drop: bool = False
    """Whether no numbers are dropped even where they could be: 29.97 and 59.94 `NDF`."""

    @property
    def fps(self) -> Fraction:
        """Frames a second, exact."""
        return Fraction(self.count * 1000, 1001) if self.ntsc else Fraction(self.count)

    @property
    def drop(self) -> bool:
        """Whether numbers are dropped so that time code keeps up with the clock: 29.97, 59.94."""
        return self.ntsc and self.count % 30 == 0 and not self.non_drop

    @property
    def day(self) -> int:
        """The frame that `24:00:00:00` would name, which time code has no more."""
        return 24 * (self.count * 60 * 60 - (54 * self._dropped if self.drop else 0))

    @property
    def _dropped(self) -> int:
        """Numbers that are dropped in each minute but every tenth."""
        return self.count // 15

    def frame_at(self, time_s: Fraction) -> int:
        """The frame that is shown at `time_s`: never the next one."""
        return int((time_s + HALF_MICROSECOND) * self.fps // 1)

    def time_of(self, frame: int) -> Fraction:
        """When `frame` begins, in seconds."""
        return frame / self.fps

    def timecode(self, frame: int) -> str:
        """Hours, minutes, seconds and frames; `;` before the frames says that numbers are dropped.

        Hours run on after 24.
        """
        seconds, frames = divmod(self._number(frame), self.count)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        mark = ";" if self.drop else ":"
        return f"{hours:02}:{minutes:02}:{seconds:02}{mark}{frames:02}"

    def frame_of(self, timecode: str) -> int | None:
        """The frame that `HH:MM:SS:FF` or `HH:MM:SS;FF` names; None: no frame is called so.

        >>> TimecodeRate(30, ntsc=True).frame_of("00:01:00;02")
        1800
        >>> TimecodeRate(30, ntsc=True).frame_of("00:01:00;00")  # dropped
        """
        hours, minutes, seconds, frames = map(int, timecode.replace(";", ":").split(":"))
        minutes += 60 * hours
        number = (60 * minutes + seconds) * self.count + frames
        frame = number - (self._dropped * (minutes - minutes // 10) if self.drop else 0)
        return frame if self.timecode(frame) == timecode else None

    def _number(self, frame: int) -> int:
        """`frame` with the dropped numbers: the first ones of each minute but every tenth."""
        if not self.drop:
            return frame
        dropped = self._dropped
        minute = self.count * 60 - dropped
        tens, rest = divmod(frame, minute * 10 + dropped)
        minutes = max(rest - dropped, 0) // minute
        return frame + dropped * (9 * tens + minutes)


STANDARD = (
    TimecodeRate(24, ntsc=True),
    TimecodeRate(24, ntsc=False),
    TimecodeRate(25, ntsc=False),
    TimecodeRate(30, ntsc=True),
    TimecodeRate(30, ntsc=False),
    TimecodeRate(48, ntsc=True),
    TimecodeRate(48, ntsc=False),
    TimecodeRate(50, ntsc=False),
    TimecodeRate(60, ntsc=True),
    TimecodeRate(60, ntsc=False),
)


def nearest_rate(average: Fraction) -> TimecodeRate:
    """The standard rate nearest to `average` frames a second.

    >>> nearest_rate(Fraction(2991, 100)).fps
    Fraction(30000, 1001)
    """
    return min(STANDARD, key=lambda rate: abs(rate.fps - average))
