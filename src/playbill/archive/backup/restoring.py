"""Make an archive of a backup, over whichever data base: all of it, or none of it."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Any

from sqlalchemy import Connection, MetaData, Table, func, insert, select, text
from sqlalchemy.exc import OperationalError, StatementError
from sqlalchemy.types import JSON, Integer

from playbill.archive import audit
from playbill.archive.archive import SETTINGS, Archive
from playbill.archive.backup.containers import BackupReader, Member, chunks_of, opened_backup
from playbill.archive.backup.making import FORMAT, MANIFEST, Hook, no_hook
from playbill.archive.backup.rows import AT_ONCE, row_values
from playbill.archive.blobs import Blobs
from playbill.archive.database import Database
from playbill.archive.migrations.upgrading import VERSION_TABLE, require_empty, revisions, upgrade
from playbill.errors import ArchiveError, OutputError, PlaybillError


@dataclass(frozen=True, slots=True)
class _TableFile:
    member: Member
    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class _Manifest:
    revision: str
    made_at: str
    tables: dict[str, _TableFile]
    blobs: tuple[Member, ...]


def restore(
    source: Path,
    folder: Path,
    *,
    database_url: str | None = None,
    blobs_url: str | None = None,
    who: str,
    hook: Hook = no_hook,
) -> Archive:
    """Make the archive that `source` is a backup of, in `folder`; opened.

    Every file is compared with its SHA-256. An older Playbill's backup is brought up to date.

    Raises:
        ArchiveError: there is no backup, or it is damaged or a newer Playbill's, or there is an
            archive in `folder` or in the data base already, or other files; nothing is changed.
        ArchiveUnavailable: the data base does not answer.
        OutputError: there is no room for the files; those that were put there are gone again.
    """
    if (folder / SETTINGS).exists():
        raise ArchiveError(f"{folder}: expected no archive yet, found one")
    with opened_backup(source) as reader, _new_folder(folder):
        manifest = _manifest(source, reader)
        blobs = Blobs.open(blobs_url) if blobs_url else Blobs.in_folder(folder)
        database = Database.open(database_url) if database_url else Database.in_folder(folder)
        try:
            database.read(require_empty)
            with _files(blobs, source, reader, manifest.blobs, hook):
                database.write(lambda tx: _fill(tx, source, reader, manifest, who))
        finally:
            database.close()
    return Archive.create(folder, database_url=database_url, blobs_url=blobs_url)


@contextmanager
def _new_folder(folder: Path) -> Iterator[None]:
    """A folder that, if it was not there before, is gone when the block fails."""
    there = folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror}") from error
    try:
        yield
    except BaseException:
        if not there:
            shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def _files(
    blobs: Blobs, source: Path, reader: BackupReader, members: Sequence[Member], hook: Hook
) -> Iterator[None]:
    """The files of a backup among the blobs; those that were put there go if the block fails.

    What lies there already, as where only the data base was lost, is left as it is.
    """
    there, put = set(blobs.keys()), list[str]()
    try:
        for done, member in enumerate(members, 1):
            key = _key(source, member)
            if key in there:
                _require_same(blobs, key, member)
            else:
                put.append(key)
                _put(blobs, source, reader, member, key)
            hook(done, len(members))
        yield
    except BaseException:
        with suppress(PlaybillError):  # what failed first is what is said
            for key in put:
                blobs.delete(key)
        raise


def _key(source: Path, member: Member) -> str:
    """Where among the blobs a file of a backup belongs."""
    folder, _, key = member.name.partition("/")
    if folder != "blobs" or not key or ".." in PurePosixPath(key).parts or key.startswith("/"):
        raise ArchiveError(f"{source}: no name of a file in a backup: {member.name!r}")
    return key


def _put(blobs: Blobs, source: Path, reader: BackupReader, member: Member, key: str) -> None:
    """Read twice: what was altered is not to get as far as the archive."""
    with reader.open(member.name) as file:
        found = _digest(file)
    if found != member.sha256:
        raise ArchiveError(f"{source}: {member.name} is not what was backed up: it was altered")
    with reader.open(member.name) as file:
        blobs.put_from(key, file)


def _require_same(blobs: Blobs, key: str, member: Member) -> None:
    with blobs.reading(key) as file:
        found = _digest(file)
    if found != member.sha256:
        raise ArchiveError(
            f"{key}: there is such a file among the blobs already: expected sha256 "
            f"{member.sha256}, found {found}"
        )


def _digest(file: IO[bytes]) -> str:
    digest = sha256()
    for chunk in chunks_of(file):
        digest.update(chunk)
    return digest.hexdigest()


def _manifest(source: Path, reader: BackupReader) -> _Manifest:
    try:
        with reader.open(MANIFEST) as file:
            said = json.load(file)
        if said["format"] != FORMAT:
            raise ArchiveError(f"{source}: expected {FORMAT}, found {said['format']!r}")
        tables = {
            str(name): _TableFile(_member(table), tuple(table["columns"]), int(table["rows"]))
            for name, table in said["tables"].items()
        }
        blobs = tuple(map(_member, said["blobs"]))
        manifest = _Manifest(str(said["revision"]), str(said["madeAt"]), tables, blobs)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArchiveError(f"{source}: its {MANIFEST} is damaged: {error!r}") from error
    known = [script.revision for script in revisions().walk_revisions()]
    if manifest.revision not in known:
        raise ArchiveError(
            f"{source}: a newer Playbill made this backup: expected tables of revision "
            f"{known[0]} or older, found {manifest.revision}"
        )
    return manifest


def _member(said: Any) -> Member:
    return Member(str(said["name"]), int(said["bytes"]), str(said["sha256"]))


def _fill(
    tx: Connection, source: Path, reader: BackupReader, manifest: _Manifest, who: str
) -> None:
    """Tables as they were then, their rows, and then what newer revisions make of them."""
    require_empty(tx)
    upgrade(tx, revisions(), to=manifest.revision)
    there = MetaData()
    there.reflect(tx)
    tables = [table for table in there.sorted_tables if table.name != VERSION_TABLE]
    if (names := {table.name for table in tables}) != manifest.tables.keys():
        wrong = ", ".join(sorted(names ^ manifest.tables.keys()))
        raise ArchiveError(
            f"{source}: its {MANIFEST} is damaged: expected the tables of revision "
            f"{manifest.revision}, and found more or less: {wrong}"
        )
    for table in tables:
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type = JSON(none_as_null=True)
        _fill_table(tx, table, source, reader, manifest.tables[table.name])
    upgrade(tx, revisions())
    audit.record(tx, who, "archive.restore", f"backup:{manifest.made_at}", source=source.name)


def _fill_table(
    tx: Connection, table: Table, source: Path, reader: BackupReader, kept: _TableFile
) -> None:
    where = f"{source}: {kept.member.name}"
    try:
        columns = [table.columns[name] for name in kept.columns]
        with reader.open(kept.member.name) as file:
            lines = _Checked(file)
            rows = (row_values(line, columns, tx.dialect) for line in lines)
            while some := list(islice(rows, AT_ONCE)):
                tx.execute(insert(table), some)
    except OperationalError:
        raise
    except (ValueError, TypeError, KeyError, StatementError) as error:
        raise ArchiveError(f"{where} is damaged: {error}") from error
    if (lines.count, lines.hexdigest()) != (kept.rows, kept.member.sha256):
        raise ArchiveError(f"{where} is not what was backed up: it was altered")
    _count_on(tx, table)


class _Checked:
    """The lines of a file, counted and hashed on their way."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._digest, self.count = file, sha256(), 0

    def __iter__(self) -> Iterator[bytes]:
        for line in self._file:
            self._digest.update(line)
            self.count += 1
            yield line

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def _count_on(tx: Connection, table: Table) -> None:
    """Let the next row's number come after those that were put in; SQLite does so by itself."""
    key: Sequence[Any] = list(table.primary_key.columns)
    if tx.dialect.name != "postgresql" or len(key) != 1 or not isinstance(key[0].type, Integer):
        return
    last = tx.execute(select(func.max(key[0]))).scalar()
    sequence = tx.execute(
        text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": table.name, "c": key[0].name}
    ).scalar()
    if last is not None and sequence is not None:
        tx.execute(text("SELECT setval(:s, :n)"), {"s": sequence, "n": last})
