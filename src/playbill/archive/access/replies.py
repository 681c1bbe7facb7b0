"""Replies to requests that may be sent again: kept under who sent them and their own key."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from playbill.archive.queue import clock
from playbill.archive.tables import replies
from playbill.errors import Conflict

LEASE_S = 15.0
"""Whoever works on a request says so again before this is over, with `beat_reply`; else its server
has ended, and the request may be sent once more."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it went out."""

    status: int
    headers: dict[str, str]
    body: bytes


class KeyReused(Conflict):
    """The key was used for another request."""


class StillAtIt(Conflict):
    """The first request of this key is not answered yet."""

    def __init__(self, key: str, left_s: float) -> None:
        super().__init__(
            f"Idempotency-Key: the first request with {key!r} is not answered yet; if nothing is "
            f"heard of its server any more, the key counts anew in {left_s:.0f} s"
        )
        self.left_s = left_s


def begin_reply(tx: Connection, who: str, key: str, request_sha256: str) -> Reply | None:
    """Take a key for a request; the reply, if the same request was answered before.

    Raises:
        KeyReused: the key was used for another request.
        StillAtIt: the same request is being worked on.
    """
    row = tx.execute(select(replies).where(_here(who, key)).with_for_update()).first()
    now = clock(tx)
    if row is None:
        fresh: dict[str, Any] = {"who": who, "key": key, "request_sha256": request_sha256}
        fresh |= {"created_at": _moment(now)}
        try:
            with tx.begin_nested():
                tx.execute(insert(replies).values(fresh))
        except IntegrityError as error:  # two came at once
            raise StillAtIt(key, LEASE_S) from error
        return None
    if row.request_sha256 != request_sha256:
        raise KeyReused(
            f"Idempotency-Key: {key!r} was used for another request, expected a new one"
        )
    if row.status is not None:
        return Reply(row.status, dict(row.headers or {}), bytes(row.body or b""))
    left_s = row.created_at.timestamp() + LEASE_S - now
    if left_s > 0:
        raise StillAtIt(key, left_s)
    beat_reply(tx, who, key)
    return None


def beat_reply(tx: Connection, who: str, key: str) -> None:
    """Say that the request is still being worked on."""
    unanswered = _here(who, key) & replies.c.status.is_(None)
    tx.execute(update(replies).where(unanswered).values(created_at=_moment(clock(tx))))


def keep_reply(tx: Connection, who: str, key: str, reply: Reply) -> None:
    """Keep what was answered."""
    said = {"status": reply.status, "headers": reply.headers, "body": reply.body}
    tx.execute(update(replies).where(_here(who, key)).values(said))


def drop_reply(tx: Connection, who: str, key: str) -> None:
    """Let a key be used again: nothing was done under it."""
    tx.execute(delete(replies).where(_here(who, key) & replies.c.status.is_(None)))


def drop_old(tx: Connection, after: timedelta) -> None:
    """Forget replies that are older."""
    tx.execute(delete(replies).where(replies.c.created_at < datetime.now(UTC) - after))


def _here(who: str, key: str) -> ColumnElement[bool]:
    return (replies.c.who == who) & (replies.c.key == key)


def _moment(now: float) -> datetime:
    return datetime.fromtimestamp(now, UTC)
