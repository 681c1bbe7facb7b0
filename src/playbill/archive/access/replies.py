"""Replies to requests that may be sent again: kept under who sent them and their own key."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from playbill.archive.tables import replies
from playbill.errors import Conflict


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


def begin_reply(tx: Connection, who: str, key: str, request_sha256: str) -> Reply | None:
    """Take a key for a request; the reply, if the same request was answered before.

    Raises:
        KeyReused: the key was used for another request.
        StillAtIt: the same request is being worked on.
    """
    here = (replies.c.who == who) & (replies.c.key == key)
    row = tx.execute(select(replies).where(here).with_for_update()).first()
    if row is None:
        now = datetime.now(UTC)
        fresh = {"who": who, "key": key, "request_sha256": request_sha256, "created_at": now}
        tx.execute(insert(replies).values(fresh))
        return None
    if row.request_sha256 != request_sha256:
        raise KeyReused(
            f"Idempotency-Key: {key!r} was used for another request, expected a new one"
        )
    if row.status is None:
        raise StillAtIt(f"Idempotency-Key: the first request with {key!r} is not answered yet")
    return Reply(row.status, dict(row.headers or {}), bytes(row.body or b""))


def keep_reply(tx: Connection, who: str, key: str, reply: Reply) -> None:
    """Keep what was answered."""
    here = (replies.c.who == who) & (replies.c.key == key)
    said = {"status": reply.status, "headers": reply.headers, "body": reply.body}
    tx.execute(update(replies).where(here).values(said))


def drop_reply(tx: Connection, who: str, key: str) -> None:
    """Let a key be used again: nothing was done under it."""
    here = (replies.c.who == who) & (replies.c.key == key) & replies.c.status.is_(None)
    tx.execute(delete(replies).where(here))


def drop_unfinished(tx: Connection) -> None:
    """Let keys be used again whose server ended before it could answer."""
    tx.execute(delete(replies).where(replies.c.status.is_(None)))


def drop_old(tx: Connection, after: timedelta) -> None:
    """Forget replies that are older."""
    tx.execute(delete(replies).where(replies.c.created_at < datetime.now(UTC) - after))
