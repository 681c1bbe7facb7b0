"""Look through an archive for what has gone wrong, and put right what can be."""

from dataclasses import replace

from sqlalchemy import Connection

from playbill.archive import audit
from playbill.archive.archive import Archive
from playbill.archive.checking.files import check_blobs, check_media
from playbill.archive.checking.findings import Finding
from playbill.archive.checking.forgotten import check_forgotten
from playbill.archive.checking.projections import check_projections
from playbill.archive.checking.rows import (
    check_audit,
    check_documents,
    check_pages,
    check_pointers,
    check_words,
)

__all__ = ["Finding", "check"]


def check(
    archive: Archive,
    *,
    fix: bool = False,
    full: bool = False,
    audit_hash: str | None = None,
    who: str = "machine",
) -> list[Finding]:
    """Everything that is not as it should be; of a damaged data base, that it is damaged.

    Nothing a person decided and no machine row is changed. `fix` makes projections and words anew,
    goes on with forgetting where a kill came in between, and deletes files that no row has needed
    for a day; media, missing files, a broken audit log
    and damaged documents are for people, who have backups.

    Args:
        archive: an open archive; others are kept from writing while projections are compared.
        fix: whether to put right what can be.
        full: whether to read all media and compare their SHA-256, not only their sizes.
        audit_hash: of an entry of the audit log that was the newest once; None: none was noted.
        who: for the audit log, where something is put right.

    Raises:
        ArchiveError: the blobs cannot be listed.
        ArchiveUnavailable: the data base does not answer.
    """

    def sound(tx: Connection) -> list[Finding]:
        return [*check_pointers(tx), *check_audit(tx, audit_hash), *check_documents(tx)]

    if damage := _damage(archive):
        return damage
    found = archive.database.read(sound)
    found += _projected(archive, fix=fix)
    found += check_media(archive, full=full)
    found += check_forgotten(archive, fix=fix)
    found += check_blobs(archive, fix=fix)
    fixed = sum(finding.fixed for finding in found)
    if fixed:
        archive.database.write(
            lambda tx: audit.record(tx, who, "archive.fix", "archive", findings=fixed)
        )
    return found


class _NotKept(Exception):
    """Takes a transaction back, and brings out what was found in it."""

    def __init__(self, found: list[Finding]) -> None:
        self.found = found


def _damage(archive: Archive) -> list[Finding]:
    def look(tx: Connection) -> None:
        raise _NotKept(check_pages(tx))  # a transaction that met damage has no good end

    try:
        archive.database.read(look)
    except _NotKept as back:
        return back.found
    return []


def _projected(archive: Archive, *, fix: bool) -> list[Finding]:
    def anew(tx: Connection) -> list[Finding]:
        found = [*check_projections(tx), *check_words(tx, fix=fix)]
        if not fix:
            raise _NotKept(found)
        return [replace(one, fixed=True) if one.kind == "projection" else one for one in found]

    try:
        return archive.database.write(anew)
    except _NotKept as back:
        return back.found
