"""Spans of appearances, joined to moments, and where the moments of several subjects meet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

from playbill.core.subjects import Kind


@dataclass(frozen=True, slots=True)
class Sight:
    """One appearance as it lies in the archive, with today's name."""

    subject: int
    """Which of the subjects asked for it is one of."""
    id: int
    media_id: str
    kind: Kind
    class_id: int
    start_us: int
    end_us: int
    first_frame: int
    last_frame: int
    frames: int
    score: float
    track_id: int | None
    person_id: str | None
    name: str | None
    cluster_id: str | None
    verified: bool

    @property
    def key(self) -> str:
        """Who or what it is of, as text to sort and group by."""
        if self.kind == "object":
            return f"o{self.class_id:04d}"
        if self.person_id is not None:
            return f"p{self.person_id}"
        if self.cluster_id is not None:
            return f"c{self.cluster_id}"
        return "b" if self.track_id is None else f"t{self.track_id:012d}"


@dataclass(frozen=True, slots=True)
class Stay:
    """One subject's moment: its appearances that touch or overlap, joined."""

    start_us: int
    end_us: int
    sights: tuple[Sight, ...]
    """By start."""

    def within(self, start_us: int, end_us: int) -> tuple[Sight, ...]:
        """Those of its appearances that are seen between these times."""
        return tuple(one for one in self.sights if one.start_us < end_us and start_us < one.end_us)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A span in which all of `stays` go on."""

    start_us: int
    end_us: int
    stays: tuple[Stay, ...]

    def sights(self) -> list[tuple[Sight, ...]]:
        """Of each subject, its appearances in the span."""
        return [stay.within(self.start_us, self.end_us) for stay in self.stays]

    def frames(self) -> tuple[int, int]:
        """The first and the last analysed frame of the span."""
        seen = self.sights()
        first = max(min(one.first_frame for one in some) for some in seen)
        last = min(max(one.last_frame for one in some) for some in seen)
        return first, max(first, last)


def stays_of(sights: Iterable[Sight]) -> list[Stay]:
    """Join one subject's appearances in one medium; the results are disjoint, by start."""
    found: list[Stay] = []
    for sight in sorted(sights, key=lambda one: (one.start_us, one.end_us, one.id)):
        if found and sight.start_us <= found[-1].end_us:
            last = found.pop()
            end_us = max(last.end_us, sight.end_us)
            found.append(Stay(last.start_us, end_us, (*last.sights, sight)))
        else:
            found.append(Stay(sight.start_us, sight.end_us, (sight,)))
    return found


def meetings_of(stays: Sequence[Sequence[Stay]]) -> list[Meeting]:
    """Where the moments of all subjects overlap, by start.

    The moments of one subject neither touch nor overlap, so these do not either.
    """
    alone = [[Meeting(one.start_us, one.end_us, (one,)) for one in some] for some in stays]
    return reduce(_both, alone)


def _both(left: Sequence[Meeting], right: Sequence[Meeting]) -> list[Meeting]:
    found: list[Meeting] = []
    i = j = 0
    while i < len(left) and j < len(right):
        a, b = left[i], right[j]
        start_us, end_us = max(a.start_us, b.start_us), min(a.end_us, b.end_us)
        if start_us < end_us:
            found.append(Meeting(start_us, end_us, a.stays + b.stays))
        if a.end_us <= b.end_us:
            i += 1
        else:
            j += 1
    return found
