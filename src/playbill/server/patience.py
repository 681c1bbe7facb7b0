"""HTTP/1.1 as uvicorn speaks it, with an end of patience for those who never ask for anything."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 15.0
"""So long the head of a request may take, from the connection or the request before."""


class PatientProtocol(H11Protocol):
    """Hangs up on connections that send no whole head of a request in `HEAD_S`.

    uvicorn waits for ever, and takes so many connections and no more: whoever opens them all and
    says nothing, or a letter now and then, would be the last one served.
    """

    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Wait on, or no more once the head is whole."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        super().connection_lost(exc)
        self._stop()

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._stop()
        elif self._end is None:
            self._end = self.loop.call_later(HEAD_S, self._hang_up)

    def _stop(self) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None

    def _hang_up(self) -> None:
        self._end = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()
