"""Logging in and out, for browsers; and who asks, for all."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from playbill.archive.access.passwords import is_password
from playbill.archive.access.sessions import begin_session, csrf_token, end_session
from playbill.archive.access.users import password_of
from playbill.server.auth import COOKIE, Anybody, Caller, address_of, caller_of
from playbill.server.problems import Problem, busy
from playbill.server.schemas.access import CallerShown, LoginBody, SessionShown, UserShown
from playbill.server.services import Served, Services

router = APIRouter(prefix="/v1", tags=["sessions"])


@router.post("/sessions", status_code=201, summary="Log in.")
def log_in(body: LoginBody, request: Request, response: Response, services: Served) -> SessionShown:
    """Give name and password; get a cookie, and the token that each change needs beside it."""
    found = services.archive.database.read(lambda tx: password_of(tx, body.name))
    # However it is written, a name has one bucket.
    name, address = found[0].name if found else body.name.casefold(), address_of(request)
    _take(services, name, address)
    right = is_password(found[1] if found else None, body.password)
    if found is None or not right or not found[0].active:
        raise Problem(401, "name or password: found none that fit together", "not-known")
    services.logins_of_name.give(name)
    services.logins_from_address.give(address)
    user, settings = found[0], services.settings
    request.state.who = f"user:{user.name}"
    lasts = timedelta(hours=settings.session_hours)
    secret = services.archive.database.write(lambda tx: begin_session(tx, user.id, lasts))
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=settings.https,
        path="/",
    )
    return SessionShown(user=UserShown.model_validate(user), csrf=csrf_token(secret))


@router.delete("/sessions/current", status_code=204, summary="Log out.")
def log_out(
    caller: Annotated[Caller, Depends(caller_of)], response: Response, services: Served
) -> None:
    """End the session whose cookie comes along."""
    if caller.session is None:
        raise Problem(409, "session: found a key, expected a session's cookie", "conflict")
    secret = caller.session
    services.archive.database.write(lambda tx: end_session(tx, secret))
    response.delete_cookie(COOKIE, path="/")


@router.get("/me", summary="Who am I?")
def me(caller: Anybody) -> CallerShown:
    """Whom the server takes you for, and what you may do."""
    return CallerShown(
        user=UserShown.model_validate(caller.user),
        scopes=sorted(caller.scopes),
        by="key" if caller.key_id else "session",
    )


def _take(services: Services, name: str, address: str) -> None:
    """Count an attempt as wrong until it is seen to be right, so that none slip by at once."""
    wait_s = services.logins_of_name.take(name) or services.logins_from_address.take(address)
    if wait_s:
        raise busy("too many wrong passwords, expected a pause", wait_s, 429)
