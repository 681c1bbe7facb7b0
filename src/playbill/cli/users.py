"""`playbill users` and `playbill keys`: who may use the server."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from playbill.archive.access.hook_secret import hook_secret
from playbill.archive.access.keys import Key, issue_key, list_keys, revoke_key
from playbill.archive.access.passwords import hash_password, new_password, require_good
from playbill.archive.access.roles import ALLOWED, ROLES, SCOPES
from playbill.archive.access.users import (
    add_user,
    find_user,
    list_users,
    set_active,
    set_password,
    set_role,
)
from playbill.archive.audit import record
from playbill.cli.archive.options import DEFAULT_ARCHIVE, ArchiveFolder, AsJson, opened, who
from playbill.cli.console import out
from playbill.errors import ArchiveError

MOST_DAYS = 36_500
Name = Annotated[str, typer.Argument(help="The user's name.")]
Role = Annotated[str, typer.Option(help=f"{', '.join(ROLES)}: from the least to the most.")]
FromInput = Annotated[
    bool, typer.Option("--stdin", help="Read the password from standard input, one line.")
]


def add(
    name: Name,
    role: Role = ROLES[0],
    from_input: FromInput = False,
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
) -> None:
    """Make a user; the password is made up and printed once, unless it is given.

    $ playbill users add grace --role labeller
    """
    password = _password(name, from_input=from_input)
    kept = hash_password(password)
    with opened(archive) as found:
        user = found.database.write(lambda tx: add_user(tx, who(), name, role, kept))
    _say_user(user.name, None if from_input else password)


def show(archive: ArchiveFolder = DEFAULT_ARCHIVE, as_json: AsJson = False) -> None:
    """All users, by name."""
    with opened(archive) as found:
        rows = found.database.read(list_users)
    if as_json:
        said = [{"id": u.id, "name": u.name, "role": u.role, "active": u.active} for u in rows]
        out().print(json.dumps(said, ensure_ascii=False), markup=False, soft_wrap=True)
        return
    for user in rows:
        state = "" if user.active else "  (not active)"
        out().print(f"{user.name}  {user.role}{state}", markup=False)


def role_of(
    name: Name,
    role: Annotated[str, typer.Argument(help=f"One of {', '.join(ROLES)}.")],
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
) -> None:
    """Give a user another role."""
    with opened(archive) as found:
        user = found.database.write(lambda tx: set_role(tx, who(), find_user(tx, name).id, role))
    out().print(f"{user.name}  {user.role}", markup=False)


def password_of(
    name: Name, from_input: FromInput = False, archive: ArchiveFolder = DEFAULT_ARCHIVE
) -> None:
    """Give a user another password, which ends all sessions."""
    password = _password(name, from_input=from_input)
    kept = hash_password(password)
    with opened(archive) as found:
        user = found.database.write(
            lambda tx: set_password(tx, who(), find_user(tx, name).id, kept)
        )
    _say_user(user.name, None if from_input else password)


def deactivate(name: Name, archive: ArchiveFolder = DEFAULT_ARCHIVE) -> None:
    """Lock a user out, keys and sessions included."""
    _set_active(archive, name, active=False)


def activate(name: Name, archive: ArchiveFolder = DEFAULT_ARCHIVE) -> None:
    """Let a user in again."""
    _set_active(archive, name, active=True)


def add_key(
    user: Annotated[str, typer.Argument(help="Whose key it is.")],
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(help=f"{', '.join(SCOPES)}; several times. All of the user's, if none."),
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=MOST_DAYS, help="It counts so long.")
    ] = None,
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
) -> None:
    """Make a key and print it, once; programs send it as `Authorization: Bearer KEY`.

    $ playbill keys add ada ingest --scope read --scope analyse
    """
    until = None if days is None else datetime.now(UTC) + timedelta(days=days)
    with opened(archive) as found:
        owner = found.database.read(lambda tx: find_user(tx, user))
        scopes = scope or sorted(ALLOWED[owner.role])
        _, token = found.database.write(
            lambda tx: issue_key(tx, who(), owner.id, name, scopes, expires_at=until)
        )
    out().print(str(token), markup=False, soft_wrap=True)


def show_keys(archive: ArchiveFolder = DEFAULT_ARCHIVE, as_json: AsJson = False) -> None:
    """All keys, the newest first."""
    with opened(archive) as found:
        rows, names = found.database.read(
            lambda tx: (list_keys(tx), {user.id: user.name for user in list_users(tx)})
        )
    for key in rows:
        user = names[key.user_id]
        text = (
            json.dumps(_key_json(key, user), ensure_ascii=False)
            if as_json
            else f"{key.id}  {user}  {key.name}  {_state(key)}"
        )
        out().print(text, markup=False, soft_wrap=True)


def revoke(
    key: Annotated[str, typer.Argument(help="Its id, of `playbill keys list`.")],
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
) -> None:
    """Make a key count no longer, at once and for good."""
    with opened(archive) as found:
        revoked = found.database.write(lambda tx: revoke_key(tx, who(), key))
    out().print(f"{revoked.name}  revoked", markup=False)


def show_hook_secret(archive: ArchiveFolder = DEFAULT_ARCHIVE) -> None:
    """Print what web hooks are signed with, for whoever takes them; made at first.

    $ playbill keys hook-secret --archive ~/archive
    """
    with opened(archive) as found:
        secret = hook_secret(found.folder)
        found.database.write(lambda tx: record(tx, who(), "hook-secret.show", "server"))
    out().print(secret, markup=False, soft_wrap=True)


def _key_json(key: Key, user: str) -> dict[str, Any]:
    moments = {
        "created": key.created_at,
        "expires": key.expires_at,
        "revoked": key.revoked_at,
        "lastUsed": key.last_used_at,
    }
    said = {"id": key.id, "user": user, "name": key.name, "scopes": list(key.scopes)}
    return said | {what: at and at.isoformat() for what, at in moments.items()}


def _state(key: Key) -> str:
    """What it is good for, and how long."""
    if key.revoked_at is not None:
        return "revoked"
    scopes = ",".join(key.scopes)
    if key.expires_at is None:
        return scopes
    over = key.expires_at <= datetime.now(UTC)
    return f"{scopes}  {'expired' if over else 'until'} {key.expires_at.astimezone():%Y-%m-%d}"


def _set_active(archive: Path, name: str, *, active: bool) -> None:
    with opened(archive) as found:
        user = found.database.write(
            lambda tx: set_active(tx, who(), find_user(tx, name).id, active=active)
        )
    out().print(f"{user.name}  {'active' if user.active else 'not active'}", markup=False)


def _password(name: str, *, from_input: bool) -> str:
    """One that is good.

    Raises:
        ArchiveError: the one that was given is weak.
    """
    if not from_input:
        return new_password()
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise ArchiveError("standard input: found no password, expected one line")
    require_good(password, name)
    return password


def _say_user(name: str, password: str | None) -> None:
    out().print(f"user: {name}", markup=False)
    if password is not None:
        out().print(f"password: {password}\n(shown this once)", markup=False)
