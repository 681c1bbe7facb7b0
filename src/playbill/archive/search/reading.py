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
    exists,
    literal,
    or_,
    select,
    union_all,
)

from playbill.archive.search.moments import Sight
from playbill.archive.search.names import Names
from playbill.archive.search.query import MediaRef, Query
from playbill.archive.search.subjects import Subject
from playbill.archive.tables import appearances, clusters, media, people
from playbill.core.labels import PERSON

FIRST_AT_ONCE, AT_ONCE = 64, 512
"""Media that the first statement asks for, and those after it."""


_OTHER = appearances.alias("other")


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


def be_quick(tx: Connection) -> None:
    """For the rest of the transaction: have PostgreSQL plan for small, skewed statements.

    Each reads little, so starting parallel workers takes longer than all its work; and some people
    are seen a thousand times as often as others, so that one plan for all of them is a bad one.
    """
    if tx.dialect.name == "postgresql":
        for setting in (
            "max_parallel_workers_per_gather = 0",
            "plan_cache_mode = force_custom_plan",
        ):
            tx.exec_driver_sql(f"SET LOCAL {setting}")


def candidates(
    tx: Connection, query: Query, subjects: Sequence[Subject], names: Names, start: Place | None
) -> Iterator[Candidate]:
    """Media that may hold a result, the newest first, from the one at `start` on."""
    wanted, size = _candidates(query, subjects, names), FIRST_AT_ONCE
    here = wanted if start is None else wanted.where(_not_before(start, here=True))
    found = _fetch(tx, here.limit(size))
    while found:
        yield from found
        last = found[-1].ref
        more = len(found) == size
        size = AT_ONCE
        rest = wanted.where(_not_before(Place(last.added_at, last.id), here=False))
        found = _fetch(tx, rest.limit(size)) if more else []


def sights(
    tx: Connection,
    query: Query,
    subjects: Sequence[Subject],
    names: Names,
    media_ids: Sequence[str],
) -> list[Sight]:
    """The appearances of the subjects in these media that meet the query's conditions.

    Where subjects are looked for together, only those that overlap one of each other subject's:
    no others bear on where all are seen.
    """
    parts = []
    for number, subject in enumerate(subjects):
        part = _sights(query, subject, literal(number)).where(appearances.c.media_id.in_(media_ids))
        if query.together:
            others = [*subjects[:number], *subjects[number + 1 :]]
            part = part.where(*(_meets(other) for other in others))
        if subject.kind == "everything":
            part = part.where(*names.rows())
        parts.append(part)
    wanted = parts[0] if len(parts) == 1 else union_all(*parts)
    return [Sight(*row) for row in tx.execute(wanted)]


def _candidates(query: Query, subjects: Sequence[Subject], names: Names) -> Select[Any]:
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
    return found.where(*names.media()).order_by(row.added_at.desc(), row.id.desc())


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


def _meets(other: Subject) -> ColumnElement[bool]:
    """An appearance of `other` overlaps this one."""
    row, its = appearances.c, _OTHER.c
    at_once = and_(its.start_us < row.end_us, row.start_us < its.end_us)
    here = and_(its.media_id == row.media_id, its.current, at_once)
    return exists().where(here, other.condition(_OTHER))


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
