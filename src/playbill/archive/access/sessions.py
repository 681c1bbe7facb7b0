"""Sessions: what a browser shows after a password was right."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, delete, insert, select

from playbill.archive import audit
from playbill.archive.access.tokens import digest_of, new_secret
from playbill.archive.access.users import User, get_user, to_user
from playbill.archive.tables import sessions, users
from playbill.errors import Conflict


def begin_session(tx: Connection, user_id: str, lasts: timedelta) -> str:
    """Make a session of a user, and forget those that are over; its secret is for the cookie.

    Raises:
        NotInArchive: no such user.
        Conflict: the user is not active.
    """
    user, now = get_user(tx, user_id), datetime.now(UTC)
    if not user.active:
        raise Conflict(f"users: {user.name!r} is not active, expected one who may come in")
    tx.execute(delete(sessions).where(sessions.c.expires_at <= now))
    secret = new_secret()
    tx.execute(
        insert(sessions).values(
            secret_sha256=digest_of(secret), user_id=user_id, created_at=now, expires_at=now + lasts
        )
    )
    audit.record(tx, f"user:{user.name}", "session.begin", f"user:{user_id}")
    return secret


def open_session(tx: Connection, secret: str) -> User | None:
    """Whose session it is, if it counts today."""
    row = tx.execute(
        select(users)
        .join(sessions, sessions.c.user_id == users.c.id)
        .where(
            sessions.c.secret_sha256 == digest_of(secret),
            sessions.c.expires_at > datetime.now(UTC),
            users.c.active,
        )
    ).first()
    return to_user(row) if row else None


def end_session(tx: Connection, secret: str) -> None:
    """Log out; again does no harm."""
    user = open_session(tx, secret)
    tx.execute(delete(sessions).where(sessions.c.secret_sha256 == digest_of(secret)))
    if user is not None:
        audit.record(tx, f"user:{user.name}", "session.end", f"user:{user.id}")


def csrf_token(secret: str) -> str:
    """What a page must send along with each change: follows from the session, but not the reverse.

    Another site can make a browser send the cookie, but not read it.
    """
    return sha256(f"csrf:{secret}".encode()).hexdigest()
