"""Full text over the names of people and files: words, found by their beginnings.

Case, accents and the way a letter is written do not count: `Žižek` is found by `zizek`, `Straße`
by `STRASSE`, `ﬁlm` by `film`. Whatever is neither letter nor digit only parts words, so quotes,
tags and wildcards in a search mean nothing.
"""

import unicodedata
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, insert, select

from playbill.archive.tables import words

Named = Literal["person", "media"]
"""What has a name."""

MAX_LENGTH = 100
"""Of a kept word; what is longer is found by its first letters."""
_LAST = "\U0010ffff"
"""Sorts after every letter, and is none."""


def fold(text: str) -> list[str]:
    """The words of `text` as they are kept and looked for, each once, in its order.

    >>> fold("Ada_LOVELACE, née Byron.MP4")
    ['ada', 'lovelace', 'nee', 'byron', 'mp4']
    """
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    letters = "".join(
        character if _is_letter(character) else " "
        for character in decomposed
        if not unicodedata.combining(character)
    )
    return list(dict.fromkeys(word[:MAX_LENGTH] for word in letters.split()))


def put_words(tx: Connection, kind: Named, subject_id: str, *names: str) -> None:
    """From now on, `subject_id` is found by the words of these names, and by no others."""
    remove_words(tx, kind, subject_id)
    rows = [
        {"word": word, "kind": kind, "subject_id": subject_id} for word in fold(" ".join(names))
    ]
    if rows:
        tx.execute(insert(words), rows)


def remove_words(tx: Connection, kind: Named, subject_id: str) -> None:
    """From now on, `subject_id` is found by no word."""
    of_subject = and_(words.c.subject_id == subject_id, words.c.kind == kind)
    tx.execute(delete(words).where(of_subject))


def find_words(tx: Connection, kind: Named, text: str) -> list[str]:
    """Ids of all whose names have, for every word of `text`, a word that begins with it; sorted.

    A text without words finds nothing.
    """
    found = matching(kind, text)
    return [] if found is None else list(tx.execute(found).scalars())


def matching(kind: Named, text: str) -> Select[str] | None:
    """The same as a query, to be put into another one: `column.in_(matching(...))`.

    None: the text has no words.
    """
    prefixes = fold(text)
    if not prefixes:
        return None
    found = beginning(kind, prefixes[0]).distinct().order_by(words.c.subject_id)
    for prefix in prefixes[1:]:
        found = found.where(words.c.subject_id.in_(beginning(kind, prefix)))
    return found


def beginning(kind: Named, prefix: str) -> Select[str]:
    """Ids of those with a word that begins with `prefix`, which is folded; some more than once."""
    return select(words.c.subject_id).where(words.c.kind == kind, begins(prefix))


def begins(prefix: str) -> ColumnElement[Any]:
    """The word begins with `prefix`: a range, not LIKE, so an index serves it everywhere."""
    return and_(words.c.word >= prefix, words.c.word < prefix + _LAST)


def _is_letter(character: str) -> bool:
    """Letters and digits; vowel signs too, which some scripts write as marks of their own."""
    return character.isalnum() or unicodedata.category(character).startswith("M")
