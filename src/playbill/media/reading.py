"""Three ways through a video, each giving the wanted frames in presentation order.

Planned decoding is the cheap one and gives up (`Doubt`) at the first sign that it might not be
right; settled decoding takes everything and sorts out what damage reaches; counted decoding is for
videos whose packets do not tell their frames.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from playbill.media.clock import Clock
from playbill.media.containers import open_container, video_stream
from playbill.media.damage import DamageFilter, frames_to_await
from playbill.media.decoding import decode_all, decode_planned, prepare
from playbill.media.frame_index import FrameIndex
from playbill.media.plan import plan
from playbill.media.sampling import Sampling
from playbill.media.survey import Survey

Timed = tuple[int, Fraction, VideoFrame]


class Doubt(Exception):
    """Planned decoding gave something else than the plan foresaw."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be read, and how."""

    path: Path
    facts: Survey
    sampling: Sampling
    threads: int
    """Of planned decoding."""
    max_pixels: int
    observe: Callable[[int, Fraction, VideoFrame], None]
    """Is shown every undamaged frame that is decoded, wanted or not, once, in order."""

    @contextmanager
    def decoder(self, *, strict: bool = False) -> Iterator[tuple[InputContainer, VideoStream]]:
        """The file, opened, and its stream, ready to decode; closed when the block ends.

        Args:
            strict: damage is an error. Not where decoding restarts at open groups: they speak of
                frames before, and a strict decoder takes it ill that these are not there.
        """
        with open_container(self.path) as container:
            stream = video_stream(container, self.path)
            threads = self.threads if strict else 1
            prepare(stream, threads=threads, max_pixels=self.max_pixels, strict=strict)
            yield container, stream


def read_indexed(job: Job, frames: FrameIndex) -> Iterator[Timed]:
    """The wanted frames of a video whose frames are known, by the plan as far as it holds."""
    last = -1
    try:
        for index, frame in _planned(job, frames):
            last = index
            yield index, frames.time_s(index), frame
    except Doubt:
        for index, frame in _settled(job, frames):
            if index > last:
                yield index, frames.time_s(index), frame


def _planned(job: Job, frames: FrameIndex) -> Iterator[tuple[int, VideoFrame]]:
    """The wanted frames, each when all that it may be predicted from has come out whole."""
    to_come = iter(np.flatnonzero(job.sampling.among(len(frames))).tolist())
    awaits = frames_to_await(frames.position, frames.group)
    held: deque[tuple[int, VideoFrame]] = deque()
    for index, frame in _decoded_by_plan(job, frames):
        if index in job.sampling:
            if index != next(to_come):
                raise Doubt
            held.append((index, frame))
        while held and awaits[held[0][0]] <= index:
            yield held.popleft()
    if next(to_come, None) is not None:
        raise Doubt
    yield from held


def _decoded_by_plan(job: Job, frames: FrameIndex) -> Iterator[tuple[int, VideoFrame]]:
    """Every frame that comes out, wanted or not."""
    scan = job.facts.scan
    if frames.groups_beside_holes(scan):
        raise Doubt
    wanted = np.zeros(len(scan.pts), np.bool_)
    wanted[frames.position] = job.sampling.among(len(frames))
    actions = plan(scan.pts, scan.entry, wanted)
    last = -1
    with job.decoder(strict=not frames.open_groups) as (container, stream):
        for frame in _sure(decode_planned(container, stream, actions)):
            index = _index_of(frame, frames)
            if index is None:
                continue
            if index <= last:
                raise Doubt
            last = index
            job.observe(index, frames.time_s(index), frame)
            yield index, frame


def _sure(decoded: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
    try:
        for frame in decoded:
            if frame.is_corrupt:
                raise Doubt
            yield frame
    except av.FFmpegError as error:
        raise Doubt from error


def _index_of(frame: VideoFrame, frames: FrameIndex) -> int | None:
    """The index of a frame; None for what is decoded, but before the first frame."""
    if frame.pts is None:
        raise Doubt
    index = frames.index_of(frame.pts)
    if index is None and frame.pts >= frames.pts[0]:
        raise Doubt
    return index


def _settled(job: Job, frames: FrameIndex) -> Iterator[tuple[int, VideoFrame]]:
    holes = frames.groups_beside_holes(job.facts.scan)
    damage = DamageFilter[VideoFrame](frames.position, frames.group, holes)
    last = -1
    with job.decoder() as (container, stream):
        for frame in decode_all(container, stream):
            if frame is None or frame.pts is None:
                continue
            index = frames.index_of(frame.pts)
            if index is None or index <= last:
                continue
            last = index
            if not frame.is_corrupt:
                job.observe(index, frames.time_s(index), frame)
            wanted = frame if index in job.sampling else None
            yield from damage.feed(index, wanted, damaged=frame.is_corrupt)
        yield from damage.finish()


def read_counted(job: Job) -> Iterator[tuple[int, Fraction, VideoFrame | None]]:
    """The wanted frames of a video whose frames only decoding tells; None: it is damaged.

    A packet that nothing can be made of counts as a frame, once there has been one; damage is taken
    to last until the next key frame.
    """
    scan = job.facts.scan
    clock = Clock(scan.time_base, scan.frame_rate)
    index, spoilt = 0, False
    with job.decoder() as (container, stream):
        for frame in decode_all(container, stream):
            if frame is None and index == 0:
                continue
            time_s = clock.time_s(frame.pts if frame and scan.timed else None)
            spoilt = frame is None or frame.is_corrupt or (spoilt and not frame.key_frame)
            if frame and not spoilt:
                job.observe(index, time_s, frame)
            if index in job.sampling:
                yield index, time_s, None if spoilt else frame
            index += 1
