"""Two runs of one medium side by side: what another model gains, loses, and calls otherwise."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Generic, TypeVar

from sqlalchemy import Connection, select

from playbill.archive import audit
from playbill.archive.decisions.log import effective
from playbill.archive.decisions.undo import undo
from playbill.archive.documents import analysis_today
from playbill.archive.media import get_media
from playbill.archive.packing import seconds
from playbill.archive.runs import RunRow, frames_apart_us, get_run, placed_faces
from playbill.archive.same_faces import same_tracks
from playbill.archive.tables import decisions, people, tracks
from playbill.core.analysis import Analysis
from playbill.core.appearances import Appearance
from playbill.core.joining import find_appearances
from playbill.core.people import Person
from playbill.core.subjects import Subject
from playbill.core.timespan import TimeSpan, join_spans
from playbill.errors import Conflict

T = TypeVar("T")

MOMENT_S = Fraction(1, 1000)
"""A picture has no time; its appearances are compared as if they lasted this long."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """The same face at the same time and place, with another name."""

    before: Person | None
    """None: somebody unknown."""
    after: Person | None
    span: TimeSpan


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the second of two runs says otherwise than the first, with the names of today."""

    before: RunRow
    after: RunRow
    kept: int
    """Appearances of the second run that the first one has as well."""
    gained: tuple[Appearance, ...]
    lost: tuple[Appearance, ...]
    renamed: tuple[Renamed, ...]
    """By start."""


class Times(Generic[T]):
    """When each of many subjects is seen; asked for one moment after the other, it is quick."""

    def __init__(self, seen: Iterable[tuple[T, TimeSpan]]) -> None:
        spans: dict[T, list[TimeSpan]] = defaultdict(list)
        for subject, span in seen:
            spans[subject].append(span)
        self._spans = {subject: join_spans(some) for subject, some in spans.items()}

    def overlap(self, subject: T, span: TimeSpan) -> bool:
        """Whether the subject is seen at some moment of `span`."""
        spans = self._spans.get(subject, [])
        begun = bisect_left(spans, span.end_s, key=lambda one: one.start_s)
        return begun > 0 and spans[begun - 1].overlaps(span)


@dataclass(frozen=True, slots=True)
class _TrackName:
    person: Person | None
    span: TimeSpan


def compare(tx: Connection, run_a: str, run_b: str) -> Comparison:
    """What run `run_b` gains, loses and renames, seen from run `run_a`.

    An appearance is kept if the other run has one of the same person or class that overlaps it.
    Faces that lie in the same place at the same time are the same, and if they have another name
    they are renamed, and neither gained nor lost.

    Raises:
        NotInArchive: there is no such run.
        Conflict: they are of two media.
    """
    a, b = get_run(tx, run_a), get_run(tx, run_b)
    if a.media_id != b.media_id:
        raise Conflict(
            f"run {run_b}: is of media {b.media_id}, expected one of media {a.media_id}, "
            f"as run {run_a} is"
        )
    renamed = _renamed(tx, a, b)
    mine, theirs = (_appearances(analysis_today(tx, run.id)) for run in (a, b))
    gained, lost = _not_in(mine, theirs), _not_in(theirs, mine)
    after = Times((one.after, one.span) for one in renamed)
    before = Times((one.before, one.span) for one in renamed)
    return Comparison(
        a,
        b,
        len(theirs) - len(gained),
        tuple(one for one in gained if not _explained(one, after)),
        tuple(one for one in lost if not _explained(one, before)),
        renamed,
    )


def roll_back(tx: Connection, who: str, media_id: str) -> str | None:
    """Undo the last promotion of a medium that counts; the run that is shown now.

    Raises:
        NotInArchive: there is no such medium.
        Conflict: no run of it was promoted.
    """
    audit.in_turn(tx)
    get_media(tx, media_id)
    row = decisions.c
    promoted = effective(tx, row.kind == "promote", row.media_id == media_id)
    if not promoted:
        raise Conflict(
            f"media {media_id}: expected a promotion to roll back, found none: "
            "the newest run is shown"
        )
    undo(tx, who, promoted[-1].seq)
    return get_media(tx, media_id).run_id


def _renamed(tx: Connection, a: RunRow, b: RunRow) -> tuple[Renamed, ...]:
    names_a, names_b = _track_names(tx, a.id), _track_names(tx, b.id)
    same = same_tracks(
        placed_faces(tx, b.id),
        placed_faces(tx, a.id),
        cuts_us=b.cuts_us,
        max_gap_us=frames_apart_us(tx, a, b),
    )
    spans: dict[tuple[Person | None, Person | None], list[TimeSpan]] = defaultdict(list)
    for track_b, track_a in same.items():
        before, after = names_a[track_a].person, names_b[track_b].person
        if before != after:
            spans[before, after].append(names_b[track_b].span)
    found = [
        Renamed(before, after, span)
        for (before, after), some in spans.items()
        for span in join_spans(some)
    ]
    return tuple(sorted(found, key=lambda one: (one.span, str(one.before), str(one.after))))


def _track_names(tx: Connection, run_id: str) -> dict[int, _TrackName]:
    row = tracks.c
    found = (
        select(row.id, row.start_us, row.end_us, people.c.id, people.c.name)
        .outerjoin(people, people.c.id == row.person_id)
        .where(row.run_id == run_id)
    )
    return {
        track: _TrackName(
            Person(person_id, name) if person_id and name else None,
            TimeSpan(seconds(start_us), seconds(max(end_us, start_us + 1))),
        )
        for track, start_us, end_us, person_id, name in tx.execute(found)
    }


def _appearances(analysis: Analysis) -> tuple[Appearance, ...]:
    if analysis.media.kind == "video":
        return analysis.appearances
    return find_appearances(analysis.frames, (), MOMENT_S, bridge=0)


def _not_in(others: Iterable[Appearance], some: Iterable[Appearance]) -> list[Appearance]:
    """Those that none of the others is the same as at the same time."""
    times = Times((_subject(one), one.span) for one in others)
    return [one for one in some if not times.overlap(_subject(one), one.span)]


def _subject(one: Appearance) -> Subject:
    """Who or what; numbers of people without a name are each run's own."""
    return replace(one.subject, unknown=None)


def _explained(one: Appearance, named: Times[Person | None]) -> bool:
    """Whether it is a face with another name, and so no more or less than before."""
    return one.kind == "person" and named.overlap(one.person, one.span)
