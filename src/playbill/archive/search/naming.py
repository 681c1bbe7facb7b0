"""Whom a name means: for those who type names and not ids."""

from difflib import get_close_matches

from sqlalchemy import Connection, select

from playbill.archive.among import among
from playbill.archive.packing import is_text
from playbill.archive.tables import people
from playbill.archive.words import find_words, fold
from playbill.errors import Conflict, NotInArchive

SHOWN = 5
"""Candidates that a message names."""
COMPARED = 20_000
"""Names that are compared letter by letter for one that is near."""


def named_person(tx: Connection, said: str) -> str:
    """The id of the person that is meant: by id, by the whole name, or by the beginnings of words.

    Case and accents do not count. A whole name goes before a beginning. Whoever is merged into
    somebody or hidden is meant by their id alone.

    Raises:
        NotInArchive: nobody has such a name; the message says which are near.
        Conflict: several are meant; the message says who.
    """
    row = people.c
    known = select(row.id).where(row.id == said, row.forgotten_at.is_(None))
    if is_text(said) and tx.execute(known).first() is not None:
        return said
    begun = _named(tx, find_words(tx, "person", said))
    whole = {id_: name for id_, name in begun.items() if fold(name) == fold(said)}
    meant = whole or begun
    if len(meant) > 1:
        listed = sorted(f"{name} ({id_})" for id_, name in meant.items())
        more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
        raise Conflict(
            f"{said!r}: expected one person, found {len(listed)}: {', '.join(listed[:SHOWN])}{more}"
        )
    if not meant:
        near = _near(tx, said)
        hint = f"; near it: {', '.join(near)}" if near else ""
        raise NotInArchive(f"{said[:60]!r}: nobody in the archive has this name or id{hint}")
    return next(iter(meant))


def _named(tx: Connection, person_ids: list[str]) -> dict[str, str]:
    """The names of those who stand for themselves and are not hidden."""
    shown = _SHOWN.where(among(people.c.id, person_ids))
    return {row.id: row.name for row in tx.execute(shown)}


def _near(tx: Connection, said: str) -> list[str]:
    names = {row.name for row in tx.execute(_SHOWN.limit(COMPARED))}
    folded = {" ".join(fold(name)): name for name in sorted(names)}
    found = get_close_matches(" ".join(fold(said)), folded, n=3, cutoff=0.6)
    return [folded[one] for one in found]


_SHOWN = select(people.c.id, people.c.name).where(
    people.c.merged_into.is_(None), people.c.forgotten_at.is_(None), people.c.hidden.is_(False)
)
