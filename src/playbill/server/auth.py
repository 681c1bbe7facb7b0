"""Who asks, and what they may: an API key, or the session of a browser."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from playbill.archive.access.keys import KeyUse, open_key
from playbill.archive.access.roles import ALLOWED, Scope
from playbill.archive.access.sessions import csrf_token, open_session
from playbill.archive.access.tokens import read_token
from playbill.archive.access.users import User
from playbill.server.problems import Problem, busy, not_allowed
from playbill.server.rates import Rates
from playbill.server.services import Served, Services

COOKIE = "playbill_session"
CSRF_HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_bearer = HTTPBearer(
    auto_error=False, scheme_name="key", description="An API key: `pb_<id>_<secret>`."
)
_cookie = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    scheme_name="session",
    description=f"A browser's session; changes need the header {CSRF_HEADER} as well.",
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    who: str
    """For the audit log: `user:ada` or `key:1f...`."""
    user: User
    scopes: frozenset[Scope]
    key_id: str | None
    """None: it is a session."""
    session: str | None
    """The secret of the session; None: it is a key."""

    def require(self, scope: Scope) -> None:
        """Refuse who may not.

        Raises:
            Problem: 403.
        """
        if scope not in self.scopes:
            what = "this key" if self.key_id else f"a {self.user.role}"
            raise not_allowed(
                f"{what} may not do this: found {', '.join(sorted(self.scopes)) or 'no scope'}, "
                f"expected the scope {scope}",
                found=sorted(self.scopes),
                expected=scope,
            )


def caller_of(
    request: Request,
    services: Served,
    _bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    _cookie: Annotated[str | None, Depends(_cookie)],
) -> Caller:
    """`authenticate`, with what OpenAPI says of it."""
    return authenticate(request, services)


def authenticate(request: Request, services: Services) -> Caller:
    """Find out who asks, and whether they ask too often; once for a request.

    Raises:
        Problem: 401, 403 or 429.
    """
    known: Caller | None = getattr(request.state, "caller", None)
    if known is not None:
        return known
    header, session = request.headers.get("Authorization"), request.cookies.get(COOKIE)
    caller: Caller | None = None
    if header is not None:
        scheme, _, credentials = header.partition(" ")
        caller = _by_key(credentials.strip(), services) if scheme.lower() == "bearer" else None
    elif session is not None:
        caller = _by_session(request, session, services)
    if caller is None:
        _slow_down(services.rates, f"address:{address_of(request)}")
        raise _unknown("a key that does not count" if header else "no session that counts")
    request.state.caller, request.state.who = caller, caller.who
    _slow_down(services.rates, caller.who)
    return caller


def needs(scope: Scope) -> Callable[[Caller], Awaitable[Caller]]:
    """The dependency of a route that only callers with `scope` may use."""

    async def allowed(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        caller.require(scope)
        return caller

    return allowed


Reader = Annotated[Caller, Depends(needs("read"))]
Analyst = Annotated[Caller, Depends(needs("analyse"))]
Labeller = Annotated[Caller, Depends(needs("label"))]
Curator = Annotated[Caller, Depends(needs("curate"))]
Admin = Annotated[Caller, Depends(needs("admin"))]
Anybody = Annotated[Caller, Depends(caller_of)]
"""Anybody who is known."""


def address_of(request: Request) -> str:
    """The address of the sender, or of a proxy before it that is not among `settings.proxies`."""
    return request.client.host if request.client else "unknown"


def _by_key(text: str, services: Services) -> Caller | None:
    token = read_token(text)
    use = services.archive.database.read(lambda tx: open_key(tx, token)) if token else None
    if use is None:
        return None
    services.uses.note(use.key)
    return _with_key(use)


def _with_key(use: KeyUse) -> Caller:
    scopes = ALLOWED[use.user.role] & frozenset(use.key.scopes)
    return Caller(f"key:{use.key.id}", use.user, scopes, use.key.id, None)


def _by_session(request: Request, secret: str, services: Services) -> Caller | None:
    user = services.archive.database.read(lambda tx: open_session(tx, secret))
    if user is None:
        return None
    if request.method not in SAFE:
        given = request.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(given.encode(), csrf_token(secret).encode()):
            raise not_allowed(
                f"{CSRF_HEADER}: found {'another' if given else 'nothing'}, expected the token "
                "that logging in gave",
                where=CSRF_HEADER,
            )
    return Caller(f"user:{user.name}", user, ALLOWED[user.role], None, secret)


def _slow_down(rates: Rates, key: str) -> None:
    if wait_s := rates.take(key):
        raise busy("too many requests at once, expected fewer", wait_s, 429)


def _unknown(found: str) -> Problem:
    return Problem(
        401,
        f"Authorization: found {found}, expected `Bearer pb_...` with a key that counts, "
        "or a session's cookie",
        "not-known",
        where="Authorization",
        found=found,
        headers={"WWW-Authenticate": 'Bearer realm="playbill"'},
    )
