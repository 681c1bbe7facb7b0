"""One worker: takes work, does it, says what came of it, until it is to go."""

import logging
import os
import time
from collections.abc import Callable
from threading import Event
from typing import TypeVar

import psutil
from sqlalchemy import Connection

from playbill.archive import queue
from playbill.archive.archive import Archive
from playbill.archive.queue import Claim
from playbill.errors import ArchiveUnavailable, PlaybillError
from playbill.jobs.names import worker_name
from playbill.jobs.plan import Farewell, WorkerPlan
from playbill.jobs.pulse import Interrupted, Pulse
from playbill.jobs.work import Hopeless, Work
from playbill.library.tidying import group_everybody

T = TypeVar("T")
TIDY_S = 30.0
"""So often, at most, it looks for faces that others left without a group."""
log = logging.getLogger("playbill.jobs")


def run_worker(plan: WorkerPlan, leaving: Event) -> Farewell:
    """Work on an archive until `leaving` is set, or as the plan says.

    Raises:
        ArchiveError: the archive cannot be opened.
    """
    archive = Archive.open(plan.archive)
    try:
        return Worker(archive, plan, leaving).run()
    finally:
        archive.close()


class Worker:
    """The loop. What goes wrong with a claim is said in the queue, and the next one is taken."""

    def __init__(self, archive: Archive, plan: WorkerPlan, leaving: Event) -> None:
        self._archive, self._plan, self._leaving = archive, plan, leaving
        self._name = worker_name(os.getpid())
        self._work = Work(archive, plan)
        self._tidied, self._untidy = 0.0, True
        self._starved = False

    def run(self) -> Farewell:
        """Work until there is a reason to go."""
        try:
            return self._until_farewell()
        finally:
            self._work.rest()

    def _until_farewell(self) -> Farewell:
        claims = 0
        while not self._leaving.is_set():
            held = self._insist(self._claim)
            if held is None:
                self._work.rest()
                over = self._plan.until_done and not self._archive.database.read(_is_anything_left)
                if over or self._untidy or self._is_time_to_tidy():
                    self._tidy()
                if over:
                    return Farewell.DONE
                self._leaving.wait(self._plan.poll_s)
                continue
            self._do(held)
            self._untidy = True
            claims += 1
            if self._is_time_to_tidy():
                self._tidy()
            if claims >= self._plan.most_claims or self._starved or self._is_large():
                return Farewell.RECYCLED
        return Farewell.STOPPED

    def _claim(self, tx: Connection) -> Claim | None:
        return queue.claim(tx, self._name, queue.clock(tx), self._plan.lease_s)

    def _do(self, held: Claim) -> None:
        """Do one claim and say what came of it; nothing of it is left open."""
        pulse = Pulse(self._archive.database, held, self._plan, leaving=self._leaving.is_set)
        try:
            with pulse:
                keep = self._work.do(held, pulse)
            if not self._insist(keep):
                log.info("%s: thrown away, it was no longer wanted or ours", _title(held))
        except Interrupted:
            self._insist(lambda tx: queue.release(tx, held))
        except Hopeless as error:
            reason = str(error)
            self._insist(lambda tx: queue.fail_jobs(tx, held, reason, queue.clock(tx)))
        except PlaybillError as error:
            self._fail(held, str(error))
        except MemoryError:
            self._starved = True
            self._fail(held, "the worker had no memory left for it")
        except Exception as error:  # what a library throws at one medium must not stop the others
            log.debug("%s: %s", _title(held), error, exc_info=True)
            self._fail(held, f"{type(error).__name__}: {error}")

    def _fail(self, held: Claim, reason: str) -> None:
        log.warning("%s: %s", _title(held), reason)
        self._insist(lambda tx: queue.fail(tx, held, reason, queue.clock(tx)))

    def _insist(self, work: Callable[[Connection], T]) -> T:
        """Write, however long the data base is away, unless the worker has to go."""
        while True:
            try:
                return self._archive.database.write(work)
            except ArchiveUnavailable as error:
                log.warning("waiting for the data base: %s", error)
                if self._leaving.wait(self._plan.poll_s):
                    raise

    def _tidy(self) -> None:
        """Group faces that nobody knows; what fails here is done by the next one."""
        try:
            group_everybody(self._archive)
        except PlaybillError as error:
            log.warning("faces could not be grouped: %s", error)
        except Exception as error:  # whatever it is, it must not stop the analyses
            log.debug("grouping: %s", error, exc_info=True)
            log.warning("faces could not be grouped: %s: %s", type(error).__name__, error)
        self._tidied, self._untidy = time.monotonic(), False

    def _is_time_to_tidy(self) -> bool:
        return time.monotonic() - self._tidied > TIDY_S

    def _is_large(self) -> bool:
        return bool(psutil.Process().memory_info().rss > self._plan.most_mib * 2**20)


def _is_anything_left(tx: Connection) -> bool:
    return any(queue.count_jobs(tx).get(state) for state in queue.ACTIVE)


def _title(held: Claim) -> str:
    part = "last step" if held.settles else f"segment {held.number}"
    return f"media {held.media_id}, {part}, attempt {held.attempt}"
