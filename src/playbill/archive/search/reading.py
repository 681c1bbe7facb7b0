"""From the tables: media in which subjects may be found, and their appearances there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    union_all,
)

from playbill.archive.search.moments import Sight
from playbill.archive.search.query import MediaRef, Query
from playbill.archive.search.subjects import Subject
from playbill.archive.tables import appearances, clusters, media, people, words
from playbill.archive.words import beginning, begins, fold
from playbill.core.labels import PERSON

AT_ONCE = 500
"""Media that one statement asks for."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A medium that may hold a result, and the run that is shown of it."""

    ref: MediaRef
    run_id: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a medium stands: the newest comes first."""

    added_at: datetime
    media_id: str


def candidates(
    tx: Connection, query: Query, subjects: Sequence[Subject], start: Place | None
) -> Iterator[Candidate]:
    """Media that may hold a result, the newest first, from the one at `start` on."""
    wanted = _candidates(query, subjects).limit(AT_ONCE)
    found = _fetch(tx, wanted if start is None else wanted.where(_not_before(start, here=True)))
    while found:
        yield from found
        last = found[-1].ref
        more = len(found) == AT_ONCE
        rest = wanted.where(_not_before(Place(last.added_at, last.id), here=False))
        found = _fetch(tx, rest) if more else []


def sights(
    tx: Connection, query: Query, subjects: Sequence[Subject], media_ids: Sequence[str]
) -> list[Sight]:
    """The appearances of the subjects in these media that meet the query's conditions."""
    parts = [
        _sights(query, subject, literal(number)).where(appearances.c.media_id.in_(media_ids))
        for number, subject in enumerate(subjects)
    ]
    wanted = parts[0] if len(parts) == 1 else union_all(*parts)
    return [Sight(*row) for row in tx.execute(wanted)]


def words_of(tx: Connection, subject_ids: Sequence[str]) -> dict[str, set[str]]:
    """The words that people and media are found by, those of merged people under who they are."""
    found: dict[str, set[str]] = {}
    sought = select(words.c.subject_id, words.c.word).where(words.c.subject_id.in_(subject_ids))
    merged = (
        select(people.c.merged_into, words.c.word)
        .join(words, and_(words.c.subject_id == people.c.id, words.c.kind == "person"))
        .where(people.c.merged_into.in_(subject_ids))
    )
    for subject_id, word in tx.execute(union_all(sought, merged)):
        found.setdefault(subject_id, set()).add(word)
    return found


def _candidates(query: Query, subjects: Sequence[Subject]) -> Select[Any]:
    row = media.c
    found = select(row.id, row.name, row.kind, row.added_at, row.run_id)
    found = found.where(row.hidden.is_(False), row.run_id.is_not(None))
    if query.media_ids:
        found = found.where(row.id.in_(query.media_ids))
    if query.added_from is not None:
        found = found.where(row.added_at >= query.added_from)
    if query.added_to is not None:
        found = found.where(row.added_at < query.added_to)
    for part in _parts(query, subjects):
        found = found.where(row.id.in_(part))
    for prefix in fold(query.text):
        found = found.where(_named(prefix))
    return found.order_by(row.added_at.desc(), row.id.desc())


def _parts(query: Query, subjects: Sequence[Subject]) -> Iterator[Any]:
    """Sets of media that a result must lie in all of."""
    asked = [subject for subject in subjects if subject.kind != "everything"]
    each = [
        select(appearances.c.media_id).where(subject.condition(), appearances.c.current)
        for subject in asked
    ]
    if query.together or len(each) < 2:
        yield from each
    else:
        yield union_all(*each)


def _named(prefix: str) -> ColumnElement[bool]:
    """The medium's name, or that of somebody in it, has a word that begins so."""
    who = (
        select(func.coalesce(people.c.merged_into, people.c.id))
        .join(words, and_(words.c.subject_id == people.c.id, words.c.kind == "person"))
        .where(begins(prefix))
    )
    seen = select(appearances.c.media_id).where(
        appearances.c.person_id.in_(who), appearances.c.current
    )
    return or_(media.c.id.in_(beginning("media", prefix)), media.c.id.in_(seen))


def _sights(query: Query, subject: Subject, number: ColumnElement[int]) -> Select[Any]:
    row = appearances.c
    found = (
        select(
            number.label("subject"),
            row.id,
            row.media_id,
            row.kind,
            row.class_id,
            row.start_us,
            row.end_us,
            row.first_frame,
            row.last_frame,
            row.frames,
            row.score,
            row.track_id,
            row.person_id,
            people.c.name,
            row.cluster_id,
            row.verified,
        )
        .outerjoin(people, people.c.id == row.person_id)
        .outerjoin(clusters, clusters.c.id == row.cluster_id)
        .where(subject.condition(), row.current)
        .where(or_(people.c.id.is_(None), people.c.hidden.is_(False)))
        .where(or_(clusters.c.id.is_(None), clusters.c.hidden.is_(False)))
    )
    if query.min_score is not None:
        found = found.where(row.score >= query.min_score)
    if query.verified is not None and subject.kind != "object":
        found = found.where(row.person_id.is_not(None), row.verified.is_(query.verified))
        found = found.where(row.class_id == PERSON)
    return found


def _not_before(place: Place, *, here: bool) -> ColumnElement[bool]:
    same = media.c.id <= place.media_id if here else media.c.id < place.media_id
    at_once = and_(media.c.added_at == place.added_at, same)
    return or_(media.c.added_at < place.added_at, at_once)


def _fetch(tx: Connection, wanted: Select[Any]) -> list[Candidate]:
    return [
        Candidate(MediaRef(row.id, row.name, row.kind, row.added_at.astimezone(UTC)), row.run_id)
        for row in tx.execute(wanted)
    ]
