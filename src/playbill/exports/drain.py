"""A file in memory whose bytes are taken away as they are written."""

import io
from typing import Any


class Drain(io.RawIOBase):
    """A file to write to from front to back, whose bytes are taken away as they come."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._taken = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Hold `data` until it is taken."""
        self._held += data
        return len(data)

    @property
    def held(self) -> int:
        """How many bytes wait to be taken."""
        return len(self._held)

    def tell(self) -> int:
        """How much was written so far."""
        return self._taken + len(self._held)

    def take(self) -> bytes:
        """What was written since the last time."""
        held = bytes(self._held)
        self._taken += len(held)
        self._held.clear()
        return held
