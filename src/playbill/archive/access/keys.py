"""API keys: what programs show instead of a password. The secret is shown once and not kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from playbill.archive import audit
from playbill.archive.access.roles import Scope, to_scopes
from playbill.archive.access.tokens import Token, digest_of, is_secret, new_token
from playbill.archive.access.users import User, get_user, to_user
from playbill.archive.tables import keys, users
from playbill.errors import ArchiveError, Conflict, NotInArchive

USED_EVERY = timedelta(minutes=1)
"""The time of the last use is kept no more exactly than this."""
MOST_NAME_LETTERS = 200


@dataclass(frozen=True, slots=True)
class Key:
    """One key, without its secret."""

    id: str
    user_id: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key that counts, and whose it is."""

    key: Key
    user: User


def issue_key(
    tx: Connection,
    who: str,
    user_id: str,
    name: str,
    scopes: Iterable[str],
    *,
    expires_at: datetime | None = None,
) -> tuple[Key, Token]:
    """Make a key; its token is to be shown now, as nobody can find it out later.

    Raises:
        NotInArchive: no such user.
        Conflict: the user is not active.
        ArchiveError: no such scope, no name, or a time that has passed.
    """
    user, given = get_user(tx, user_id), to_scopes(scopes)
    if not user.active:
        raise Conflict(f"users: {user.name!r} is not active, expected one who may come in")
    if not 0 < len(name.strip()) <= MOST_NAME_LETTERS or not name.isprintable():
        raise ArchiveError(
            f"keys: {name[:80]!r} cannot be a name, expected 1 to {MOST_NAME_LETTERS} letters"
        )
    now = datetime.now(UTC)
    if expires_at is not None and expires_at <= now:
        raise ArchiveError(f"keys: {expires_at.isoformat()} has passed, expected a time to come")
    token = new_token()
    tx.execute(
        insert(keys).values(
            id=token.key_id,
            user_id=user_id,
            name=name.strip(),
            secret_sha256=digest_of(token.secret),
            scopes=list(given),
            created_at=now,
            expires_at=expires_at,
        )
    )
    audit.record(
        tx, who, "key.issue", f"key:{token.key_id}", user=user_id, name=name, scopes=list(given)
    )
    return get_key(tx, token.key_id), token


def get_key(tx: Connection, key_id: str) -> Key:
    """One key.

    Raises:
        NotInArchive: there is none of that id.
    """
    row = tx.execute(select(keys).where(keys.c.id == key_id)).first()
    if row is None:
        raise NotInArchive(f"keys: there is none with the id {key_id!r}")
    return _to_key(row)


def list_keys(tx: Connection, user_id: str | None = None) -> list[Key]:
    """All keys, or those of one user, the newest first; revoked ones too."""
    rows = select(keys).order_by(keys.c.created_at.desc(), keys.c.id)
    return [
        _to_key(row)
        for row in tx.execute(rows.where(keys.c.user_id == user_id) if user_id else rows)
    ]


def revoke_key(tx: Connection, who: str, key_id: str) -> Key:
    """Make a key count no longer, at once and for good; again does no harm.

    Raises:
        NotInArchive: no such key.
    """
    if get_key(tx, key_id).revoked_at is None:
        tx.execute(update(keys).where(keys.c.id == key_id).values(revoked_at=datetime.now(UTC)))
        audit.record(tx, who, "key.revoke", f"key:{key_id}")
    return get_key(tx, key_id)


def open_key(tx: Connection, token: Token) -> KeyUse | None:
    """The key of `token`, if its secret is right and it and its user count today."""
    row = tx.execute(select(keys).where(keys.c.id == token.key_id)).first()
    if not is_secret(row.secret_sha256 if row else "0" * 64, token.secret) or row is None:
        return None
    key, now = _to_key(row), datetime.now(UTC)
    if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        return None
    owner = tx.execute(select(users).where(users.c.id == key.user_id)).first()
    if owner is None or not owner.active:
        return None
    return KeyUse(key, to_user(owner))


def is_stale(key: Key) -> bool:
    """Whether its last use is to be written down again."""
    return key.last_used_at is None or datetime.now(UTC) - key.last_used_at >= USED_EVERY


def mark_used(tx: Connection, key_id: str) -> None:
    """Write down that a key was used now."""
    tx.execute(update(keys).where(keys.c.id == key_id).values(last_used_at=datetime.now(UTC)))


def _to_key(row: Row[Any]) -> Key:
    return Key(
        id=row.id,
        user_id=row.user_id,
        name=row.name,
        scopes=to_scopes(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
