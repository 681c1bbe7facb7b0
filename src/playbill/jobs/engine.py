"""What keeps workers alive: processes of this machine here, other machines behind the same port."""

import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import psutil

from playbill.archive import queue
from playbill.archive.archive import Archive
from playbill.errors import ArchiveError, PlaybillError
from playbill.jobs.names import is_dead, worker_name
from playbill.jobs.plan import Farewell, WorkerPlan
from playbill.jobs.worker import run_worker

log = logging.getLogger("playbill.jobs")
HARD_MIB = 6144
"""A worker of more memory is ended, whatever it is at."""
GRACE_S = 15.0
"""A worker that is asked to go has so long to give back its work."""
LOOK_S = 0.25
LONGEST_PAUSE_S = 60.0
HOPELESS = 5
"""After so many workers that died young, one after another, an engine gives up."""
YOUNG_S = 20.0


class Engine(Protocol):
    """Keeps some workers alive until it is stopped, or until they say that all is done."""

    def start(self) -> None:
        """Start the workers; returns at once."""

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until no worker is left; False: there still are some.

        Raises:
            ArchiveError: they die as soon as they are started, one after another.
        """

    def stop(self) -> None:
        """Let the workers give back what they are at, and wait until they are gone."""


@dataclass(slots=True)
class _Slot:
    """The place of one worker: whoever dies there is followed by another."""

    process: SpawnProcess | None = None
    born: float = 0.0
    """When the process was started, or when the next one may be."""
    deaths: int = 0
    """One after another, soon after the start."""
    cause: str = ""
    """Of the last death."""
    over: bool = False


class LocalEngine:
    """Workers as spawned processes of this machine, watched by a thread.

    A process that dies is followed by another, and what it had is free at once; if it had nothing,
    after a pause that doubles. One that grows beyond `hard_mib` is ended. When the engine's own
    process dies, the workers notice and go; what killed workers still had when everything went
    down at once, the next engine of the machine takes back.
    """

    def __init__(
        self,
        plan: WorkerPlan,
        workers: int,
        *,
        hard_mib: int = HARD_MIB,
        grace_s: float = GRACE_S,
        longest_pause_s: float = LONGEST_PAUSE_S,
    ) -> None:
        if workers < 1:
            raise ValueError(f"expected at least one worker, got {workers}")
        self._plan, self._hard_mib, self._grace_s = plan, hard_mib, grace_s
        self._longest_pause_s = longest_pause_s
        self._slots = [_Slot() for _ in range(workers)]
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="engine", daemon=True)

    def start(self) -> None:
        """Start the workers; returns at once."""
        with suppress(PlaybillError):
            _sweep(self._plan.archive)
        for slot in self._slots:
            self._spawn(slot)
        self._watcher.start()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until no worker is left; False: there still are some.

        Raises:
            ArchiveError: they die as soon as they are started, one after another.
        """
        self._watcher.join(timeout_s)
        if all(slot.deaths >= HOPELESS for slot in self._slots):
            raise ArchiveError(
                f"{self._plan.archive}: no worker stays alive: {HOPELESS} in a row died soon after "
                f"their start, the last one by {self._slots[0].cause}"
            )
        return not self._watcher.is_alive()

    def stop(self) -> None:
        """Let the workers give back what they are at, and wait until they are gone."""
        self._stopping.set()
        if self._watcher.is_alive():
            self._watcher.join()

    def pids(self) -> Sequence[int]:
        """Processes of the workers that run now."""
        running = (slot.process for slot in self._slots)
        return [p.pid for p in running if p is not None and p.pid is not None and p.is_alive()]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _watch(self) -> None:
        while not self._stopping.wait(LOOK_S):
            for slot in self._slots:
                self._look(slot)
            if all(slot.over for slot in self._slots):
                return
        self._end_all()

    def _look(self, slot: _Slot) -> None:
        """See what became of one worker, and start the next one when it is time."""
        if slot.over:
            return
        process = slot.process
        if process is None:
            if time.monotonic() >= slot.born:
                self._spawn(slot)
        elif process.exitcode is not None:
            self._bury(slot, process)
        elif (mib := _mib(process)) > self._hard_mib:
            process.kill()
            process.join()
            reason = f"the worker was ended: it took {mib:,} MiB, allowed are {self._hard_mib:,}"
            self._mourn(slot, process, reason, cause=f"its size of {mib:,} MiB")

    def _bury(self, slot: _Slot, process: SpawnProcess) -> None:
        match process.exitcode:
            case Farewell.DONE.value:
                slot.process, slot.over = None, True
            case Farewell.RECYCLED.value | Farewell.STOPPED.value:
                # Stopped by others: we ask nobody to go while we still look after them.
                slot.process, slot.deaths, slot.born = None, 0, 0.0
            case code:
                cause = _cause(code)
                self._mourn(slot, process, f"the worker died by {cause}", cause=cause)

    def _mourn(self, slot: _Slot, process: SpawnProcess, reason: str, *, cause: str) -> None:
        """Free what the dead worker had; if it had nothing, the next one waits a little."""
        slot.process = None
        if self._let_go(process, reason):
            slot.deaths, slot.born = 0, 0.0  # of its work, which has three attempts
        else:
            self._pause(slot, cause)

    def _pause(self, slot: _Slot, cause: str) -> None:
        slot.cause = cause
        slot.deaths = slot.deaths + 1 if time.monotonic() - slot.born < YOUNG_S else 1
        slot.born = time.monotonic() + min(2.0 ** (slot.deaths - 1), self._longest_pause_s)

    def _let_go(self, process: SpawnProcess, reason: str) -> bool:
        """Free what a dead worker had, without waiting for its lease to run out; False: nothing."""
        log.warning("worker %s: %s", process.pid, reason)
        name = worker_name(process.pid or 0)
        with suppress(PlaybillError):
            archive = Archive.open(self._plan.archive)
            try:
                return archive.database.write(lambda tx: queue.expire(tx, name, reason)) > 0
            finally:
                archive.close()
        return False

    def _spawn(self, slot: _Slot) -> None:
        process = multiprocessing.get_context("spawn").Process(
            target=_process, args=(self._plan, self._grace_s), name="playbill-worker", daemon=True
        )
        slot.born = time.monotonic()
        try:
            process.start()
        except OSError as error:  # no memory, or no room in the table of processes
            log.warning("no worker can be started: %s", error)
            self._pause(slot, f"a refusal of the system: {error.strerror}")
        else:
            slot.process = process

    def _end_all(self) -> None:
        running = [slot.process for slot in self._slots if slot.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + self._grace_s
        for process in running:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.exitcode is None:
                process.kill()
                process.join()
                self._let_go(process, "the worker was ended: it did not stop when asked to")


def _sweep(folder: Path) -> None:
    """Take back what workers of this machine had that are no more; others' are not touched."""
    archive = Archive.open(folder)
    try:
        for name in archive.database.read(queue.working):
            if is_dead(name):
                archive.database.write(partial(queue.disown, worker=name))
    finally:
        archive.close()


def _process(plan: WorkerPlan, grace_s: float) -> None:
    """What a worker's process runs."""
    leaving = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells all, the engine decides
    signal.signal(signal.SIGTERM, lambda *_: leaving.set())
    threading.Thread(target=_follow_parent, args=(leaving, grace_s), daemon=True).start()
    try:
        farewell = run_worker(plan, leaving)
    except PlaybillError as error:
        log.error("worker %s: %s", os.getpid(), error)
        sys.exit(1)
    sys.exit(farewell.value)


def _follow_parent(leaving: threading.Event, grace_s: float) -> None:
    """When the engine's process dies, go as well."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        leaving.set()
        time.sleep(grace_s)
        os._exit(Farewell.STOPPED.value)


def _mib(process: SpawnProcess) -> int:
    try:
        return int(psutil.Process(process.pid).memory_info().rss // 2**20)
    except psutil.NoSuchProcess:
        return 0


def _cause(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
