"""Users, keys and sessions: who may come in, and when no longer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from playbill.archive import audit
from playbill.archive.access.keys import issue_key, list_keys, mark_used, open_key, revoke_key
from playbill.archive.access.passwords import (
    hash_password,
    is_password,
    new_password,
    require_good,
)
from playbill.archive.access.roles import ALLOWED, ROLES
from playbill.archive.access.sessions import (
    begin_session,
    csrf_token,
    end_session,
    open_session,
)
from playbill.archive.access.tokens import Token, new_token, read_token
from playbill.archive.access.users import (
    User,
    add_first_admin,
    add_user,
    find_user,
    list_users,
    set_active,
    set_password,
    set_role,
)
from playbill.archive.database import Database
from playbill.archive.tables import audit as audit_table
from playbill.errors import ArchiveError, Conflict, NotInArchive

WHO = "cli:test"
DAY = timedelta(days=1)


def added(database: Database, name: str = "ada", role: str = "admin") -> User:
    return database.write(lambda tx: add_user(tx, WHO, name, role, "no hash"))


def test_each_role_may_do_what_the_one_below_may() -> None:
    for lower, higher in pairwise(ROLES):
        assert ALLOWED[lower] < ALLOWED[higher]


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "a" * 20,
        "ababababababab",
        "password123456",
        "Playbill-2026!",
        "AdaLovelace1815",
        "x" * 300,
        "no text, but bytes: \udcff",
    ],
)
def test_passwords_that_are_guessed_at_once_are_refused(password: str) -> None:
    with pytest.raises(ArchiveError, match="password"):
        require_good(password, "adalovelace")


def test_a_made_up_password_is_good_and_is_recognised_by_its_hash() -> None:
    password = new_password()

    require_good(password, "ada")
    kept = hash_password(password)

    assert kept.startswith("$argon2id$")
    assert password not in kept
    assert is_password(kept, password)
    assert not is_password(kept, password + "x")
    assert not is_password(None, password)
    assert not is_password("no hash", password)
    assert not is_password(kept, password + "\udcff")


def test_names_of_users_are_the_same_in_small_and_large_letters(database: Database) -> None:
    added(database, "Ada  Lovelace")

    assert database.read(lambda tx: find_user(tx, "ADA lovelace")).name == "ada lovelace"
    with pytest.raises(Conflict, match="already"):
        added(database, "ada LOVELACE")


@pytest.mark.parametrize("name", ["", "   ", "a" * 101, "a\x07b", "a\0b", "a\udcff"])
def test_what_is_no_name_is_refused(database: Database, name: str) -> None:
    with pytest.raises(ArchiveError, match="cannot be a name"):
        added(database, name)
    with pytest.raises(NotInArchive):
        database.read(lambda tx: find_user(tx, name))


def test_of_two_who_add_one_name_at_once_one_does(database: Database) -> None:
    def add(_: int) -> str:
        try:
            return added(database, role="viewer").name
        except Conflict:
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(add, range(8))) == ["ada", *["refused"] * 7]


def test_of_two_servers_that_start_at_once_one_makes_the_admin(database: Database) -> None:
    def start(number: int) -> bool:
        return database.write(lambda tx: add_first_admin(tx, WHO, f"admin{number}", "no hash"))

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(start, range(8))) == [False] * 7 + [True]
    assert [user.role for user in database.read(list_users)] == ["admin"]


def test_a_role_that_is_none_is_refused_and_nobody_is_added(database: Database) -> None:
    with pytest.raises(ArchiveError, match="expected one of viewer"):
        added(database, role="king")
    assert database.read(list_users) == []


def test_the_last_admin_stays_one(database: Database) -> None:
    ada = added(database)
    added(database, "grace", "curator")

    with pytest.raises(Conflict, match="last admin"):
        database.write(lambda tx: set_role(tx, WHO, ada.id, "viewer"))
    with pytest.raises(Conflict, match="last admin"):
        database.write(lambda tx: set_active(tx, WHO, ada.id, active=False))

    added(database, "mary", "admin")
    changed = database.write(lambda tx: set_role(tx, WHO, ada.id, "viewer"))
    assert (changed.role, changed.version) == ("viewer", ada.version + 1)


def test_a_key_opens_until_it_is_revoked(database: Database) -> None:
    ada = added(database)
    key, token = database.write(lambda tx: issue_key(tx, WHO, ada.id, "ingest", ["read", "label"]))

    use = database.read(lambda tx: open_key(tx, token))
    assert use is not None
    assert (use.user.name, use.key.scopes) == ("ada", ("read", "label"))

    database.write(lambda tx: mark_used(tx, key.id))
    database.write(lambda tx: revoke_key(tx, WHO, key.id))
    database.write(lambda tx: revoke_key(tx, WHO, key.id))

    assert database.read(lambda tx: open_key(tx, token)) is None
    assert database.read(lambda tx: list_keys(tx, ada.id))[0].last_used_at is not None


def test_a_wrong_secret_or_an_unknown_key_opens_nothing(database: Database) -> None:
    ada = added(database)
    _, token = database.write(lambda tx: issue_key(tx, WHO, ada.id, "ingest", ["read"]))

    forged, unknown = Token(token.key_id, new_token().secret), new_token()

    assert database.read(lambda tx: open_key(tx, forged)) is None
    assert database.read(lambda tx: open_key(tx, unknown)) is None


def test_a_key_ends_with_its_time_and_with_its_user(database: Database) -> None:
    ada = added(database)
    added(database, "mary")
    soon = datetime.now(UTC) + timedelta(seconds=0.05)
    _, short = database.write(lambda tx: issue_key(tx, WHO, ada.id, "a", ["read"], expires_at=soon))
    _, long = database.write(lambda tx: issue_key(tx, WHO, ada.id, "b", ["read"]))

    while datetime.now(UTC) < soon:
        pass
    assert database.read(lambda tx: open_key(tx, short)) is None
    assert database.read(lambda tx: open_key(tx, long)) is not None

    database.write(lambda tx: set_active(tx, WHO, ada.id, active=False))
    assert database.read(lambda tx: open_key(tx, long)) is None
    with pytest.raises(Conflict, match="not active"):
        database.write(lambda tx: issue_key(tx, WHO, ada.id, "c", ["read"]))


@pytest.mark.parametrize(
    ("name", "scopes", "complaint"),
    [("", ["read"], "name"), ("a", [], "without scopes"), ("a", ["everything"], "no such scope")],
)
def test_a_key_needs_a_name_and_scopes(
    database: Database, name: str, scopes: list[str], complaint: str
) -> None:
    ada = added(database)
    with pytest.raises(ArchiveError, match=complaint):
        database.write(lambda tx: issue_key(tx, WHO, ada.id, name, scopes))
    with pytest.raises(NotInArchive):
        database.write(lambda tx: issue_key(tx, WHO, "nobody", "a", ["read"]))


def test_a_token_is_read_back_and_does_not_show_itself() -> None:
    token = new_token()

    assert read_token(str(token)) == token
    assert token.secret not in repr(token)
    for wrong in ("", "pb__", str(token)[:-1], str(token) + "a", str(token).upper(), "Bearer x"):
        assert read_token(wrong) is None


def test_a_session_opens_until_its_end(database: Database) -> None:
    ada = added(database)
    secret = database.write(lambda tx: begin_session(tx, ada.id, DAY))
    other = database.write(lambda tx: begin_session(tx, ada.id, DAY))

    user = database.read(lambda tx: open_session(tx, secret))
    assert user is not None
    assert user.name == "ada"
    assert csrf_token(secret) != csrf_token(other)

    for _ in range(2):
        database.write(lambda tx: end_session(tx, secret))
    assert database.read(lambda tx: open_session(tx, secret)) is None
    assert database.read(lambda tx: open_session(tx, other)) is not None
    actions = database.read(lambda tx: tx.execute(select(audit_table.c.action)).scalars().all())
    assert actions == ["user.add", "session.begin", "session.begin", "session.end"]


def test_sessions_end_with_their_time_a_new_password_and_the_user(database: Database) -> None:
    ada = added(database)
    added(database, "mary")

    over = database.write(lambda tx: begin_session(tx, ada.id, -DAY))
    assert database.read(lambda tx: open_session(tx, over)) is None

    before = database.write(lambda tx: begin_session(tx, ada.id, DAY))
    database.write(lambda tx: set_password(tx, WHO, ada.id, "another hash"))
    assert database.read(lambda tx: open_session(tx, before)) is None

    again = database.write(lambda tx: begin_session(tx, ada.id, DAY))
    database.write(lambda tx: set_active(tx, WHO, ada.id, active=False))
    assert database.read(lambda tx: open_session(tx, again)) is None


def test_each_change_is_in_the_audit_log_and_secrets_are_not(database: Database) -> None:
    ada = added(database)
    key, token = database.write(lambda tx: issue_key(tx, WHO, ada.id, "ingest", ["read"]))
    database.write(lambda tx: revoke_key(tx, WHO, key.id))
    database.write(lambda tx: set_password(tx, WHO, ada.id, "a hash of it"))

    rows = database.read(lambda tx: tx.execute(select(audit_table)).all())

    assert [row.action for row in rows] == ["user.add", "key.issue", "key.revoke", "user.password"]
    assert token.secret not in str(rows)
    assert "a hash of it" not in str(rows)
    assert database.read(audit.first_broken) is None
