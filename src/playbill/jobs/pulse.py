"""The heartbeat of a claim: a thread that keeps the lease while networks are at work."""

import os
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from sqlalchemy import Connection

from playbill.archive import queue
from playbill.archive.database import Database
from playbill.archive.queue import Claim, Standing
from playbill.errors import PlaybillError
from playbill.jobs.plan import WorkerPlan

EXIT_STALLED = 70


class Interrupted(Exception):
    """The work is to be dropped: somebody else has it, nobody wants it, or the worker must go."""


class Pulse:
    """Keeps one claim alive while its block runs, and carries news to and from the work.

    The work calls `advance` after each frame, which raises `Interrupted` when it is to be dropped.
    """

    def __init__(
        self, database: Database, held: Claim, plan: WorkerPlan, *, leaving: Callable[[], bool]
    ) -> None:
        self._database, self._held, self._plan, self._leaving = database, held, plan, leaving
        self._begun = self._moved = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)
        self.standing = Standing.OURS
        self.done_frames = 0

    @property
    def seconds(self) -> float:
        """Since the block began."""
        return time.monotonic() - self._begun

    def allow(self, seconds: float) -> None:
        """Do not take silence for a standstill for so much longer, once: a file is being read."""
        self._moved = time.monotonic() + seconds

    def advance(self, done_frames: int) -> None:
        """Say how many frames are done.

        Raises:
            Interrupted: no more are wanted.
        """
        self.done_frames, self._moved = done_frames, time.monotonic()
        if self.standing is not Standing.OURS or self._leaving():
            raise Interrupted

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(self._plan.beat_s):
            if time.monotonic() - self._moved > self._plan.stall_s:
                self._give_up()
            try:
                self.standing = self._database.write(self._said)
            except PlaybillError:
                continue  # away for longer than a lease: the next beat learns who has the work

    def _said(self, tx: Connection) -> Standing:
        now = queue.clock(tx)
        return queue.heartbeat(
            tx,
            self._held,
            now,
            self._plan.lease_s,
            done_frames=self.done_frames,
            seconds=self.seconds,
        )

    def _give_up(self) -> None:
        """End the process: a decoder or network that hangs cannot be interrupted."""
        reason = f"no frame was finished in {self._plan.stall_s:.0f} s; the worker was ended"
        try:
            self._database.write(lambda tx: queue.fail(tx, self._held, reason, queue.clock(tx)))
        finally:
            os._exit(EXIT_STALLED)
