"""Back up a living archive: one consistent state of its rows, and the files they speak of."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection

from playbill.archive import audit
from playbill.archive.archive import Archive
from playbill.archive.backup.containers import BackupWriter, Member, chunks_of, new_backup
from playbill.archive.backup.rows import row_lines
from playbill.archive.kept_files import kept_keys
from playbill.archive.migrations.upgrading import revision_of
from playbill.archive.tables import metadata
from playbill.errors import NotInArchive
from playbill.version import __version__

FORMAT = "playbill-backup/1"
MANIFEST = "playbill-backup.json"

Hook = Callable[[int, int], None]
"""Called with how many files of how many are done."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What is in a backup."""

    revision: str
    made_at: str
    tables: dict[str, int]
    """How many rows of each."""
    files: int
    bytes_: int
    audit_hash: str
    """Of the newest entry of the audit log: it must be there ever after."""
    missing: tuple[str, ...]
    """Keys that rows speak of and that were not there, or were erased meanwhile."""


def no_hook(_done: int, _total: int) -> None:
    """Nobody wants to know."""


def back_up(archive: Archive, target: Path, hook: Hook = no_hook) -> Backup:
    """Write a backup to `target`, a folder or a .zip; others may go on working meanwhile.

    The rows are read in one transaction, and the files copied after it: those that somebody
    erases in between are said to be missing.

    Raises:
        OutputError: it cannot be written, or is there already; nothing is left.
        ArchiveUnavailable: the data base does not answer.
    """
    with new_backup(target) as writer, TemporaryDirectory(dir=target.resolve().parent) as spool:
        rows = archive.database.read(lambda tx: _spool(tx, Path(spool)))
        tables = {
            name: {
                "columns": columns,
                "rows": rows.counts[name],
                **_said(writer, Path(spool), name),
            }
            for name, columns in rows.columns.items()
        }
        blobs, missing = _copy_blobs(archive, writer, rows.keys, hook)
        made = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = {
            "format": FORMAT,
            "revision": rows.revision,
            "madeAt": made,
            "version": __version__,
            "auditHash": rows.audit_hash,
            "tables": tables,
            "blobs": [_described(member) for member in blobs],
            "missing": missing,
        }
        writer.add(MANIFEST, [json.dumps(manifest, ensure_ascii=False, indent=1).encode()])
    size = sum(member.bytes_ for member in blobs)
    return Backup(
        rows.revision, made, rows.counts, len(blobs), size, rows.audit_hash, tuple(missing)
    )


@dataclass(frozen=True, slots=True)
class _Spooled:
    revision: str
    columns: dict[str, list[str]]
    counts: dict[str, int]
    keys: list[str]
    audit_hash: str


def _spool(tx: Connection, folder: Path) -> _Spooled:
    """Write all rows to files; may be done again, and then writes them anew."""
    revision, counts = revision_of(tx) or "", {}
    for table in metadata.sorted_tables:
        counts[table.name] = 0
        with (folder / table.name).open("wb") as file:
            for line in row_lines(tx, table):
                file.write(line)
                counts[table.name] += 1
    columns = {
        table.name: [column.name for column in table.columns] for table in metadata.sorted_tables
    }
    keys = sorted({key for key, _ in kept_keys(tx)})
    return _Spooled(revision, columns, counts, keys, audit.newest(tx))


def _copy_blobs(
    archive: Archive, writer: BackupWriter, keys: Sequence[str], hook: Hook
) -> tuple[list[Member], list[str]]:
    blobs: list[Member] = []
    missing: list[str] = []
    for done, key in enumerate(keys, 1):
        try:
            with archive.blobs.reading(key) as file:
                blobs.append(writer.add(f"blobs/{key}", chunks_of(file)))
        except NotInArchive:
            missing.append(key)
        hook(done, len(keys))
    return blobs, missing


def _said(writer: BackupWriter, spool: Path, name: str) -> dict[str, Any]:
    with (spool / name).open("rb") as file:
        return _described(writer.add(f"tables/{name}.jsonl", chunks_of(file)))


def _described(member: Member) -> dict[str, Any]:
    return {"name": member.name, "bytes": member.bytes_, "sha256": member.sha256}
