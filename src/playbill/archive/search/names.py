"""Text in a search: which media can hold somebody, or be called, what is looked for.

Each word may begin a word of the medium's name or of a name of somebody in the moment. What can
be known before looking into media is put into the statements; `admits` decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    and_,
    exists,
    func,
    or_,
    select,
    union_all,
)

from playbill.archive.chunks import chunks
from playbill.archive.search.subjects import EVERYTHING, Subject
from playbill.archive.tables import appearances, media, people, words
from playbill.archive.words import Named, beginning, begins

BROAD = 200
"""People with a word of one beginning, from which on nearly every medium shows one of them."""
MAX_EITHER = 3
"""Words that may be looked for in both kinds of names precisely; more are looked for loosely."""


@dataclass(frozen=True, slots=True)
class Names:
    """The words of a search, and where each can be found at all."""

    prefixes: frozenset[str] = frozenset()
    in_media: frozenset[str] = frozenset()
    """Those that begin a word of some medium's name."""
    in_people: frozenset[str] = frozenset()
    """Those that begin a word of the name of somebody who may be in the moments."""
    broad: frozenset[str] = frozenset()
    """Those that very many people are found by."""
    everything: bool = False
    """Whether nobody and nothing is asked for by itself."""

    def media(self) -> list[ColumnElement[bool]]:
        """What media meet that can hold a result."""
        if not self.prefixes:
            return []
        if not self.everything:
            named = self.prefixes - self.in_people
            return [media.c.id.in_(beginning("media", prefix)) for prefix in sorted(named)]
        return [or_(*(and_(*self._medium(*way)) for way in self._ways()))]

    def rows(self) -> list[ColumnElement[bool]]:
        """What appearances meet that can be in a result, where everything is looked for."""
        if not self.prefixes:
            return []
        row = appearances.c
        each = [
            and_(
                *(row.media_id.in_(beginning("media", prefix)) for prefix in sorted(of_medium)),
                *([_somebody(row.person_id, of_person)] if of_person else []),
            )
            for of_medium, of_person in self._ways()
        ]
        return [or_(*each)]

    def _medium(
        self, of_medium: frozenset[str], of_person: frozenset[str]
    ) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = [
            media.c.id.in_(beginning("media", prefix)) for prefix in sorted(of_medium)
        ]
        if not of_person:
            return found
        row = appearances.c
        seen = and_(row.current, _somebody(row.person_id, of_person))
        if of_person <= self.broad:
            return [*found, exists().where(row.media_id == media.c.id, seen)]
        return [*found, media.c.id.in_(select(row.media_id).where(seen))]

    def _ways(self) -> list[tuple[frozenset[str], frozenset[str]]]:
        """How the words can be shared out: those of the medium's name, and of one person's.

        More than a few words that can be of both kinds are left out: `admits` sees to them.
        """
        media_only = self.prefixes - self.in_people
        either = sorted(self.prefixes & self.in_media & self.in_people)
        left_out = set(either[MAX_EITHER:])
        either = either[:MAX_EITHER]
        people_only = self.prefixes - media_only - set(either) - left_out
        picks = chain.from_iterable(combinations(either, n) for n in range(len(either) + 1))
        return [
            (media_only | set(pick), frozenset(people_only | (set(either) - set(pick))))
            for pick in picks
        ]


@dataclass(frozen=True, slots=True)
class Met:
    """Which of the words looked for begin words of the names at hand."""

    prefixes: frozenset[str]
    met: Mapping[str, frozenset[str]]
    """By the id of a medium or a person."""

    def admits(self, ids: Iterable[str]) -> bool:
        """Whether these names have all of them."""
        return self.prefixes <= frozenset[str]().union(*(self.met.get(one, ()) for one in ids))


def names_of(tx: Connection, prefixes: Sequence[str], subjects: Sequence[Subject]) -> Names | None:
    """What text restricts a search to; None: nothing has such a name."""
    wanted, everything = frozenset(prefixes), EVERYTHING in subjects
    in_media = frozenset(one for one in wanted if _any(tx, "media", one))
    asked = [subject.id for subject in subjects if subject.kind == "person"]
    if all(subject.kind in {"person", "object"} for subject in subjects):
        begun = met_by(tx, wanted, asked).met.values()
        in_people = frozenset[str]().union(*begun)
    else:
        in_people = frozenset(one for one in wanted if _any(tx, "person", one))
    if not wanted <= in_media | in_people:
        return None
    broad = frozenset(one for one in in_people if everything and _is_broad(tx, one))
    return Names(wanted, in_media, in_people, broad, everything)


def met_by(tx: Connection, prefixes: frozenset[str], ids: Sequence[str]) -> Met:
    """Which of `prefixes` the names of these media and people have, with those merged into them."""
    found: dict[str, set[str]] = {}
    if prefixes:
        for some in chunks(ids):
            for subject_id, word in tx.execute(_words_of(some)):
                begun = {prefix for prefix in prefixes if word.startswith(prefix)}
                found.setdefault(subject_id, set()).update(begun)
    return Met(prefixes, {one: frozenset(begun) for one, begun in found.items()})


def _words_of(ids: Sequence[str]) -> CompoundSelect[str, str]:
    own = select(words.c.subject_id, words.c.word).where(words.c.subject_id.in_(ids))
    merged = (
        select(people.c.merged_into, words.c.word)
        .join(words, and_(words.c.subject_id == people.c.id, words.c.kind == "person"))
        .where(people.c.merged_into.in_(ids))
    )
    return union_all(own, merged)


def _somebody(column: ColumnElement[str], prefixes: frozenset[str]) -> ColumnElement[bool]:
    """The id is that of somebody whose names, merged ones too, have all these words."""
    row = people.c
    each = [
        row.id.in_(
            select(func.coalesce(row.merged_into, row.id))
            .join(words, and_(words.c.subject_id == row.id, words.c.kind == "person"))
            .where(begins(prefix))
            .correlate(None)
        )
        for prefix in sorted(prefixes)
    ]
    return column.in_(select(row.id).where(*each))


def _any(tx: Connection, kind: Named, prefix: str) -> bool:
    return tx.execute(beginning(kind, prefix).limit(1)).first() is not None


def _is_broad(tx: Connection, prefix: str) -> bool:
    return len(tx.execute(beginning("person", prefix).limit(BROAD)).all()) == BROAD
