"""What surrounds every request: an id, a line in the log, figures, limits on the body, headers."""

import asyncio
import re
import time
from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID, uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playbill.server.hosts import Hosts
from playbill.server.metrics import Metrics
from playbill.server.problems import Problem, instance_of, response_of, too_large
from playbill.server.refusals import problem_of
from playbill.server.settings import ServerSettings
from playbill.server.timing import Timing

SECURITY_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)
"""An answer may set its own instead."""

FORM_BYTES = 64 << 10
"""So much a form may add to the picture in it."""
_REQUEST_ID = re.compile(r"[0-9a-fA-F-]{32,36}")
_log = structlog.get_logger("playbill.server")


class Requests:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, settings: ServerSettings, metrics: Metrics) -> None:
        self._app, self._settings, self._metrics = app, settings, metrics
        self._hosts = Hosts(settings.hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; whatever happens is answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        timing = Timing()
        scope.setdefault("state", {}).update(request_id=request_id, timing=timing)
        structlog.contextvars.bind_contextvars(request=request_id)
        answer = _Answer(send, request_id, timing, https=self._settings.https)
        body = Body(scope, receive, self._settings)
        try:
            self._hosts.check(scope)
            await self._app(scope, body.receive, answer.send)
        except Exception as error:  # noqa: BLE001 - the last place where it can be answered
            await self._failed(error, scope, receive, answer)
        finally:
            seconds = timing.total()
            self._metrics.served(scope, answer.status, seconds)
            _log.info(
                "served",
                method=scope["method"],
                path=scope["path"],
                status=answer.status,
                ms=round(1000 * seconds, 1),
                bytes_in=body.received,
                bytes_out=answer.sent,
                who=scope["state"].get("who"),
                client=scope["client"][0] if scope.get("client") else None,
            )
            structlog.contextvars.clear_contextvars()

    async def _failed(
        self, error: Exception, scope: Scope, receive: Receive, answer: "_Answer"
    ) -> None:
        problem = problem_of(error)
        if problem.status == 500:
            _log.error("failed", exc_info=error)
        if answer.status:
            raise error
        await response_of(problem, instance_of(scope))(scope, receive, answer.send)


class Body:
    """The body as it comes in: no more than its limit, and not slower than allowed."""

    def __init__(self, scope: Scope, receive: Receive, settings: ServerSettings) -> None:
        self._receive, self._settings = receive, settings
        self._most = most_bytes(scope["path"], settings)
        self._length = _content_length(scope)
        self._began: float | None = None
        self._whole = False
        self.received = 0

    async def receive(self) -> Message:
        """ASGI's `receive`; what is refused is raised.

        Raises:
            Problem: 413 or 408.
        """
        if self._length is not None and self._length > self._most:
            raise too_large("body", f"{self._length:,} bytes", f"{self._most:,} bytes")
        if self._whole:
            return await self._receive()
        self._began = self._began or time.monotonic()
        try:
            message = await asyncio.wait_for(self._receive(), self._settings.body_idle_s)
        except TimeoutError:
            raise _slow(f"no bytes for {self._settings.body_idle_s:g} s") from None
        if message["type"] == "http.request":
            self.received += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            self._check()
        return message

    def _check(self) -> None:
        if self.received > self._most:
            raise too_large("body", f"more than {self._most:,} bytes", f"{self._most:,} bytes")
        lasted = time.monotonic() - (self._began or 0)
        if self._whole or lasted < self._settings.body_idle_s:
            return
        if self.received < lasted * self._settings.body_bytes_per_s:
            raise _slow(f"{self.received:,} bytes in {lasted:.0f} s")


def most_bytes(path: str, settings: ServerSettings) -> int:
    """How large a body may be that is sent to `path`."""
    if path.startswith("/v1/uploads") or path == "/v1/videos":
        return settings.max_video_bytes
    if path == "/v1/images/batch":
        return settings.max_batch_bytes
    if path.startswith("/v1/people/") and path.endswith("/pictures"):
        return settings.max_batch_bytes
    if path in {"/v1/images", "/v1/search/face"}:
        return settings.max_picture_bytes + FORM_BYTES
    return settings.max_json_bytes


class _Answer:
    """The answer as it goes out, with the headers that all have."""

    def __init__(self, send: Send, request_id: str, timing: Timing, *, https: bool) -> None:
        self._send, self._request_id, self._timing = send, request_id, timing
        self._https = https
        self.status, self.sent = 0, 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self._request_id
            headers["Server-Timing"] = self._timing.header()
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
            if self._https:
                headers["Strict-Transport-Security"] = "max-age=31536000"
        elif message["type"] == "http.response.body":
            self.sent += len(message.get("body", b""))
        await self._send(message)


def _request_id(scope: Scope) -> str:
    """The sender's own, if it is a UUID; else a new one."""
    given = Headers(scope=scope).get("x-request-id", "")
    try:
        return str(UUID(given)) if _REQUEST_ID.fullmatch(given) else str(uuid4())
    except ValueError:
        return str(uuid4())


def _content_length(scope: Scope) -> int | None:
    given = Headers(scope=scope).get("content-length", "")
    return int(given) if given.isascii() and given.isdigit() else None


def _slow(found: str) -> Problem:
    return Problem(
        408,
        f"body: found {found}, expected it to come more quickly",
        "slow-body",
        where="body",
        found=found,
        headers={"Connection": "close"},
    )
