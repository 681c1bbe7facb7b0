"""Pictures are decoded in a few threads, and go through the networks together; a queue ends."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from playbill.archive.document import document_text
from playbill.core.ports import Recogniser
from playbill.media.files import read_head
from playbill.media.images import READERS, picture_size_wh
from playbill.media.signatures import picture_format
from playbill.pipeline.analyze import Analyzer
from playbill.server.batching import Batcher, PixelRoom
from playbill.server.metrics import Metrics
from playbill.server.problems import busy, too_large, wrong_type

T = TypeVar("T")
RETRY_S = 2.0
DECODED = 2
"""So many of the largest pictures may be decoded at once, or more of smaller ones."""


@dataclass(frozen=True, slots=True)
class Described:
    """What is in a picture, and what the time went on."""

    text: str
    """The document `playbill/1`."""
    waited_s: float
    """For its turn."""
    analysed_s: float
    """Decoding included."""
    written_s: float
    """To make the text."""


class Pictures:
    """Answers who and what is in a picture; one for an application."""

    def __init__(
        self,
        analyzer: Analyzer,
        *,
        threads: int,
        most: int,
        max_bytes: int,
        max_pixels: int,
        metrics: Metrics,
    ) -> None:
        self._describing = analyzer
        self._batcher = Batcher()
        self._room = PixelRoom(DECODED * max_pixels)
        self.name_by(None)
        self._most, self._metrics = threads + most, metrics
        self._max_bytes, self._max_pixels = max_bytes, max_pixels
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="picture")
        self._inside = 0

    def name_by(self, recogniser: Recogniser | None) -> None:
        """Let another gallery answer from the next picture on; without one, none is asked."""
        networks = self._describing.networks
        used = networks if recogniser else replace(networks, embedder=None)
        self.analyzer = replace(
            self._describing, networks=used, recogniser=recogniser, looking=self._batcher.look
        )

    async def describe(self, path: Path, *, queued: bool = True) -> Described:
        """Analyse one picture when its turn comes.

        Those that are not `queued` are never sent away; their sender holds the others back.

        Raises:
            Problem: 503, so many wait already that it should come again later; 413, it has too
                many pixels; 415, it is no picture.
            MediaError: it cannot be read.
        """
        came = perf_counter()
        return await self.in_turn(lambda: self._one(path, came), queued=queued)

    async def in_turn(self, work: Callable[[], T], *, queued: bool = True) -> T:
        """Do `work` with a picture when its turn comes.

        Raises:
            Problem: 503, so many wait already that it should come again later.
        """
        if queued and self._inside >= self._most:
            raise busy(f"{self._inside} pictures are being analysed or wait already", RETRY_S)
        self._inside += 1
        self._metrics.waiting.set(self._inside)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._inside -= 1
            self._metrics.waiting.set(self._inside)

    def close(self) -> None:
        """Finish the pictures that run, and drop those that wait."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _one(self, path: Path, came: float) -> Described:
        started = perf_counter()
        pixels = self.check(path)
        try:
            with self._room.taken(pixels):
                analysis = self.analyzer.analyze(path)
        finally:
            self._metrics.pictures.observe(perf_counter() - started)
        analysed = perf_counter()
        text = document_text(analysis)
        return Described(text, started - came, analysed - started, perf_counter() - analysed)

    def check(self, path: Path) -> int:
        """Refuse what is no picture, or too large, before it is decoded; else say its pixels.

        Raises:
            Problem: 413 or 415.
            MediaError: it is damaged.
        """
        size = path.stat().st_size
        if size > self._max_bytes:
            raise too_large(path.name, f"{size:,} bytes", f"{self._max_bytes:,} bytes")
        form = picture_format(read_head(path))
        if form is None:
            raise wrong_type(path.name, "what is no picture", f"one of {', '.join(READERS)}")
        width, height = picture_size_wh(path)
        if width * height > self._max_pixels:
            found, most = f"{width} x {height} pixels", f"{self._max_pixels:,} pixels in all"
            raise too_large(path.name, found, most)
        return width * height
