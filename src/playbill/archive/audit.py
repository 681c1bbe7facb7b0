"""The audit log: every change, each entry sealed with the one before.

No entry can be altered, or taken out from between others, unseen. That the last ones are gone, or
that all were written anew, sees who knows the hash of an entry from elsewhere: a backup, a note.
"""

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, insert, select, text

from playbill.archive.tables import audit

FIRST = "0" * 64
"""What the first entry is sealed with."""
_LOCK = 7_051_901
"""Any number that nothing else locks in PostgreSQL."""


def record(tx: Connection, who: str, action: str, subject: str, **details: Any) -> None:
    """Write down, in the transaction that does it, who did what to what."""
    in_turn(tx)
    entry = {
        "at": datetime.now(UTC),
        "who": who,
        "action": action,
        "subject": subject,
        "details": details,
        "previous": newest(tx),
    }
    tx.execute(insert(audit).values(**entry, hash=seal(entry)))


def in_turn(tx: Connection) -> None:
    """Wait until nobody else changes the archive; nobody will until this transaction ends.

    In SQLite every writer is alone anyway.
    """
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def seal(entry: dict[str, Any]) -> str:
    """The hash of an entry: of all it says, and of the hash of the one before."""
    said = [str(entry["previous"]), entry["at"].isoformat()]
    said += [entry["who"], entry["action"], entry["subject"], entry["details"]]
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def newest(tx: Connection) -> str:
    """The hash of the last entry, which seals them all."""
    last = select(audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
    return tx.execute(last).scalar_one_or_none() or FIRST


def has_entry(tx: Connection, hash_: str) -> bool:
    """Whether the entry whose hash `newest` once said is in the log; `FIRST` always is."""
    found = select(audit.c.seq).where(audit.c.hash == hash_)
    return hash_ == FIRST or tx.execute(found).first() is not None


def first_broken(tx: Connection) -> int | None:
    """The number of the first entry that was altered, or that one before it is missing from."""
    previous = FIRST
    entries = select(audit).order_by(audit.c.seq)
    with tx.execute(entries, execution_options={"yield_per": 5000}) as found:
        for row in found.mappings():
            if row["previous"] != previous or row["hash"] != seal(dict(row)):
                return int(row["seq"])
            previous = row["hash"]
    return None
