"""Tables are brought up to date from every revision, with what is in them, or not at all."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, insert, inspect, select, text
from sqlalchemy import types as kinds

from playbill.archive.archive import Archive
from playbill.archive.database import Database
from playbill.archive.migrations.upgrading import (
    revision_of,
    revisions,
    upgrade,
    upgrade_database,
)
from playbill.archive.tables import metadata
from playbill.core import atomic
from playbill.errors import ArchiveError, OutputError

NUMBERS = [script.revision for script in reversed(list(revisions().walk_revisions()))]
Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def empty(database_url: str) -> Database:
    return Database.open(database_url)


def filled(tx: Connection) -> Rows:
    """Put a row into every table there is, and say what is in them."""
    there = MetaData()
    there.reflect(tx)
    for table in there.sorted_tables:
        if table.name != "alembic_version" and tx.execute(select(table)).first() is None:
            tx.execute(insert(table).values(_row(table)))
    return contents(tx, list(there.tables))


def contents(tx: Connection, names: list[str]) -> Rows:
    there = MetaData()
    there.reflect(tx, only=names)
    return {
        name: [tuple(row) for row in tx.execute(select(there.tables[name]))]
        for name in names
        if name != "alembic_version"
    }


def _row(table: Table) -> dict[str, Any]:
    return {
        column.name: _value(column.type)
        for column in table.columns
        if not column.primary_key or not isinstance(column.type, kinds.Integer)
    } | {column.name: 1 for column in table.primary_key if isinstance(column.type, kinds.Integer)}


VALUES: tuple[tuple[type[kinds.TypeEngine[Any]], Any], ...] = (
    (kinds.JSON, {"a": [1, None]}),
    (kinds.Boolean, True),
    (kinds.Integer, 1),
    (kinds.Float, 0.5),
    (kinds.DateTime, datetime(2026, 11, 22, tzinfo=UTC)),
    (kinds.LargeBinary, b"\x00\xff"),
    (kinds.String, "é<'x"),
)


def _value(kind: kinds.TypeEngine[Any]) -> Any:
    return next(value for known, value in VALUES if isinstance(kind, known))


@pytest.mark.parametrize("number", NUMBERS)
def test_each_revision_follows_the_one_before_with_data_in_it(empty: Database, number: str) -> None:
    place = NUMBERS.index(number)
    if place:
        empty.write(lambda tx: upgrade(tx, revisions(), to=NUMBERS[place - 1]))
    before = empty.write(filled)

    empty.write(lambda tx: upgrade(tx, revisions(), to=number))

    assert empty.read(revision_of) == number
    after = empty.read(lambda tx: contents(tx, list(before)))
    assert {name: as_wide_as(before[name], after[name]) for name in before} == before
    empty.close()


def as_wide_as(before: list[tuple[Any, ...]], after: list[tuple[Any, ...]]) -> list[Any]:
    """Rows without the columns that were added, which come last."""
    return [row[: len(old)] for old, row in zip(before, after, strict=True)]


def test_a_medium_of_before_has_no_time_code_of_its_own(empty: Database) -> None:
    empty.write(lambda tx: upgrade(tx, revisions(), to="0005"))
    empty.write(filled)

    upgrade_database(empty)

    (row,) = empty.read(lambda tx: tx.execute(select(metadata.tables["media"])).all())
    assert (row.start_timecode, row.name) == (None, "é<'x")
    empty.close()


def test_revisions_are_numbered_without_gaps() -> None:
    assert [f"{number:04}" for number in range(1, len(NUMBERS) + 1)] == NUMBERS


def test_the_revisions_make_the_tables_that_the_code_knows(empty: Database) -> None:
    upgrade_database(empty)

    def differences(tx: Connection) -> list[Any]:
        options = {"compare_server_default": True}
        return list(compare_metadata(MigrationContext.configure(tx, opts=options), metadata))

    assert empty.read(differences) == []
    empty.close()


def test_upgrading_again_changes_nothing(empty: Database) -> None:
    upgrade_database(empty)
    before = empty.write(filled)

    upgrade_database(empty)

    assert empty.read(lambda tx: contents(tx, list(before))) == before
    empty.close()


def test_tables_of_a_newer_playbill_are_refused_untouched(empty: Database) -> None:
    upgrade_database(empty)
    empty.write(lambda tx: tx.execute(text("UPDATE alembic_version SET version_num = '9999'")))

    with pytest.raises(
        ArchiveError,
        match=f"a newer Playbill wrote this archive: expected tables of revision {NUMBERS[-1]} or "
        "older, found 9999",
    ):
        upgrade_database(empty)
    empty.close()


def test_tables_of_something_else_are_refused(empty: Database) -> None:
    empty.write(lambda tx: tx.exec_driver_sql("CREATE TABLE media (title TEXT)"))

    with pytest.raises(ArchiveError, match=r"found tables of something else: media$"):
        upgrade_database(empty)
    assert empty.read(lambda tx: inspect(tx).get_table_names()) == ["media"]
    empty.close()


STEP = """
import sqlalchemy as sa
revision, down_revision = "x1", {down!r}
def upgrade(op):
    with op.batch_alter_table("words") as batch:
        batch.add_column(sa.Column("language", sa.Text()))
    op.execute("UPDATE words SET language = 'en'")
    {last}
"""


@pytest.fixture
def one_more(tmp_path: Path) -> Callable[..., ScriptDirectory]:
    """The revisions, and one that is not written yet."""

    def make(last: str = "") -> ScriptDirectory:
        folder = tmp_path / "later"
        folder.mkdir(exist_ok=True)
        (folder / "r0000_later.py").write_text(STEP.format(down=NUMBERS[-1], last=last))
        ours = revisions()
        return ScriptDirectory(ours.dir, version_locations=[*ours.version_locations, str(folder)])

    return make


def test_a_revision_that_fails_leaves_all_as_it_was(
    empty: Database, one_more: Callable[..., ScriptDirectory]
) -> None:
    upgrade_database(empty)
    before = empty.write(filled)

    with pytest.raises(ZeroDivisionError):
        empty.write(lambda tx: upgrade(tx, one_more("1 / 0")))

    assert empty.read(revision_of) == NUMBERS[-1]
    assert empty.read(lambda tx: contents(tx, list(before))) == before
    empty.close()


def test_an_older_sqlite_file_is_copied_before_it_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_more: Callable[..., ScriptDirectory]
) -> None:
    archive = Archive.create(tmp_path / "films")
    before = archive.database.write(filled)
    later = one_more()
    monkeypatch.setattr("playbill.archive.migrations.upgrading.revisions", lambda: later)

    upgrade_database(archive.database)

    archive.close()
    place = tmp_path / "films" / f"archive.{NUMBERS[-1]}.db"
    assert place.stat().st_mode & 0o077 == 0
    copy = sqlite3.connect(place)
    assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == (NUMBERS[-1],)
    assert copy.execute("SELECT word FROM words").fetchall() == [(before["words"][0][0],)]
    assert [row[1] for row in copy.execute("PRAGMA table_info(words)")] == [
        "word",
        "kind",
        "subject_id",
    ]
    copy.close()
    again = Archive.open(tmp_path / "films")
    row = again.database.read(lambda tx: contents(tx, ["words"]))["words"][0]
    assert row == (*before["words"][0], "en")
    again.close()


def test_a_new_archive_has_nothing_to_copy(tmp_path: Path) -> None:
    Archive.create(tmp_path / "films").close()

    assert [path.name for path in (tmp_path / "films").glob("*.db")] == ["archive.db"]


def test_without_room_for_the_copy_nothing_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_more: Callable[..., ScriptDirectory]
) -> None:
    archive = Archive.create(tmp_path / "films")
    later = one_more()
    monkeypatch.setattr("playbill.archive.migrations.upgrading.revisions", lambda: later)

    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic, "_to_disk", full)

    with pytest.raises(OutputError, match="no space left on device"):
        upgrade_database(archive.database)

    assert archive.database.read(revision_of) == NUMBERS[-1]
    archive.close()
    assert {path.name for path in (tmp_path / "films").iterdir()} == {"archive.toml", "archive.db"}


OPEN = """
import sys, pathlib
from playbill.archive.archive import Archive
print("ready", flush=True)
sys.stdin.readline()
Archive.create(pathlib.Path(sys.argv[1]), database_url=sys.argv[2]).close()
"""


def test_processes_that_open_a_new_archive_at_once_all_find_it(
    database_url: str, tmp_path: Path
) -> None:
    words = [sys.executable, "-c", OPEN, str(tmp_path / "films"), database_url]
    processes = [
        subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate() and process.returncode for process in processes] == [0, 0, 0]
