"""What the machine said of media seen before follows the people that the archive knows today."""

import asyncio
import time
from collections.abc import Sequence
from threading import Event

import structlog
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from playbill.archive.archive import Archive
from playbill.archive.tables import runs, tracks
from playbill.errors import PlaybillError
from playbill.library.matching import match_nobody, match_runs, runs_of
from playbill.library.tidying import group_everybody
from playbill.server.naming import Answer, Naming

LEAST_PAUSE_S = 1.0
LONGEST_REST_S = 1.0
_log = structlog.get_logger("playbill.server")


class Ended(Exception):
    """What was begun is not wanted any longer."""


class Matching:
    """Asks the gallery that `naming` answers with about all tracks, when either has changed.

    One thing at a time, a run in each unit of work, and between them it rests for as long as the
    last one took: requests never wait for it. However often people change meanwhile, what was
    begun is finished first, and then all is asked once more. New runs are asked about as well: a
    worker may have finished one with the gallery before.
    """

    def __init__(self, archive: Archive, naming: Naming) -> None:
        self._archive, self._naming = archive, naming
        self._stopped = Event()
        self._seen: tuple[object, ...] = ()
        self._state: str | None = None
        self._matched: set[str] = set()

    def catch_up(self) -> int:
        """Match what is to be matched; says how many tracks are somebody else now.

        Raises:
            ArchiveUnavailable: the data base does not answer.
            Ended: `stop` was called, or somebody was forgotten whom this gallery still knows.
        """
        answer = self._naming.answer
        if answer is None:
            return 0
        seen = (answer.state, *self._archive.database.read(_extent))
        if seen == self._seen:
            return 0
        if answer.state != self._state:
            self._state, self._matched = answer.state, set()
        there = self._archive.database.read(lambda tx: runs_of(tx, answer.space))
        changed = self._match(answer, [run for run in there if run not in self._matched])
        if changed:
            group_everybody(self._archive)
        self._seen, self._matched = seen, set(there)
        return changed

    async def keep(self) -> None:
        """Catch up again and again, until cancelled; what fails is logged and tried again."""
        while True:
            started = time.monotonic()
            try:
                changed = await asyncio.to_thread(self.catch_up)
                if changed:
                    _log.info("matched again", changed=changed)
            except (PlaybillError, SQLAlchemyError) as error:
                _log.warning("not matched again", reason=str(error))
            except Ended:
                pass
            await asyncio.sleep(max(LEAST_PAUSE_S, time.monotonic() - started))

    def stop(self) -> None:
        """End what is being done, after the run that it is at."""
        self._stopped.set()

    def _match(self, answer: Answer, todo: Sequence[str]) -> int:
        began = time.monotonic()

        def rest(_: int) -> None:
            nonlocal began
            took = time.monotonic() - began
            if self._stopped.wait(min(took, LONGEST_REST_S)) or self._naming.answer is None:
                raise Ended
            began = time.monotonic()

        if answer.recogniser is None:
            return match_nobody(self._archive, todo, rest)
        return match_runs(self._archive, answer.recogniser, todo, rest)


def _extent(tx: Connection) -> tuple[int | None, int]:
    """Changes whenever a run with tracks is kept: cheap to ask for."""
    last = tx.execute(select(func.max(tracks.c.id))).scalar()
    return last, tx.execute(select(func.count(runs.c.id))).scalar_one()
