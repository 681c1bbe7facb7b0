"""What a server refuses, as exceptions."""

from collections.abc import Mapping
from typing import Any

from playbill.errors import PlaybillError


class ServerError(PlaybillError):
    """The server did not do it; `problem` says why, as RFC 9457 has it."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem.get("detail") or f"the server answered {status}"))
        self.status = status
        self.problem = dict(problem)

    @property
    def kind(self) -> str:
        """The last part of the problem's type: `not-in-archive`, `too-large`, ..."""
        return str(self.problem.get("type", "")).rpartition(":")[2]


class NotAllowed(ServerError):
    """401 or 403: the key does not count, or may not do this."""


class NotFound(ServerError):
    """404: nothing of that id is there."""


class Changed(ServerError):
    """409 or 412: it was changed meanwhile, or contradicts what is there."""


class NotReached(PlaybillError):
    """The server does not answer at all."""


OF_STATUS: Mapping[int, type[ServerError]] = {
    401: NotAllowed,
    403: NotAllowed,
    404: NotFound,
    409: Changed,
    412: Changed,
}
