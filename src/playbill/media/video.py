"""Every N-th frame of a video, exactly as a full decode gives it, for less work."""

import os
from collections.abc import Callable, Collection, Generator, Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av.video.frame import VideoFrame

from playbill.core.frame import Frame
from playbill.core.glimpse import Glimpse
from playbill.core.run import Coverage
from playbill.media.colours import RgbConverter, luma_glimpse
from playbill.media.reading import Job, read_counted, read_indexed
from playbill.media.sampling import EveryNth, Only, Sampling
from playbill.media.survey import MAX_FRAME_PIXELS, MAX_SECONDS, Limits, Survey, survey

MOST_THREADS = 8


class SampledVideo:
    """A video as an iterator of its wanted frames, in presentation order.

    The packets are read twice: once to learn which makes which frame, and once to decode what the
    wanted frames need (`plan.py`). Wherever the outcome is not what the plan foresees, the whole
    file is decoded instead, so that frames are always those of a full decode.

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
        observe: Callable[[Glimpse], None] | None,
        threads: int,
        max_pixels: int,
    ) -> None:
        """Take a surveyed video; `open` does both."""
        self.info = facts.info
        self.decoder = f"PyAV {av.__version__}, FFmpeg {av.ffmpeg_version_info}"
        self._facts, self._sampling, self._observe = facts, sampling, observe
        self._job = Job(path, facts, sampling, threads, max_pixels, self._glimpse)
        self._to_rgb = RgbConverter(facts.stored_wh, facts.orientation)
        self._observed = -1
        self._running = self._frames()
        self._coverage: Coverage | None = None

    @classmethod
    def open(
        cls,
        path: Path,
        every: int = 30,
        *,
        indices: Collection[int] | None = None,
        observe: Callable[[Glimpse], None] | None = None,
        threads: int = 0,
        max_pixels: int = MAX_FRAME_PIXELS,
        max_seconds: int = MAX_SECONDS,
    ) -> Self:
        """Look a video over and get ready to decode it.

        Args:
            path: the file.
            every: frames 0, N, 2N, ... are wanted.
            indices: these frames are wanted instead; those beyond the end are no frames.
            observe: gets a glimpse of every frame that is decoded, in presentation order, each
                before the next wanted frame is given.
            threads: for decoding; 0: as many as there are processors, at most 8.
            max_pixels: in one frame.
            max_seconds: in all.

        Raises:
            MediaError: the file cannot be read, is no video, has no frame that can be decoded, or
                is more than the limits admit.
        """
        sampling = EveryNth(every) if indices is None else Only.of(indices)
        facts = survey(path, Limits(max_pixels, max_seconds))
        threads = threads or min(len(os.sched_getaffinity(0)), MOST_THREADS)
        return cls(path, facts, sampling, observe=observe, threads=threads, max_pixels=max_pixels)

    @property
    def expected(self) -> int:
        """How many frames are wanted, for progress; `coverage` has the last word."""
        return int(self._sampling.among(self._facts.frames_expected).sum())

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

    def _glimpse(self, index: int, time_s: Fraction, frame: VideoFrame) -> None:
        if self._observe is not None and index > self._observed:
            self._observe(Glimpse(index, time_s, luma_glimpse(frame, self._facts.orientation)))
            self._observed = index

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
