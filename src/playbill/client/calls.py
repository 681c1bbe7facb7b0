"""Single calls: the key, patience where the server asks for it, problems as exceptions."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from playbill.client.errors import OF_STATUS, NotReached, ServerError

Json = dict[str, Any]
ATTEMPTS = 5
LONGEST_PAUSE_S = 60.0
LATER = frozenset({408, 429, 503})
"""The server asks to come again."""
CHANGES_NOTHING = frozenset({"/v1/images", "/v1/images/batch", "/v1/search/face"})
"""POSTs that are harmless to send again: with a key, the server would keep the answers for a day,
and who is in a picture that is not to be kept is nobody's business."""


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls one server."""

    http: httpx.Client
    attempts: int = ATTEMPTS
    sleep: Callable[[float], None] = time.sleep

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Call, and call again where that does no harm; a POST that changes anything gets a key.

        Raises:
            ServerError: the server refused.
            NotReached: it does not answer.
        """
        headers = dict(more.pop("headers", None) or {})
        if method == "POST" and path not in CHANGES_NOTHING:
            headers.setdefault("Idempotency-Key", str(uuid4()))
        for attempt in range(1, self.attempts + 1):
            last = attempt == self.attempts
            try:
                response = self.http.request(method, path, headers=headers, **more)
            except httpx.TransportError as error:
                if last:
                    raise NotReached(f"{self.http.base_url}: {error}") from error
                self.sleep(_pause_s(attempt, None))
                continue
            if last or not _asks_for_patience(response):
                return checked(response)
            self.sleep(_pause_s(attempt, response.headers.get("Retry-After")))
        raise AssertionError("unreachable")

    def json(self, method: str, path: str, **more: Any) -> Json:
        """The same, and the JSON that came back."""
        return dict(self.ask(method, path, **more).json())

    def pages(
        self, path: str, params: Mapping[str, Any], method: str = "GET", **more: Any
    ) -> Iterator[Json]:
        """All items of a list, page after page."""
        after: str | None = None
        while True:
            page = self.json(method, path, params=_given({**params, "after": after}), **more)
            yield from page["items"]
            after = page["next"]
            if after is None:
                return

    @contextmanager
    def stream(self, path: str) -> Iterator[httpx.Response]:
        """An answer that goes on; errors as for `ask`, without further attempts."""
        try:
            with self.http.stream("GET", path, timeout=httpx.Timeout(10, read=60)) as response:
                if response.is_error:
                    response.read()
                yield checked(response)
        except httpx.TransportError as error:
            raise NotReached(f"{self.http.base_url}: {error}") from error


def checked(response: httpx.Response) -> httpx.Response:
    """The response itself.

    Raises:
        ServerError: it is a refusal.
    """
    if response.is_success:
        return response
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    said = problem if isinstance(problem, dict) else {}
    kind = OF_STATUS.get(response.status_code, ServerError)
    raise kind(response.status_code, said)


def _asks_for_patience(response: httpx.Response) -> bool:
    """A 409 does where the same request is being answered just now."""
    later, conflict = response.status_code in LATER, response.status_code == 409
    return later or (conflict and "Retry-After" in response.headers)


def _pause_s(attempt: int, asked: str | None) -> float:
    wanted = float(asked) if asked and asked.isdigit() else 0.25 * 2**attempt
    return min(wanted, LONGEST_PAUSE_S)


def _given(params: Mapping[str, Any]) -> Json:
    """Without what is left out."""
    return {name: value for name, value in params.items() if value is not None}
