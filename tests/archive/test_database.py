"""Units of work are whole or nothing, on both data bases."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from playbill.archive.database import Database
from playbill.archive.tables import words
from playbill.errors import ArchiveError, ArchiveUnavailable

ROW = {"word": "ada", "kind": "person", "subject_id": "1"}


def test_what_a_unit_of_work_writes_is_there_afterwards(database: Database) -> None:
    database.write(lambda tx: tx.execute(insert(words).values(ROW)))

    assert database.read(lambda tx: tx.execute(select(words.c.word)).scalars().all()) == ["ada"]


def test_a_unit_of_work_that_raises_leaves_nothing(database: Database) -> None:
    def work(tx: object) -> None:
        tx.execute(insert(words).values(ROW))  # type: ignore[attr-defined]
        raise KeyError("half way")

    with pytest.raises(KeyError):
        database.write(work)

    assert database.read(lambda tx: tx.execute(select(words)).all()) == []


@pytest.mark.parametrize("url", ["nonsense", "mysql://somewhere/x", "postgres9://h/n"])
def test_an_address_of_no_known_data_base_is_refused(url: str) -> None:
    with pytest.raises(ArchiveError, match="expected sqlite:///FILE"):
        Database.open(url)


def test_a_full_disk_is_a_data_base_that_does_not_answer(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'a.db'}", patience_s=0.1)
    database.write(lambda tx: tx.exec_driver_sql("CREATE TABLE t (x BLOB)"))

    def fill(tx: Connection) -> None:
        tx.exec_driver_sql("PRAGMA max_page_count = 10")
        tx.exec_driver_sql("INSERT INTO t VALUES (zeroblob(1000000))")

    with pytest.raises(ArchiveUnavailable, match="disk is full"):
        database.write(fill)
    database.close()
