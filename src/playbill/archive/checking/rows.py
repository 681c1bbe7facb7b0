"""Rows on their own: the data base is sound, the audit log unaltered, every document readable."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.exc import DatabaseError, OperationalError

from playbill.archive import audit
from playbill.archive.checking.findings import Finding
from playbill.archive.documents import analysis_of
from playbill.archive.tables import media, people, runs, words
from playbill.archive.words import Named, fold, put_words
from playbill.errors import ArchiveError


def check_pages(tx: Connection) -> list[Finding]:
    """SQLite's own look at its pages; what is read from damaged ones may be anything."""
    if tx.dialect.name != "sqlite":
        return []
    said: list[str] = []
    try:
        said += (one for (one,) in tx.exec_driver_sql("PRAGMA integrity_check") if one != "ok")
    except OperationalError:
        raise
    except DatabaseError as error:  # so badly that SQLite looks no further
        said.append(str(error.orig))
    return [Finding("database", f"the data base is damaged: {one}") for one in said]


def check_pointers(tx: Connection) -> Iterator[Finding]:
    """Rows that point to nothing; PostgreSQL lets nobody make any."""
    if tx.dialect.name != "sqlite":
        return
    for table, row, parent, _ in tx.exec_driver_sql("PRAGMA foreign_key_check"):
        yield Finding(
            "database", f"{table}: row {row} points to a row of {parent} that is not there"
        )


def check_audit(tx: Connection, noted: str | None) -> Iterator[Finding]:
    """Every entry is sealed with the one before, and the one whose hash was noted is among them."""
    if noted is not None and not audit.has_entry(tx, noted):
        yield Finding(
            "audit", f"audit log: expected the entry whose hash is {noted}, found none of that hash"
        )
    broken = audit.first_broken(tx)
    if broken is not None:
        yield Finding(
            "audit",
            f"audit entry {broken}: its seal is broken: it was altered, or one before it is gone",
        )


def check_documents(tx: Connection) -> Iterator[Finding]:
    """Every run's document can be read, and is of that run and its medium."""
    for run_id, media_id in tx.execute(
        select(runs.c.id, runs.c.media_id).order_by(runs.c.id)
    ).all():
        try:
            said = analysis_of(tx, run_id)
        except ArchiveError as error:
            yield Finding("document", str(error))
            continue
        if (said.run.id, said.media.id) != (run_id, media_id):
            yield Finding(
                "document",
                f"run {run_id}: expected the document of this run of media {media_id}, "
                f"found that of run {said.run.id} of media {said.media.id}",
            )


def check_words(tx: Connection, *, fix: bool) -> Iterator[Finding]:
    """Everything is found by the words of its name, and by no others."""
    found: dict[tuple[str, str], set[str]] = {}
    for word, kind, subject in tx.execute(select(words.c.word, words.c.kind, words.c.subject_id)):
        found.setdefault((kind, subject), set()).add(word)
    expected: dict[tuple[Named, str], str] = {}
    named: tuple[tuple[Named, Any], ...] = (("media", media), ("person", people))
    for kind, table in named:
        for subject, name in tx.execute(select(table.c.id, table.c.name)):
            expected[kind, subject] = name
    for (kind, subject), name in sorted(expected.items()):
        there = found.pop((kind, subject), set())
        if there != set(fold(name)):
            if fix:
                put_words(tx, kind, subject, name)
            wanted = _listed(set(fold(name)))
            sentence = f"{kind} {subject}: expected to be found by {wanted}, found {_listed(there)}"
            yield Finding("words", sentence, fix)
    for (kind, subject), there in sorted(found.items()):
        if fix:
            tx.execute(delete(words).where(words.c.kind == kind, words.c.subject_id == subject))
        sentence = f"{kind} {subject}: found by {_listed(there)}, and is not in the archive"
        yield Finding("words", sentence, fix)


def _listed(some: set[str]) -> str:
    return ", ".join(sorted(some)) or "no word"
