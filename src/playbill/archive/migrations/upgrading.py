"""Bring the tables of an archive up to date: whole or not at all, one process at a time."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from playbill.archive.database import Database
from playbill.archive.tables import metadata
from playbill.core.atomic import atomic_path
from playbill.errors import ArchiveError, OutputError

_FOLDER = Path(__file__).parent
VERSION_TABLE = "alembic_version"
"""Where Alembic keeps the revision: in no list of ours."""
_LOCK = 7_051_902
"""Any number that nothing else locks in PostgreSQL."""

Before = Callable[[str], None]
"""Called with the number of the revision found, before any change to tables that exist."""


def upgrade_database(database: Database) -> None:
    """Make the tables, or change those of an older Playbill; a SQLite file is copied before.

    The copy lies beside the file: `archive.db` of revision 0003 becomes `archive.0003.db`.

    Raises:
        ArchiveError: a newer Playbill wrote the data base, or something else did.
        ArchiveUnavailable: the data base does not answer.
        OutputError: the copy cannot be written; nothing was changed.
    """
    steps = revisions()
    if database.read(revision_of) != steps.get_current_head():
        database.write(lambda tx: upgrade(tx, steps, before=_backup_of(database)))


def revisions() -> ScriptDirectory:
    """Playbill's own revisions."""
    return ScriptDirectory(_FOLDER, version_locations=[_FOLDER / "versions"])


def revision_of(tx: Connection) -> str | None:
    """The revision of the tables; None: there are none yet."""
    return MigrationContext.configure(tx).get_current_revision()


def upgrade(
    tx: Connection,
    steps: ScriptDirectory,
    *,
    to: str = "head",
    before: Before | None = None,
) -> None:
    """Go through all revisions that are missing, in this transaction.

    Args:
        tx: the transaction.
        steps: the revisions there are.
        to: the last one to go through.
        before: called first where tables are to be changed.

    Raises:
        ArchiveError: as for `upgrade_database`.
    """
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    found = revision_of(tx)
    _require_ours(tx, found, steps)
    if found is not None and found != steps.get_current_head() and before is not None:
        before(found)

    def missing(revision: Any, _: MigrationContext) -> list[RevisionStep]:
        return list(steps._upgrade_revs(to, revision))  # noqa: SLF001 - as Alembic's cookbook does

    context = MigrationContext.configure(tx, opts={"fn": missing})
    context.run_migrations(op=Operations(context))


def require_empty(tx: Connection) -> None:
    """Refuse a data base that has tables of an archive, or others of the same names, already.

    Raises:
        ArchiveError: it has.
    """
    if revision_of(tx) is not None:
        raise ArchiveError(f"{_address(tx)}: expected an empty data base, found an archive's")
    _require_ours(tx, None, revisions())


def _require_ours(tx: Connection, found: str | None, steps: ScriptDirectory) -> None:
    """Refuse tables of a newer Playbill, and those of something else."""
    known = [script.revision for script in steps.walk_revisions()]
    where = _address(tx)
    if found is not None and found not in known:
        raise ArchiveError(
            f"{where}: a newer Playbill wrote this archive: expected tables of revision "
            f"{known[0]} or older, found {found}"
        )
    if found is None and (others := metadata.tables.keys() & set(inspect(tx).get_table_names())):
        raise ArchiveError(
            f"{where}: expected an archive or an empty data base, found tables of something "
            f"else: {', '.join(sorted(others))}"
        )


def _address(tx: Connection) -> str:
    return tx.engine.url.render_as_string(hide_password=True)


def _backup_of(database: Database) -> Before | None:
    """What copies a SQLite file; None: there is no file to copy.

    It reads through a connection of its own, so what the running transaction did is not in it.
    """
    name = database.engine.url.database if database.dialect == "sqlite" else None
    if not name or name == ":memory:":
        return None
    file = Path(name)

    def copy(revision: str) -> None:
        target = file.with_suffix(f".{revision}{file.suffix}")
        with atomic_path(target) as temporary:
            temporary.chmod(0o600)
            copy_sqlite(file, temporary)

    return copy


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a SQLite file that may be in use: one consistent state of it.

    Raises:
        OutputError: the copy cannot be written.
    """
    address = f"{source.resolve().as_uri()}?mode=ro"
    try:
        with (
            closing(sqlite3.connect(address, uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise OutputError(f"{target}: no copy of {source} can be made: {error}") from error
