"""Every N-th frame of a video, exactly as a full decode gives it, for less work."""

import os
from collections.abc import Collection, Generator, Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av.video.frame import VideoFrame

from playbill.core.frame import Frame
from playbill.core.run import Coverage
from playbill.media.colours import RgbConverter
from playbill.media.job import Job
from playbill.media.observing import Observer, Unobserved
from playbill.media.reading import read_counted, read_indexed
from playbill.media.sampling import EveryNth, Only, Sampling
from playbill.media.survey import MAX_FRAME_PIXELS, MAX_SECONDS, Limits, Survey, survey
from playbill.media.watch import Watch

MOST_THREADS = 8

VIDEO_DECODER = f"PyAV {av.__version__}, FFmpeg {av.ffmpeg_version_info}"
"""For the run record."""


class SampledVideo:
    """A video as an iterator of its wanted frames, in presentation order.

    The packets are read twice: once to learn which makes which frame, and once to decode what the
    wanted frames need (`plan.py`). Wherever the outcome is not what the plan foresees, all around
    is decoded instead, so that frames are always those of a full decode.

    >>> with SampledVideo.open(Path("news.mp4"), every=30) as video:  # doctest: +SKIP
    ...     for frame in video:
    ...         print(frame.index, frame.time_s)
    """

    def __init__(
        self,
        path: Path,
        facts: Survey,
        sampling: Sampling,
        *,
        part: range | None = None,
        observe: Observer | None = None,
        threads: int = 0,
        max_pixels: int = MAX_FRAME_PIXELS,
    ) -> None:
        """Take a surveyed video; `open` does both.

        Args:
            path: the file.
            facts: of that file.
            sampling: which frames are wanted.
            part: only these of them are to be given, exactly as if all were; the times of the file
                must tell its frames (`facts.frames`). None: all.
            observe: gets a glimpse of every frame that is decoded; with a `part`, of all that are
                decoded together with its frames.
            threads: for decoding; 0: as many as there are processors, at most 8.
            max_pixels: in one frame.
        """
        if part is not None and facts.frames is None:
            raise ValueError(f"{path}: a part needs frames that are known before they are decoded")
        self.info = facts.info
        self.decoder = VIDEO_DECODER
        self._facts, self._sampling, self._part = facts, sampling, part
        threads = threads or min(len(os.sched_getaffinity(0)), MOST_THREADS)
        watch = Watch(observe or Unobserved(), facts.orientation)
        self._job = Job(path, facts, sampling, part, threads, max_pixels, watch)
        self._to_rgb = RgbConverter(facts.stored_wh, facts.orientation)
        self._running = self._frames()
        self._coverage: Coverage | None = None

    @classmethod
    def open(
        cls,
        path: Path,
        every: int = 30,
        *,
        indices: Collection[int] | None = None,
        observe: Observer | None = None,
        threads: int = 0,
        max_pixels: int = MAX_FRAME_PIXELS,
        max_seconds: int = MAX_SECONDS,
    ) -> Self:
        """Look a video over and get ready to decode it.

        Args:
            path: the file.
            every: frames 0, N, 2N, ... are wanted.
            indices: these frames are wanted instead; those beyond the end are no frames.
            observe: gets a glimpse of every frame that is decoded.
            threads: for decoding; 0: as many as there are processors, at most 8.
            max_pixels: in one frame.
            max_seconds: in all.

        Raises:
            MediaError: the file cannot be read, is no video, has no frame that can be decoded, or
                is more than the limits admit.
        """
        sampling = EveryNth(every) if indices is None else Only.of(indices)
        facts = survey(path, Limits(max_pixels, max_seconds))
        return cls(path, facts, sampling, observe=observe, threads=threads, max_pixels=max_pixels)

    @property
    def expected(self) -> int:
        """How many frames are wanted, for progress; `coverage` has the last word."""
        wanted = self._sampling.among(self._facts.frames_expected)
        part = self._part or range(len(wanted))
        return int(wanted[part.start : part.stop].sum())

    @property
    def coverage(self) -> Coverage:
        """How many frames were wanted, given and damaged.

        Raises:
            ValueError: the last frame has not been asked for yet.
        """
        if self._coverage is None:
            raise ValueError("the coverage is known after the last frame")
        return self._coverage

    def __iter__(self) -> Iterator[Frame]:
        """The wanted frames, once."""
        return self._running

    def _frames(self) -> Generator[Frame, None, None]:
        analysed = damaged = 0
        for index, time_s, frame in self._read():
            if frame is None:
                damaged += 1
                continue
            yield Frame(index, time_s, self._to_rgb(frame))
            analysed += 1
        if self._facts.frames is not None:
            damaged = self.expected - analysed
        self._coverage = Coverage(analysed + damaged, analysed, damaged)

    def _read(self) -> Iterator[tuple[int, Fraction, VideoFrame | None]]:
        if self._facts.frames is None:
            return read_counted(self._job)
        return read_indexed(self._job, self._facts.frames)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; no frame comes after this."""
        self._running.close()
