"""A video as editing systems see it: frames of one standard rate, with markers on them.

A medium whose rate varies, or is near none of the standard ones, is laid on the nearest standard
rate to its average: each marker stands on the frame that is shown at its time on the clock, never
on the next one. What was done is said in every file.
"""

from dataclasses import dataclass

from playbill.core.analysis import Analysis
from playbill.core.appearances import Appearance
from playbill.errors import ExportError
from playbill.exports.counting import FrameCounter
from playbill.exports.facts import appearance_facts
from playbill.exports.source import Facts, source_facts
from playbill.exports.timecode import TimecodeRate
from playbill.exports.words import fraction_text, one_line, said


@dataclass(frozen=True, slots=True)
class Marker:
    """An appearance, in frames of the timeline."""

    name: str
    """In one line."""
    start: int
    frames: int
    """At least one."""
    seen: Appearance

    @property
    def end(self) -> int:
        """The first frame after it."""
        return self.start + self.frames

    @property
    def comment(self) -> str:
        """How sure it is and who it is, in one line."""
        facts = appearance_facts(self.seen)
        who = f", person {facts['personId']}" if facts["personId"] else ""
        frames = f"{self.seen.frames} frame{'s' if self.seen.frames != 1 else ''}"
        return one_line(f"{self.seen.kind}, score {facts['score']}, {frames}{who}")


@dataclass(frozen=True, slots=True)
class Timeline:
    """One video from its first frame to its last."""

    analysis: Analysis
    counter: FrameCounter
    frames: int
    markers: tuple[Marker, ...]

    @classmethod
    def of(cls, analysis: Analysis, format_name: str) -> "Timeline":
        """Lay a video out.

        Raises:
            ExportError: it is a picture, or says nothing of its frame rate.
        """
        media = analysis.media
        if media.kind == "image":
            raise ExportError(
                f"{media.name}: is a picture, which has no time, expected a video for {format_name}"
            )
        if not media.frame_rate:
            raise ExportError(f"{media.name}: says no frame rate, expected one for {format_name}")
        counter = FrameCounter.of(analysis, media.frame_rate)
        ends = [counter.frame_at(seen.span.end_s) for seen in analysis.appearances]
        length = counter.frame_at(media.duration_s) if media.duration_s else max(ends, default=1)
        frames = max(length, 1)
        return cls(
            analysis,
            counter,
            frames,
            tuple(_marker(seen, counter, frames) for seen in analysis.appearances),
        )

    @property
    def rate(self) -> TimecodeRate:
        """The rate that frames are counted at."""
        return self.counter.rate

    @property
    def exact(self) -> bool:
        """Whether frames of the timeline are the frames of the medium, one by one."""
        return self.counter.steady is not None

    @property
    def start(self) -> int:
        """The frame that the medium's own time code gives to the first one; 0: it has none."""
        return self.counter.start or 0

    def timecode(self, frame: int) -> str:
        """Time code of a frame, whose first is 0: the medium's own, where it has one."""
        return self.counter.timecode(frame)

    @property
    def name(self) -> str:
        """The medium's name in one line."""
        return one_line(self.analysis.media.name)

    @property
    def how(self) -> str:
        """What the numbers of frames and the time codes mean."""
        return f"{self._frames_are}{self._timecode_is}"

    @property
    def _frames_are(self) -> str:
        rate = fraction_text(self.rate.fps)
        if self.exact:
            return f"frame numbers count from 0 at {rate} frames a second, as in the medium"
        average = fraction_text(self.analysis.media.frame_rate)
        return (
            f"the medium's rate varies or is no standard one (average {average}): frame numbers "
            f"count from 0 at {rate} frames a second, frame = floor(time * {rate})"
        )

    @property
    def _timecode_is(self) -> str:
        said = self.analysis.media.start_timecode
        if said is None:
            return ""
        if self.counter.start is None:
            return (
                f"; the medium's own time code, {said}, cannot be counted on at that rate and is "
                "not used: time codes begin at 0"
            )
        return f"; time codes and times of the timeline count on from the medium's own, {said}"

    def facts(self) -> Facts:
        """What the file says of its source."""
        return source_facts(self.analysis) | {
            "timelineRate": fraction_text(self.rate.fps),
            "dropFrame": self.rate.drop,
            "timelineIsExact": self.exact,
            "timeline": self.how,
        }


def _marker(seen: Appearance, counter: FrameCounter, frames: int) -> Marker:
    start = min(counter.frame_at(seen.span.start_s), frames - 1)
    end = min(counter.frame_at(seen.span.end_s), frames)
    return Marker(one_line(said(seen)), start, max(end - start, 1), seen)
