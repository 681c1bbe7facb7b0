"""The rows of people: who is known by name."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, and_, func, insert, or_, select

from playbill.archive import audit
from playbill.archive.among import among
from playbill.archive.packing import is_text
from playbill.archive.paging import Page, key_of, page_limit, paged
from playbill.archive.tables import appearances, people, portraits
from playbill.archive.words import put_words
from playbill.core.names import clean_name
from playbill.errors import Conflict, NotInArchive


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody that the archive knows, or knew."""

    id: str
    name: str
    """Empty: forgotten."""
    created_at: datetime
    created_by: str
    merged_into: str | None
    """Who they are one with; None: they stand for themselves."""
    hidden: bool
    forgotten_at: datetime | None
    version: int
    """Counts the changes: the ETag."""


@dataclass(frozen=True, slots=True)
class PersonCounts:
    """How much an archive knows of one person, and of those who are one with them."""

    media: int
    """In which they are seen, in what is shown."""
    appearances: int
    portraits: int


def create_person(
    tx: Connection,
    who: str,
    name: str,
    *,
    even_if_named_alike: bool = False,
    person_id: str | None = None,
) -> str:
    """Make a person; their id, a new one unless it is given.

    Raises:
        BadName: the name is blank, too long or cannot be read.
        Conflict: somebody has this name already, or this id.
    """
    clean = clean_name(name)
    audit.in_turn(tx)
    if not even_if_named_alike:
        require_new_name(tx, clean)
    new = person_id or str(uuid4())
    if tx.execute(select(people.c.id).where(people.c.id == new)).first() is not None:
        raise Conflict(f"person {new}: there is a person of this id already")
    row = {"id": new, "first_name": clean, "name": clean, "created_by": who}
    tx.execute(insert(people).values(**row, created_at=datetime.now(UTC)))
    put_words(tx, "person", new, clean)
    audit.record(tx, who, "person.create", f"person:{new}")
    return new


def require_new_name(tx: Connection, clean: str, *, but: str | None = None) -> None:
    """Refuse a name that somebody else has; hidden ones count, those merged away do not.

    Raises:
        Conflict: it names who that is.
    """
    row = people.c
    alike = select(row.id).where(row.name == clean, row.merged_into.is_(None)).order_by(row.id)
    if but is not None:
        alike = alike.where(row.id != but)
    found = tx.execute(alike.limit(1)).scalar()
    if found is not None:
        raise Conflict(
            f"the name {shortened(clean)!r} is that of person {found} already, "
            "expected another name, or a word that these are two people"
        )


def get_person(tx: Connection, person_id: str) -> PersonRow:
    """The person of this id, also one that is hidden, forgotten or one with another.

    Raises:
        NotInArchive: there is none.
    """
    row = None
    if is_text(person_id):
        row = tx.execute(select(people).where(people.c.id == person_id)).first()
    if row is None:
        raise NotInArchive(f"person {person_id!r}: there is no such person in the archive")
    return _person_row(row)


def list_people(
    tx: Connection,
    *,
    after: str | None = None,
    limit: int = 50,
    name: str | None = None,
    hidden: bool = False,
) -> Page[PersonRow]:
    """People by name; without those who are one with another, and without the forgotten.

    Args:
        tx: the transaction.
        after: `Page.next` of the page before; None: the first page.
        limit: so many at most.
        name: only those of exactly this name; None: all.
        hidden: whether to list the hidden ones too.

    Raises:
        ArchiveError: the cursor or the limit is none.
    """
    row = people.c
    found = select(people).where(row.merged_into.is_(None), row.forgotten_at.is_(None))
    found = found.order_by(row.name, row.id).limit(page_limit(limit) + 1)
    if after is not None:
        last_name, last_id = key_of(after, str, str)
        same = and_(row.name == last_name, row.id > last_id)
        found = found.where(or_(row.name > last_name, same))
    if name is not None:
        found = found.where(row.name == clean_name(name))
    if not hidden:
        found = found.where(row.hidden.is_(False))
    rows = [_person_row(one) for one in tx.execute(found)]
    return paged(rows, limit, [(one.name, one.id) for one in rows])


def counts_of(tx: Connection, person_ids: Collection[str]) -> dict[str, PersonCounts]:
    """How much is known of each of these people, none of whom is merged into another."""
    seen = appearances.c
    shown = (
        select(seen.person_id, func.count(seen.media_id.distinct()), func.count())
        .where(among(seen.person_id, person_ids), seen.current)
        .group_by(seen.person_id)
    )
    spans = {person: (media, spans) for person, media, spans in tx.execute(shown)}
    survivor = func.coalesce(people.c.merged_into, people.c.id)
    pictures = (
        select(survivor, func.count())
        .join(portraits, portraits.c.person_id == people.c.id)
        .where(among(survivor, person_ids))
        .group_by(survivor)
    )
    enrolled = {row[0]: int(row[1]) for row in tx.execute(pictures)}
    return {
        person: PersonCounts(*spans.get(person, (0, 0)), enrolled.get(person, 0))
        for person in person_ids
    }


def merged_into(tx: Connection, person_id: str) -> list[PersonRow]:
    """Those who are one with this person and no longer stand for themselves."""
    row = people.c
    merged = select(people).where(row.merged_into == person_id).order_by(row.name, row.id)
    return [_person_row(one) for one in tx.execute(merged)]


def require_person(
    tx: Connection, person_id: str, *, expected_version: int | None = None
) -> PersonRow:
    """The person of this id, about whom something may be decided now.

    Raises:
        NotInArchive: there is none.
        Conflict: they are forgotten, or one with somebody else, or were changed meanwhile.
    """
    person = get_person(tx, person_id)
    if person.forgotten_at is not None:
        raise Conflict(
            f"person {person_id}: was forgotten on {person.forgotten_at:%Y-%m-%d}, "
            "expected somebody that the archive still knows"
        )
    if person.merged_into is not None:
        raise Conflict(
            f"person {person_id}: is one with person {person.merged_into}, "
            "expected that one, or an undo of their merge"
        )
    if expected_version is not None and person.version != expected_version:
        raise Conflict(
            f"person {person_id}: was changed meanwhile, "
            f"found version {person.version}, expected {expected_version}"
        )
    return person


def shortened(name: str) -> str:
    """A name that fits into a sentence."""
    return name if len(name) <= 60 else f"{name[:60]}…"


def _person_row(row: Row[Any]) -> PersonRow:
    return PersonRow(
        row.id,
        row.name,
        row.created_at,
        row.created_by,
        row.merged_into,
        row.hidden,
        row.forgotten_at,
        row.version,
    )
