"""One sender at a time for each upload."""

from threading import Lock

from playbill.server.problems import Problem


class Busy:
    """Which uploads are being written to: one sender at a time."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._lock = Lock()

    def take(self, upload_id: str) -> None:
        """Begin.

        Raises:
            Problem: 423, somebody else is at it.
        """
        with self._lock:
            if upload_id in self._ids:
                raise Problem(423, "upload: another request writes to it just now", "locked")
            self._ids.add(upload_id)

    def give(self, upload_id: str) -> None:
        """Be done."""
        with self._lock:
            self._ids.discard(upload_id)
