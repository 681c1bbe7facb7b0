"""Media one after the other, the newest first, and in each the moments that a query asks for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, islice

from sqlalchemy import Connection

from playbill.archive.chunks import chunks
from playbill.archive.packing import MICROS
from playbill.archive.search.boxes import DocumentBoxes
from playbill.archive.search.moments import Meeting, Sight, meetings_of, stays_of
from playbill.archive.search.names import met_by, names_of
from playbill.archive.search.nearness import are_near
from playbill.archive.search.query import Query
from playbill.archive.search.reading import Candidate, Place, be_quick, candidates, sights
from playbill.archive.search.subjects import EVERYTHING, Subject
from playbill.archive.words import fold

NEAR_AT_ONCE = 16
"""Moments of which the boxes are read together."""
FIRST_MEDIA, MOST_MEDIA = 16, 256
"""So many media are looked into at once: few at first, as most pages are full soon."""


@dataclass(frozen=True, slots=True)
class Found:
    """One result before it is dressed up, and where it stands among those of its medium."""

    candidate: Candidate
    meeting: Meeting
    key: str
    """Whose moment it is, where subjects are found one by one."""

    @property
    def place(self) -> tuple[int, int, str]:
        """By time; no two of one medium are the same."""
        return (self.meeting.start_us, self.meeting.end_us, self.key)


@dataclass(frozen=True, slots=True)
class Start:
    """The last result of the page before."""

    medium: Place
    place: tuple[int, int, str]


def find(
    tx: Connection,
    query: Query,
    subjects: Sequence[Subject],
    documents: DocumentBoxes,
    start: Start | None = None,
) -> Iterator[Found]:
    """All that a query finds, in order; what comes after `start`.

    Raises:
        ArchiveError: a document that nearness needs is damaged.
    """
    be_quick(tx)
    names = names_of(tx, fold(query.text), subjects)
    if names is None:
        return
    everything = candidates(tx, query, subjects, names, start.medium if start else None)
    for some in _growing(everything):
        seen: dict[str, list[Sight]] = defaultdict(list)
        for sight in sights(tx, query, subjects, names, [one.ref.id for one in some]):
            seen[sight.media_id].append(sight)
        people = {one.person_id for each in seen.values() for one in each if one.person_id}
        met = met_by(tx, names.prefixes, [*seen, *people])
        here = [
            found
            for candidate in some
            for found in _in_medium(candidate, seen.get(candidate.ref.id, ()), query, subjects)
            if _comes_after(found, start) and met.admits(_ids(found))
        ]
        yield from _near(tx, here, subjects, documents) if query.near else here


def _near(
    tx: Connection, found: Sequence[Found], subjects: Sequence[Subject], documents: DocumentBoxes
) -> Iterator[Found]:
    """Those in which the subjects are near each other; only as many are looked at as are taken."""
    for some in chunks(found, NEAR_AT_ONCE):
        meetings = [(one.candidate.run_id, one.meeting) for one in some]
        yield from compress(some, are_near(tx, meetings, subjects, documents))


def _growing(everything: Iterator[Candidate]) -> Iterator[list[Candidate]]:
    size = FIRST_MEDIA
    while some := list(islice(everything, size)):
        yield some
        size = min(2 * size, MOST_MEDIA)


def _in_medium(
    candidate: Candidate, seen: Iterable[Sight], query: Query, subjects: Sequence[Subject]
) -> list[Found]:
    """The moments of one medium at the times that the query admits, in order."""
    groups: dict[str, list[Sight]] = defaultdict(list)
    for sight in seen:
        groups[sight.key if EVERYTHING in subjects else _key(sight.subject)].append(sight)
    stays = {key: stays_of(group) for key, group in groups.items()}
    if query.together and EVERYTHING not in subjects:
        each = [stays.get(_key(number), []) for number in range(len(subjects))]
        met = [("", meeting) for meeting in meetings_of(each)]
    else:
        met = [
            (key, Meeting(stay.start_us, stay.end_us, (stay,)))
            for key, some in stays.items()
            for stay in some
        ]
    is_picture = candidate.ref.kind == "image"
    found = [
        Found(candidate, meeting, key)
        for key, meeting in met
        if _in_time(meeting, query, is_picture=is_picture)
    ]
    return sorted(found, key=lambda one: one.place)


def _key(number: int) -> str:
    return f"{number:02d}"


def _in_time(meeting: Meeting, query: Query, *, is_picture: bool) -> bool:
    length_us = 0 if is_picture else meeting.end_us - meeting.start_us
    return (
        length_us >= round(query.min_seconds * MICROS)
        and (query.from_s is None or meeting.end_us > round(query.from_s * MICROS))
        and (query.to_s is None or meeting.start_us < round(query.to_s * MICROS))
    )


def _comes_after(found: Found, start: Start | None) -> bool:
    same = start is not None and found.candidate.ref.id == start.medium.media_id
    return not same or start is None or found.place > start.place


def _ids(found: Found) -> set[str]:
    """The medium and the people whose names count for a result."""
    people = {one.person_id for some in found.meeting.sights() for one in some if one.person_id}
    return {found.candidate.ref.id, *people}
