"""`Server-Timing`: what a request's time went on, told in the answer's header."""

from time import perf_counter
from typing import cast

from fastapi import Request


class Timing:
    """Times one request, from its first byte to the first of its answer."""

    def __init__(self) -> None:
        self._began = perf_counter()
        self._parts: dict[str, float] = {}

    def note(self, part: str, seconds: float) -> None:
        """Say how long a part took."""
        self._parts[part] = seconds

    def total(self) -> float:
        """Seconds until now."""
        return perf_counter() - self._began

    def header(self) -> str:
        """As the header has it (W3C Server Timing): milliseconds of each part, and until now."""
        parts = self._parts | {"total": self.total()}
        return ", ".join(f"{name};dur={1000 * seconds:.1f}" for name, seconds in parts.items())


def timing_of(request: Request) -> Timing:
    """The timing of `request`, which the middleware began."""
    return cast(Timing, request.state.timing)
