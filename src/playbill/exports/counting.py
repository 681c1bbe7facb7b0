"""Which frame of a timeline a moment of a medium lies on.

A medium that keeps a standard rate, or nearly, is counted frame by frame, as editing systems play
it: 23.98 is 23.976 to them. Its time stamps may be coarse: Matroska, WebM and FLV round them to the
millisecond, MPEG-TS to a 90,000th. Any other medium is laid out by the clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from playbill.core.analysis import Analysis
from playbill.exports.timecode import TimecodeRate, nearest_rate

COARSENESS_S = Fraction(1, 500)
"""Time stamps may be off by so much: the first frame's, this one's and its length are each rounded
to the millisecond. An eighth of a frame at 60 frames a second."""
NEARLY = Fraction(1, 2000)
"""Of a rate: 23.98 is 23.976 and 2997/100 is 30000/1001, but 30 is not 29.97 (a 1000th apart)."""


@dataclass(frozen=True, slots=True)
class FrameCounter:
    """Moments of one medium as frames of a timeline at a standard rate."""

    rate: TimecodeRate
    steady: Fraction | None
    """Frames a second of the medium, where its frames are those of the timeline one by one; None:
    laid out by the clock."""
    start: int | None = None
    """The frame that the medium's own time code gives to its first one; None: it has none that
    can be counted on from, and time code begins at 00:00:00:00."""

    @classmethod
    def of(cls, analysis: Analysis, average: Fraction) -> "FrameCounter":
        """For a medium with `average` frames a second."""
        rate = nearest_rate(average)
        near = (own for own in _candidates(analysis, average) if _is_nearly(own, rate.fps))
        steady = next((own for own in near if _keeps(analysis, own)), None)
        said = analysis.media.start_timecode
        if steady is None or said is None:
            return cls(rate, steady)
        rate, start = _counted_on(said, rate)
        return cls(rate, steady, start)

    def frame_at(self, time_s: Fraction) -> int:
        """The frame that is shown at `time_s`: never the next one, within what stamps can tell."""
        if self.steady is None:
            return self.rate.frame_at(time_s)
        return int((time_s + COARSENESS_S) * self.steady // 1)

    def timecode_at(self, time_s: Fraction) -> str:
        """Its time code."""
        return self.timecode(self.frame_at(time_s))

    def timecode(self, frame: int) -> str:
        """Time code of a frame of the timeline, whose first is 0.

        That of the medium itself begins anew at midnight; one that begins at 0 runs on after 24
        hours.
        """
        if self.start is None:
            return self.rate.timecode(frame)
        return self.rate.timecode((self.start + frame) % self.rate.day)


def has_constant_rate(analysis: Analysis) -> bool | None:
    """Whether every analysed frame comes when its number says; None: the medium has no rate."""
    average = analysis.media.frame_rate
    if not average:
        return None
    return any(_keeps(analysis, rate) for rate in _candidates(analysis, average))


def _counted_on(said: str, rate: TimecodeRate) -> tuple[TimecodeRate, int | None]:
    """Rate and first frame of a medium's own time code, which says whether numbers are dropped."""
    for own in (rate, replace(rate, non_drop=True)):
        if (frame := own.frame_of(said)) is not None:
            return own, frame
    return rate, None


def _candidates(analysis: Analysis, average: Fraction) -> Iterator[Fraction]:
    """Rates that the medium may keep.

    What containers say of the average can be too coarse to count an hour by (989/33 for 29.97).
    """
    standard = nearest_rate(average).fps
    if _is_nearly(average, standard):
        yield standard
    yield average
    if len(analysis.frames) > 1:
        first, last = analysis.frames[0], analysis.frames[-1]
        if last.index > first.index and last.time_s > first.time_s:
            yield (last.index - first.index) / (last.time_s - first.time_s)


def _keeps(analysis: Analysis, rate: Fraction) -> bool:
    return all(abs(frame.time_s - frame.index / rate) <= COARSENESS_S for frame in analysis.frames)


def _is_nearly(rate: Fraction, standard: Fraction) -> bool:
    return abs(rate - standard) <= standard * NEARLY
