"""The audit log, read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from playbill.archive.paging import Page, key_of, page_limit, paged
from playbill.archive.tables import audit


@dataclass(frozen=True, slots=True)
class Entry:
    """One change."""

    seq: int
    at: datetime
    who: str
    action: str
    subject: str
    details: dict[str, Any]
    hash: str
    """Seals it, and all before it."""


def list_audit(
    tx: Connection, *, after: str | None = None, limit: int = 50, subject: str | None = None
) -> Page[Entry]:
    """Changes, the newest first; those of `subject` (`user:...`, `media:...`), or all.

    Raises:
        ArchiveError: the cursor or the limit is none.
    """
    found = select(audit).order_by(audit.c.seq.desc()).limit(page_limit(limit) + 1)
    if after is not None:
        found = found.where(audit.c.seq < key_of(after, int)[0])
    if subject is not None:
        found = found.where(audit.c.subject == subject)
    rows = [
        Entry(row.seq, row.at, row.who, row.action, row.subject, row.details, row.hash)
        for row in tx.execute(found)
    ]
    return paged(rows, limit, [(row.seq,) for row in rows])
