"""Which keys were used, written down beside requests, so that reading waits for no writer."""

import asyncio
from threading import Lock

import structlog

from playbill.archive.access.keys import Key, is_stale, mark_used
from playbill.archive.database import Database
from playbill.errors import ArchiveUnavailable

EVERY_S = 1.0
_log = structlog.get_logger("playbill.server")


class Uses:
    """Remembers for a moment which keys were used."""

    def __init__(self, database: Database) -> None:
        self._database, self._lock = database, Lock()
        self._ids: set[str] = set()

    def note(self, key: Key) -> None:
        """Remember it, if what is written down of its last use is old."""
        if is_stale(key):
            with self._lock:
                self._ids.add(key.id)

    def write(self) -> None:
        """Write down what is remembered.

        Raises:
            ArchiveUnavailable: the data base does not answer; it is remembered further.
        """
        with self._lock:
            ids = sorted(self._ids)
        for key_id in ids:
            self._database.write(lambda tx, key_id=key_id: mark_used(tx, key_id))  # type: ignore[misc]
        with self._lock:
            self._ids.difference_update(ids)

    async def keep(self) -> None:
        """Write again and again, until cancelled."""
        while True:
            try:
                await asyncio.to_thread(self.write)
            except ArchiveUnavailable as error:
                _log.warning("uses of keys not written", reason=str(error))
            await asyncio.sleep(EVERY_S)
