"""Media one after the other, the newest first, and in each the moments that a query asks for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, islice

from sqlalchemy import Connection

from playbill.archive.packing import MICROS
from playbill.archive.search.boxes import DocumentBoxes
from playbill.archive.search.moments import Meeting, Sight, meetings_of, stays_of
from playbill.archive.search.nearness import are_near
from playbill.archive.search.query import Query
from playbill.archive.search.reading import Candidate, Place, candidates, sights, words_of
from playbill.archive.search.subjects import EVERYTHING, Subject
from playbill.archive.words import fold

FIRST_MEDIA, MOST_MEDIA = 8, 256
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
    everything = candidates(tx, query, subjects, start.medium if start else None)
    for some in _growing(everything):
        seen: dict[str, list[Sight]] = defaultdict(list)
        for sight in sights(tx, query, subjects, [one.ref.id for one in some]):
            seen[sight.media_id].append(sight)
        named = _Named.of(tx, query, seen)
        for candidate in some:
            here = _in_medium(candidate, seen.get(candidate.ref.id, ()), query, subjects)
            here = [one for one in here if _comes_after(one, start) and named.admits(one)]
            if query.near and here:
                met, run_id = [one.meeting for one in here], candidate.run_id
                here = list(compress(here, are_near(tx, met, subjects, run_id, documents)))
            yield from here


def _growing(everything: Iterator[Candidate]) -> Iterator[list[Candidate]]:
    size = FIRST_MEDIA
    while some := list(islice(everything, size)):
        yield some
        size = min(4 * size, MOST_MEDIA)


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
        if _in_time(meeting, query, is_picture)
    ]
    return sorted(found, key=lambda one: one.place)


def _key(number: int) -> str:
    return f"{number:02d}"


def _in_time(meeting: Meeting, query: Query, is_picture: bool) -> bool:  # noqa: FBT001
    length_us = 0 if is_picture else meeting.end_us - meeting.start_us
    return (
        length_us >= round(query.min_seconds * MICROS)
        and (query.from_s is None or meeting.end_us > round(query.from_s * MICROS))
        and (query.to_s is None or meeting.start_us < round(query.to_s * MICROS))
    )


def _comes_after(found: Found, start: Start | None) -> bool:
    same = start is not None and found.candidate.ref.id == start.medium.media_id
    return not same or start is None or found.place > start.place


@dataclass(frozen=True, slots=True)
class _Named:
    """Which of the words looked for are in the names of media and people."""

    prefixes: frozenset[str]
    met: Mapping[str, frozenset[str]]
    """By the id of a medium or person, those that begin one of its words."""

    @classmethod
    def of(cls, tx: Connection, query: Query, seen: Mapping[str, Sequence[Sight]]) -> "_Named":
        prefixes = frozenset(fold(query.text))
        if not prefixes:
            return cls(prefixes, {})
        people = {one.person_id for some in seen.values() for one in some if one.person_id}
        met = {
            subject_id: frozenset(
                prefix for prefix in prefixes if any(word.startswith(prefix) for word in words)
            )
            for subject_id, words in words_of(tx, sorted({*seen, *people})).items()
        }
        return cls(prefixes, met)

    def admits(self, found: Found) -> bool:
        """Whether each word begins one of the medium's name or of somebody's in the moment."""
        if not self.prefixes:
            return True
        ids = {one.person_id for some in found.meeting.sights() for one in some if one.person_id}
        met = (self.met.get(one, frozenset()) for one in {found.candidate.ref.id, *ids})
        return self.prefixes <= frozenset().union(*met)
