"""Boxes for the frames between the analysed ones."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from playbill.core.analysis import Analysis
from playbill.core.appearances import Appearance
from playbill.core.boxes import box_overlaps
from playbill.core.metadata import Box, FaceBox, Thing
from playbill.core.subjects import Subject
from playbill.core.timespan import TimeSpan

_Held = tuple[Thing, TimeSpan]
"""A thing that stands still, and when it is shown."""


@dataclass(frozen=True, slots=True)
class _Gap:
    """What is shown from one analysed frame up to the next one."""

    span: TimeSpan
    pairs: tuple[tuple[Thing, Thing], ...]
    """What both frames show."""
    held: tuple[_Held, ...]
    """What one of them shows alone."""


class Motion:
    """Where things are at any moment of an analysed video.

    A thing that two neighbouring analysed frames show within one appearance moves on a straight
    line from box to box. Any other stays where it was seen for half the time to the neighbouring
    analysed frame, and never beyond its appearance: appearances end at cuts.
    """

    def __init__(self, analysis: Analysis) -> None:
        self._frames = analysis.frames
        self._times = [frame.time_s for frame in analysis.frames]
        self._spans = _spans_by_subject(analysis.appearances)
        self._step_s = _usual_step(self._times)
        self._place, self._gap = -2, _Gap(TimeSpan(Fraction(0), Fraction(1)), (), ())

    def at(self, time_s: Fraction) -> tuple[Thing, ...]:
        """What to draw at `time_s`; quickest when asked in order of time."""
        place = bisect_right(self._times, time_s) - 1
        if place >= 0 and self._times[place] == time_s:
            return self._frames[place].things
        if place != self._place:
            self._place, self._gap = place, self._make_gap(place)
        gap = self._gap
        share = float((time_s - gap.span.start_s) / gap.span.length_s)
        moving = [_between(earlier, later, share) for earlier, later in gap.pairs]
        return (*moving, *(thing for thing, span in gap.held if time_s in span))

    def _make_gap(self, place: int) -> _Gap:
        """The gap after the analysed frame at `place`; -1: before the first one."""
        earlier = self._frames[place].things if place >= 0 else ()
        later = self._frames[place + 1].things if place + 1 < len(self._frames) else ()
        span = self._gap_span(place)
        pairs = self._pairs(earlier, later, span)
        paired = {id(thing) for pair in pairs for thing in pair}
        shown = [(thing, span.start_s) for thing in earlier] + [
            (thing, span.end_s) for thing in later
        ]
        held = [
            (thing, self._hold(thing, seen_s, span.length_s / 2))
            for thing, seen_s in shown
            if id(thing) not in paired
        ]
        return _Gap(span, tuple(pairs), tuple(held))

    def _gap_span(self, place: int) -> TimeSpan:
        """From an analysed frame to the next; at the ends, as long as gaps usually are."""
        if not self._times:
            return TimeSpan(Fraction(0), self._step_s)
        if place < 0:
            return TimeSpan(self._times[0] - self._step_s, self._times[0])
        if place + 1 == len(self._times):
            return TimeSpan(self._times[place], self._times[place] + self._step_s)
        return TimeSpan(self._times[place], self._times[place + 1])

    def _appearance(self, thing: Thing, time_s: Fraction) -> TimeSpan | None:
        spans = self._spans.get(thing.subject, ())
        return next((span for span in spans if time_s in span), None)

    def _hold(self, thing: Thing, seen_s: Fraction, half_s: Fraction) -> TimeSpan:
        """Around the moment in which it was seen, within its appearance."""
        appearance = self._appearance(thing, seen_s)
        start_s, end_s = seen_s - half_s, seen_s + half_s
        if appearance:
            start_s, end_s = max(start_s, appearance.start_s), min(end_s, appearance.end_s)
        return TimeSpan(start_s, end_s)

    def _pairs(
        self, earlier: Sequence[Thing], later: Sequence[Thing], span: TimeSpan
    ) -> list[tuple[Thing, Thing]]:
        """Who and what is in both frames, within one appearance: most overlap first."""
        ranked = sorted(
            (
                (rank, i, j)
                for i, a in enumerate(earlier)
                for j, b in enumerate(later)
                if self._same_appearance(a, b, span) and (rank := _kinship(a, b)) > 0
            ),
            key=lambda entry: -entry[0],
        )
        pairs, used_i, used_j = [], set[int](), set[int]()
        for _, i, j in ranked:
            if i not in used_i and j not in used_j:
                used_i.add(i)
                used_j.add(j)
                pairs.append((earlier[i], later[j]))
        return pairs

    def _same_appearance(self, a: Thing, b: Thing, span: TimeSpan) -> bool:
        if a.subject != b.subject:
            return False
        appearance = self._appearance(a, span.start_s)
        return appearance is not None and span.end_s in appearance


def _kinship(a: Thing, b: Thing) -> float:
    """How surely two things of one subject are the same one: overlap; who it is, is proof."""
    overlap = float(
        box_overlaps(np.array([a.box_xyxy], np.float32), np.array([b.box_xyxy], np.float32))[0, 0]
    )
    return overlap + 1 if a.name is not None or a.unknown is not None else overlap


def _between(earlier: Thing, later: Thing, share: float) -> Thing:
    """The earlier thing, `share` of the way to the later one."""
    face = earlier.face
    if face is not None and later.face is not None:
        face = FaceBox(_box_between(face.box_xyxy, later.face.box_xyxy, share), face.score)
    else:
        face = None
    box = _box_between(earlier.box_xyxy, later.box_xyxy, share)
    return replace(earlier, box_xyxy=box, face=face)


def _box_between(a: Box, b: Box, share: float) -> Box:
    left, top, right, bottom = (p + (q - p) * share for p, q in zip(a, b, strict=True))
    return left, top, right, bottom


def _spans_by_subject(
    appearances: Sequence[Appearance],
) -> Mapping[Subject, Sequence[TimeSpan]]:
    spans: dict[Subject, list[TimeSpan]] = defaultdict(list)
    for seen in appearances:
        spans[seen.subject].append(seen.span)
    return spans


def _usual_step(times: Sequence[Fraction]) -> Fraction:
    """The median time between analysed frames; a second where there is one frame alone."""
    steps = sorted(later - earlier for earlier, later in pairwise(times))
    return steps[len(steps) // 2] if steps else Fraction(1)
