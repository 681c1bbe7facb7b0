"""Cutting a video into segments that can be analysed one by one, anywhere, in any order."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from playbill.media.frame_index import FrameIndex
from playbill.media.sampling import EveryNth
from playbill.media.survey import Survey
from playbill.media.units import wanted_units
from playbill.pipeline.surveyed import SurveyedMedia

SECONDS = 180.0
"""How long a segment lasts, or a little longer."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Some wanted frames of a medium in a row."""

    number: int
    """From 0."""
    first_frame: int
    """The first wanted frame."""
    end_frame: int
    """Its wanted frames lie before this one."""
    frames: int
    """How many are wanted; at least one."""

    def __post_init__(self) -> None:
        if self.number < 0 or self.first_frame < 0 or not self.frames:
            raise ValueError(f"a segment has a number, a first frame and some frames, got {self}")
        if self.end_frame - self.first_frame < self.frames:
            raise ValueError(f"a segment ends after its wanted frames, got {self}")


def cut(media: SurveyedMedia, every: int, seconds: float = SECONDS) -> list[Segment]:
    """Divide a medium into segments of at least half of `seconds`, and mostly a little longer.

    Borders lie where decoding can begin, so that nothing is decoded twice; a video that offers no
    such place for long has longer segments. Pictures, and videos whose frames only decoding tells,
    are one segment.

    Args:
        media: what is cut.
        every: each N-th frame is wanted.
        seconds: above 0.
    """
    if seconds <= 0:
        raise ValueError(f"seconds must be above 0, got {seconds}")
    starts, video = [0], media.video
    if video is not None and video.frames is not None:
        starts += _borders(video, video.frames, every, Fraction(seconds))
    return _between(starts, _end(media), every)


def uncut(media: SurveyedMedia, every: int) -> Segment:
    """The whole medium as one segment."""
    return _between([0], _end(media), every)[0]


def _end(media: SurveyedMedia) -> int:
    return 1 if media.video is None else max(1, media.video.frames_expected)


def _between(starts: list[int], end: int, every: int) -> list[Segment]:
    """The segments that begin at wanted frames `starts`; the last ends at `end`."""
    return [
        Segment(number, first, stop, len(range(first, stop, every)))
        for number, (first, stop) in enumerate(zip(starts, [*starts[1:], end], strict=True))
    ]


def _borders(video: Survey, frames: FrameIndex, every: int, seconds: Fraction) -> Iterator[int]:
    """First frames of all segments but the first."""
    begun_s, end_s = Fraction(0), frames.time_s(len(frames) - 1)
    for unit in wanted_units(video.scan, frames, EveryNth(every)):
        first = int(unit.wanted[0])
        time_s = frames.time_s(first)
        if time_s - begun_s >= seconds and end_s - time_s >= seconds / 2:
            yield first
            begun_s = time_s
