"""Users, for admins; and one's own password."""

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from playbill.archive import audit
from playbill.archive.access.passwords import (
    hash_password,
    is_password,
    new_password,
    require_good,
)
from playbill.archive.access.users import (
    User,
    add_user,
    get_user,
    list_users,
    password_of,
    set_active,
    set_password,
    set_role,
)
from playbill.server.auth import Admin, Anybody
from playbill.server.etags import IfMatch, etag
from playbill.server.once import SecretRoute
from playbill.server.params import IdPath
from playbill.server.problems import busy, not_allowed
from playbill.server.schemas.access import (
    PasswordChange,
    UserAdded,
    UserChange,
    UserMade,
    UserShown,
)
from playbill.server.services import Served

router = APIRouter(prefix="/v1", tags=["users"], route_class=SecretRoute)


@router.get("/users", summary="All users.")
def everybody(_: Admin, services: Served) -> list[UserShown]:
    """By name."""
    return [UserShown.model_validate(user) for user in services.archive.database.read(list_users)]


@router.post("/users", status_code=201, summary="Make a user.")
def add(body: UserAdded, caller: Admin, response: Response, services: Served) -> UserMade:
    """The password is told once, if it is made up here."""
    made_up = None if body.password else new_password()
    password = body.password or made_up or ""
    require_good(password, body.name)
    kept = hash_password(password)
    user = services.archive.database.write(
        lambda tx: add_user(tx, caller.who, body.name, body.role, kept)
    )
    response.headers["Location"] = f"/v1/users/{user.id}"
    response.headers["ETag"] = etag(user.version)
    return UserMade(user=UserShown.model_validate(user), password=made_up)


@router.get("/users/{user_id}", summary="One user.")
def one(user_id: IdPath, _: Admin, response: Response, services: Served) -> UserShown:
    """With the ETag that a change needs."""
    user = services.archive.database.read(lambda tx: get_user(tx, user_id))
    response.headers["ETag"] = etag(user.version)
    return UserShown.model_validate(user)


@router.patch("/users/{user_id}", summary="Change a user.")
def change(
    *,
    user_id: IdPath,
    body: UserChange,
    match: IfMatch,
    caller: Admin,
    response: Response,
    services: Served,
) -> UserShown:
    """All that is said, or nothing of it; a new password ends the user's sessions."""
    database = services.archive.database
    kept = None
    if body.password is not None:
        require_good(body.password, database.read(lambda tx: get_user(tx, user_id)).name)
        kept = hash_password(body.password)

    def work(tx: Connection) -> User:
        audit.in_turn(tx)
        match.check(get_user(tx, user_id).version)
        if body.role is not None:
            set_role(tx, caller.who, user_id, body.role)
        if body.active is not None:
            set_active(tx, caller.who, user_id, active=body.active)
        if kept is not None:
            set_password(tx, caller.who, user_id, kept)
        return get_user(tx, user_id)

    user = database.write(work)
    response.headers["ETag"] = etag(user.version)
    return UserShown.model_validate(user)


@router.post("/me/password", status_code=204, summary="Change one's own password.")
def change_own(body: PasswordChange, caller: Anybody, services: Served) -> None:
    """Ends all sessions; a key cannot do it."""
    if caller.session is None:
        raise not_allowed("a key may not change a password, expected a session")
    name, database = caller.user.name, services.archive.database
    if wait_s := services.logins_of_name.take(name):
        raise busy("too many wrong passwords, expected a pause", wait_s, 429)
    found = database.read(lambda tx: password_of(tx, name))
    if found is None or not is_password(found[1], body.old):
        raise not_allowed("old: found another password than the user's")
    services.logins_of_name.give(name)
    require_good(body.new, name)
    kept = hash_password(body.new)
    database.write(lambda tx: set_password(tx, caller.who, caller.user.id, kept))
