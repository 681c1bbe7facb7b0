"""The audit log is a chain: whatever is done to an entry that others follow is seen."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, delete, select, update

from playbill.archive import audit
from playbill.archive.database import Database
from playbill.archive.tables import audit as log


def recorded(database: Database) -> None:
    for number in range(3):
        details = {"names": ["Ada", "Žižek", None], "score": 0.1 + 0.2, "number": number}
        database.write(
            lambda tx, said=details: audit.record(tx, "user:ada", "a.test", "thing:1", **said)  # type: ignore[misc]
        )


CHANGES: list[dict[str, object]] = [
    {"at": datetime(2026, 1, 1, tzinfo=UTC)},
    {"who": "user:bob"},
    {"action": "another"},
    {"subject": "thing:2"},
    {"details": {"names": []}},
    {"previous": "0" * 63 + "1"},
    {"hash": "0" * 63 + "1"},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_an_entry_that_is_changed_in_any_way_is_found(
    database: Database, change: dict[str, object]
) -> None:
    recorded(database)
    assert database.read(audit.first_broken) is None

    database.write(lambda tx: tx.execute(update(log).where(log.c.seq == 2).values(change)))

    assert database.read(audit.first_broken) == 2


@pytest.mark.parametrize(("gone", "found"), [(1, 2), (2, 3)])
def test_an_entry_that_is_taken_out_is_missed_by_the_next(
    database: Database, gone: int, found: int
) -> None:
    recorded(database)

    database.write(lambda tx: tx.execute(delete(log).where(log.c.seq == gone)))

    assert database.read(audit.first_broken) == found


def test_entries_that_change_places_are_found(database: Database) -> None:
    recorded(database)

    def swap(tx: Connection) -> None:
        for old, new in ((2, 9), (3, 2), (9, 3)):
            tx.execute(update(log).where(log.c.seq == old).values(seq=new))

    database.write(swap)

    assert database.read(audit.first_broken) == 2


def test_entries_that_are_written_at_once_make_one_chain(database: Database) -> None:
    def work(writer: int) -> None:
        for _ in range(5):
            database.write(lambda tx: audit.record(tx, f"user:{writer}", "a.test", "thing:1"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    assert len(database.read(lambda tx: tx.execute(select(log.c.seq)).all())) == 20
    assert database.read(audit.first_broken) is None


def test_what_is_taken_back_leaves_no_entry(database: Database) -> None:
    recorded(database)
    newest = database.read(audit.newest)

    def fail(tx: Connection) -> None:
        audit.record(tx, "user:ada", "a.test", "thing:1")
        raise KeyError("half way")

    with pytest.raises(KeyError):
        database.write(fail)

    assert database.read(audit.newest) == newest
    assert database.read(lambda tx: audit.has_entry(tx, newest))
    assert not database.read(lambda tx: audit.has_entry(tx, "0" * 63 + "1"))
