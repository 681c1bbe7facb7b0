"""Keys of programs: one's own, and everybody's for admins."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from playbill.archive import audit
from playbill.archive.access.hook_secret import hook_secret
from playbill.archive.access.keys import Key, get_key, issue_key, list_keys, revoke_key
from playbill.server.auth import Admin, Anybody, Caller
from playbill.server.once import SecretRoute
from playbill.server.params import IdPath
from playbill.server.problems import not_allowed
from playbill.server.schemas.access import HookSecret, KeyAdded, KeyMade, KeyShown
from playbill.server.services import Served, Services

router = APIRouter(prefix="/v1/keys", tags=["keys"], route_class=SecretRoute)


@router.get("", summary="Keys.")
def some(
    caller: Anybody,
    services: Served,
    *,
    everybody: Annotated[bool, Query(description="Those of all users, for admins.")] = False,
) -> list[KeyShown]:
    """The newest first; revoked ones too."""
    if everybody:
        caller.require("admin")
    whose = None if everybody else caller.user.id
    keys = services.archive.database.read(lambda tx: list_keys(tx, whose))
    return [KeyShown.model_validate(key) for key in keys]


@router.post("", status_code=201, summary="Make a key.")
def issue(body: KeyAdded, caller: Anybody, response: Response, services: Served) -> KeyMade:
    """The token is told once. Nobody can hand out more than they have, and a key hands out none.

    Whoever finds a key could otherwise make others of it that outlive it; one of an admin's can.
    """
    _require_person(caller)
    user_id = body.user_id or caller.user.id
    if user_id != caller.user.id:
        caller.require("admin")
    if more := sorted(set(body.scopes) - caller.scopes):
        raise not_allowed(
            f"scopes: found {', '.join(more)}, expected some of {', '.join(sorted(caller.scopes))}",
            where="body.scopes",
        )
    key, token = services.archive.database.write(
        lambda tx: issue_key(
            tx, caller.who, user_id, body.name, body.scopes, expires_at=body.expires_at
        )
    )
    response.headers["Location"] = f"/v1/keys/{key.id}"
    return KeyMade(key=KeyShown.model_validate(key), token=str(token))


@router.get("/hook-secret", summary="What web hooks are signed with.")
def secret(caller: Admin, services: Served) -> HookSecret:
    """For whoever takes them, to see that they are this server's; asking is written down."""
    found = hook_secret(services.archive.folder)
    services.archive.database.write(
        lambda tx: audit.record(tx, caller.who, "hook-secret.show", "server")
    )
    return HookSecret(secret=found)


@router.get("/{key_id}", summary="One key.")
def one(key_id: IdPath, caller: Anybody, services: Served) -> KeyShown:
    """Without its secret."""
    return KeyShown.model_validate(_own(key_id, caller, services))


@router.delete("/{key_id}", summary="Revoke a key.")
def revoke(key_id: IdPath, caller: Anybody, services: Served) -> KeyShown:
    """It counts no longer, at once and for good. A key may end itself, and no other."""
    if caller.key_id != _own(key_id, caller, services).id:
        _require_person(caller)
    database = services.archive.database
    return KeyShown.model_validate(database.write(lambda tx: revoke_key(tx, caller.who, key_id)))


def _own(key_id: str, caller: Caller, services: Services) -> Key:
    """The key, if it is the caller's; for admins, any.

    Raises:
        Problem: 403, it is somebody else's.
        NotInArchive: there is no such key.
    """
    key = services.archive.database.read(lambda tx: get_key(tx, key_id))
    if key.user_id != caller.user.id:
        caller.require("admin")
    return key


def _require_person(caller: Caller) -> None:
    """Refuse keys, unless they have all of an admin's power anyway.

    Raises:
        Problem: 403.
    """
    if caller.key_id is not None and "admin" not in caller.scopes:
        raise not_allowed("this key may not do this, expected a session, or the scope admin")
