"""Users: people who may look at the archive or change it."""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, delete, insert, select, update

from playbill.archive import audit
from playbill.archive.access.roles import Role, to_role
from playbill.archive.packing import is_text
from playbill.archive.tables import sessions, users
from playbill.errors import ArchiveError, Conflict, NotInArchive

MOST_NAME_LETTERS = 100


@dataclass(frozen=True, slots=True)
class User:
    """One user, without the password."""

    id: str
    name: str
    role: Role
    active: bool
    created_at: datetime
    version: int
    """Counts the changes: the ETag."""


def add_user(tx: Connection, who: str, name: str, role: str, password_hash: str) -> User:
    """Make a user; `password_hash` is `passwords.hash_password`'s, made outside the transaction.

    Raises:
        ArchiveError: the name or the role is none.
        Conflict: there is a user of this name.
    """
    name = _to_name(name)
    audit.in_turn(tx)  # whoever adds the same name at the same time sees it here, or waits
    if tx.execute(select(users.c.id).where(users.c.name == name)).first():
        raise Conflict(f"users: there is a user {name!r} already, expected another name")
    user_id = str(uuid4())
    tx.execute(
        insert(users).values(
            id=user_id,
            name=name,
            password=password_hash,
            role=to_role(role),
            active=True,
            created_at=datetime.now(UTC),
        )
    )
    audit.record(tx, who, "user.add", f"user:{user_id}", name=name, role=role)
    return get_user(tx, user_id)


def add_first_admin(tx: Connection, who: str, name: str, password_hash: str) -> bool:
    """Make an admin of an archive without users; False: it has one, and nothing changes.

    Raises:
        ArchiveError: the name is none.
    """
    audit.in_turn(tx)
    if any_user(tx):
        return False
    add_user(tx, who, name, "admin", password_hash)
    return True


def get_user(tx: Connection, user_id: str) -> User:
    """One user.

    Raises:
        NotInArchive: there is none of that id.
    """
    row = tx.execute(select(users).where(users.c.id == user_id)).first()
    if row is None:
        raise NotInArchive(f"users: there is none with the id {user_id!r}")
    return to_user(row)


def find_user(tx: Connection, name: str) -> User:
    """The user of that name.

    Raises:
        NotInArchive: there is none.
    """
    row = tx.execute(select(users).where(users.c.name == _folded(name))).first()
    if row is None:
        raise NotInArchive(f"users: there is none of the name {name!r}")
    return to_user(row)


def list_users(tx: Connection) -> list[User]:
    """All users, by name."""
    return [to_user(row) for row in tx.execute(select(users).order_by(users.c.name))]


def password_of(tx: Connection, name: str) -> tuple[User, str] | None:
    """The user of that name and what is kept of the password; None: there is none."""
    row = tx.execute(select(users).where(users.c.name == _folded(name))).first()
    return None if row is None else (to_user(row), str(row.password))


def set_role(tx: Connection, who: str, user_id: str, role: str) -> User:
    """Give a user another role.

    Raises:
        NotInArchive: no such user.
        ArchiveError: no such role.
        Conflict: it is the last admin.
    """
    user, wanted = get_user(tx, user_id), to_role(role)
    if wanted != "admin":
        _require_another_admin(tx, user)
    _change(tx, user_id, role=wanted)
    audit.record(tx, who, "user.role", f"user:{user_id}", before=user.role, after=wanted)
    return get_user(tx, user_id)


def set_password(tx: Connection, who: str, user_id: str, password_hash: str) -> User:
    """Give a user another password, which ends all sessions.

    Raises:
        NotInArchive: no such user.
    """
    get_user(tx, user_id)
    _change(tx, user_id, password=password_hash)
    tx.execute(delete(sessions).where(sessions.c.user_id == user_id))
    audit.record(tx, who, "user.password", f"user:{user_id}")
    return get_user(tx, user_id)


def set_active(tx: Connection, who: str, user_id: str, *, active: bool) -> User:
    """Lock a user out, keys and sessions included, or let him in again.

    Raises:
        NotInArchive: no such user.
        Conflict: it is the last admin.
    """
    user = get_user(tx, user_id)
    if not active:
        _require_another_admin(tx, user)
        tx.execute(delete(sessions).where(sessions.c.user_id == user_id))
    _change(tx, user_id, active=active)
    audit.record(tx, who, "user.activate" if active else "user.deactivate", f"user:{user_id}")
    return get_user(tx, user_id)


def any_user(tx: Connection) -> bool:
    """Whether the archive has a user at all."""
    return tx.execute(select(users.c.id).limit(1)).first() is not None


def to_user(row: Row[Any]) -> User:
    """A row that has the columns of `users`."""
    return User(row.id, row.name, to_role(row.role), row.active, row.created_at, row.version)


def _change(tx: Connection, user_id: str, **values: object) -> None:
    tx.execute(
        update(users).where(users.c.id == user_id).values(**values, version=users.c.version + 1)
    )


def _require_another_admin(tx: Connection, user: User) -> None:
    if user.role != "admin" or not user.active:
        return
    # Locked, so that two admins cannot each take the other's place at once (PostgreSQL).
    admins = select(users.c.id).where(users.c.role == "admin", users.c.active).with_for_update()
    if len(tx.execute(admins).all()) < 2:
        raise Conflict(f"users: {user.name!r} is the last admin, expected another one to be left")


def _to_name(name: str) -> str:
    folded = _folded(name)
    if not 0 < len(folded) <= MOST_NAME_LETTERS or not folded.isprintable() or not is_text(name):
        raise ArchiveError(
            f"users: {name[:120]!r} cannot be a name, expected 1 to {MOST_NAME_LETTERS} letters"
        )
    return folded


def _folded(name: str) -> str:
    """A name as it is kept and looked for; what is no text is nobody's."""
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold() if is_text(name) else ""
