"""`Idempotency-Key`: a POST that is sent again is answered again, and not done again."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from hashlib import scrypt, sha256
from typing import Any, ClassVar

from anyio import to_thread
from fastapi import Request, Response
from fastapi.routing import APIRoute

from playbill.archive.access.replies import (
    LEASE_S,
    KeyReused,
    Reply,
    StillAtIt,
    beat_reply,
    begin_reply,
    drop_reply,
    keep_reply,
)
from playbill.archive.database import Database
from playbill.errors import ArchiveUnavailable
from playbill.server.auth import authenticate
from playbill.server.problems import Problem, busy
from playbill.server.services import services_of

HEADER = "Idempotency-Key"
LONGEST_WAIT_S = 5.0
"""So soon it is worth while to ask whether the first request is answered."""
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_KEPT = frozenset({"content-type", "location", "etag"})


class OnceRoute(APIRoute):
    """A route whose POSTs may be sent again; for bodies that fit into memory."""

    told_once: ClassVar[frozenset[str]] = frozenset()
    """Members of answers that are not kept, and null when the answer comes again."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of the route, and what is around it."""
        work = super().get_route_handler()

        async def handler(request: Request) -> Response:
            if request.method != "POST" or HEADER not in request.headers:
                return await work(request)
            caller = await to_thread.run_sync(authenticate, request, services_of(request))
            digest = _slow_digest if self.told_once else _digest
            said = await to_thread.run_sync(digest, await request.body(), request.headers[HEADER])
            return await once(
                request, caller.who, said, lambda: work(request), told_once=self.told_once
            )

        return handler


class SecretRoute(OnceRoute):
    """Of bodies and answers that hold secrets, which nobody may find in the data base later."""

    told_once = frozenset({"token", "password"})


async def once(
    request: Request,
    who: str,
    said: str,
    work: Callable[[], Awaitable[Response]],
    *,
    told_once: frozenset[str] = frozenset(),
) -> Response:
    """Do `work`, unless the same request was answered before: then answer so again.

    Args:
        request: whose header counts.
        who: sends it; others may use the same key.
        said: a digest of the body.
        work: what a request without the header would do.
        told_once: members of the answer's JSON that are not kept.

    Raises:
        Problem: 400, the key is none; 409, the first request is not answered yet; 422, the key
            was used for another request.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return await work()
    if not _KEY.fullmatch(key):
        expected = "1 to 200 visible ASCII characters"
        raise Problem(400, f"{HEADER}: expected {expected}", "malformed", where=HEADER)
    digest = sha256(f"{request.method} {request.url.path}?{request.url.query}\0{said}".encode())
    database = services_of(request).archive.database
    before = await to_thread.run_sync(_begin, database, who, key, digest.hexdigest())
    if before is not None:
        headers = before.headers | {"Idempotency-Replayed": "true"}
        return Response(before.body, before.status, headers)
    try:
        async with _beating(database, who, key):
            response = await work()
    except BaseException:
        with suppress(ArchiveUnavailable):  # it expires by itself
            await to_thread.run_sync(lambda: database.write(lambda tx: drop_reply(tx, who, key)))
        raise
    headers = {name: text for name, text in response.headers.items() if name in _KEPT}
    reply = Reply(response.status_code, headers, _kept(bytes(response.body), told_once))
    await to_thread.run_sync(lambda: database.write(lambda tx: keep_reply(tx, who, key, reply)))
    return response


def _digest(body: bytes, _key: str) -> str:
    return sha256(body).hexdigest()


def _slow_digest(body: bytes, key: str) -> str:
    """Of a body that may hold a password: as slow to guess at as the password's own hash."""
    return scrypt(body, salt=key.encode(), n=1 << 14, r=8, p=1).hex()


def _kept(body: bytes, told_once: frozenset[str]) -> bytes:
    """The body as it is kept: without secrets, of which the archive has hashes alone."""
    if not body or not told_once:
        return body
    said: dict[str, Any] = json.loads(body)
    return json.dumps(said | dict.fromkeys(told_once & said.keys()), ensure_ascii=False).encode()


def _begin(database: Database, who: str, key: str, digest: str) -> Reply | None:
    try:
        return database.write(lambda tx: begin_reply(tx, who, key, digest))
    except KeyReused as error:
        raise Problem(422, str(error), "key-reused", where=HEADER) from error
    except StillAtIt as error:
        raise busy(str(error), min(error.left_s, LONGEST_WAIT_S), 409) from error


@asynccontextmanager
async def _beating(database: Database, who: str, key: str) -> AsyncIterator[None]:
    """Keep the key while the block runs, however long that is."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(LEASE_S / 3)
            with suppress(ArchiveUnavailable):
                await asyncio.to_thread(database.write, lambda tx: beat_reply(tx, who, key))

    beats = asyncio.create_task(beat())
    try:
        yield
    finally:
        beats.cancel()
