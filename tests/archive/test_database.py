"""Units of work are whole or nothing, on both data bases."""

from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import Connection, create_engine, insert, select, text
from sqlalchemy.exc import DBAPIError

from playbill.archive import audit, engines
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


def test_a_reader_sees_one_state_while_others_write(database: Database) -> None:
    def read(tx: Connection) -> tuple[int, int]:
        before = len(tx.execute(select(words)).all())
        writer = Thread(
            target=database.write, args=[lambda w: w.execute(insert(words).values(ROW))]
        )
        writer.start()
        writer.join()
        return before, len(tx.execute(select(words)).all())

    assert database.read(read) == (0, 0)
    assert len(database.read(lambda tx: tx.execute(select(words)).all())) == 1


def test_whoever_waits_for_another_writer_is_told_so_in_the_end(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_MS", 50)
    slow, other = Database.open(database_url), Database.open(database_url, patience_s=0.3)
    both = Barrier(2)

    def hold(tx: Connection) -> None:
        audit.in_turn(tx)
        both.wait(10)
        both.wait(10)

    holder = Thread(target=slow.write, args=[hold])
    holder.start()
    both.wait(10)
    try:
        with pytest.raises(ArchiveUnavailable, match="has not answered for 0 s"):
            other.write(audit.in_turn)
    finally:
        both.wait(10)
        holder.join()
    other.write(audit.in_turn)
    slow.close()
    other.close()


def test_without_a_free_connection_the_data_base_is_unavailable(tmp_path: Path) -> None:
    engine = create_engine(
        f"sqlite:///{tmp_path / 'a.db'}", pool_size=1, max_overflow=0, pool_timeout=0.01
    )
    database = Database(engine)

    with pytest.raises(ArchiveUnavailable, match="no connection to it has come free"):
        database.read(lambda _: database.read(lambda tx: tx.execute(text("SELECT 1"))))
    database.close()


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://root:geheim@somewhere/x",
        "postgres9://h/n",
        "postgresql+asyncpg://playbill:geheim@h/n",
        "postgresql+psycopg://playbill:geheim@h:port/n",
        "sqlite:///films?mode=ro",
    ],
)
def test_an_address_of_no_known_data_base_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ArchiveError, match="expected sqlite:///FILE") as refused:
        Database.open(url)
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_known_by_all_its_names(scheme: str) -> None:
    pytest.importorskip("psycopg")
    database = Database.open(f"{scheme}://playbill@h/n")

    assert database.engine.url.drivername == "postgresql+psycopg"


@pytest.mark.parametrize("name", ["what?x=1", "a::b", "100 %", "it's #1"])
def test_an_archive_lies_in_its_folder_whatever_that_is_called(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    database = Database.in_folder(tmp_path / name)
    database.write(lambda tx: tx.exec_driver_sql("CREATE TABLE t (x INTEGER)"))
    database.close()

    assert [path.name for path in (tmp_path / name).iterdir()] == ["archive.db"]


def test_a_file_that_is_no_data_base_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_bytes(b"hello world" * 1000)
    database = Database.in_folder(tmp_path)

    with pytest.raises(
        ArchiveUnavailable,
        match=r"archive\.db: the data base cannot be used: file is not a database",
    ):
        database.read(lambda tx: tx.exec_driver_sql("SELECT * FROM sqlite_master").all())
    database.close()


def test_a_folder_in_the_place_of_the_data_base_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "archive.db").mkdir()

    with pytest.raises(ArchiveUnavailable, match="unable to open database file"):
        Database.in_folder(tmp_path).read(lambda tx: tx.exec_driver_sql("SELECT 1").all())


def test_a_mistake_in_a_statement_is_not_taken_for_a_data_base_that_is_away(
    database: Database,
) -> None:
    with pytest.raises(DBAPIError, match="nowhere"):
        database.read(lambda tx: tx.exec_driver_sql("SELECT * FROM nowhere"))


def test_a_full_disk_is_a_data_base_that_does_not_answer(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'a.db'}", patience_s=0.1)
    database.write(lambda tx: tx.exec_driver_sql("CREATE TABLE t (x BLOB)"))

    def fill(tx: Connection) -> None:
        tx.exec_driver_sql("PRAGMA max_page_count = 10")
        tx.exec_driver_sql("INSERT INTO t VALUES (zeroblob(1000000))")

    with pytest.raises(ArchiveUnavailable, match="disk is full"):
        database.write(fill)
    database.close()
