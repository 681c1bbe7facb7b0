"""Planned decoding: the cheap way to the wanted frames, as long as nothing speaks against it."""

from collections import deque
from collections.abc import Iterator

import av
from av.video.frame import VideoFrame

from playbill.media.damage import frames_to_await
from playbill.media.decoding import PlannedDecoder
from playbill.media.frame_index import FrameIndex
from playbill.media.units import WantedUnit
from playbill.media.watch import Watch


class Doubt(Exception):
    """Planned decoding gave something else than the plan foresaw."""


class PlannedReader:
    """Reads units of the plan, forwards only."""

    def __init__(self, frames: FrameIndex, decoder: PlannedDecoder, watch: Watch) -> None:
        self._frames, self._decoder, self._watch = frames, decoder, watch
        self._awaits = frames_to_await(frames.position, frames.group)

    def read(self, unit: WantedUnit) -> Iterator[tuple[int, VideoFrame]]:
        """The wanted frames, each when all that it may be predicted from has come out whole.

        Raises:
            Doubt: a frame is out of order, missing, unknown or damaged.
        """
        to_come = deque(unit.wanted.tolist())
        held: deque[tuple[int, VideoFrame]] = deque()
        for index, frame in self._in_order(unit):
            if to_come and index >= to_come[0]:
                if index != to_come.popleft():
                    raise Doubt
                held.append((index, frame))
            while held and self._awaits[held[0][0]] <= index:
                yield held.popleft()
        if to_come:
            raise Doubt
        yield from held

    def _in_order(self, unit: WantedUnit) -> Iterator[tuple[int, VideoFrame]]:
        """Every frame that comes out; the first one of a unit that follows at once comes last."""
        last, stop = -1, unit.packets.stop
        for index, frame in self._decoded(unit):
            position = int(self._frames.position[index])
            if index <= last or not unit.packets.start <= position <= stop:
                raise Doubt
            last = index
            if position < stop:
                self._watch.show(index, self._frames.time_s(index), frame)
            yield index, frame
        if unit.packets.followed and unit.next_frame is not None and last != unit.next_frame:
            raise Doubt

    def _decoded(self, unit: WantedUnit) -> Iterator[tuple[int, VideoFrame]]:
        """Every frame that comes out, but for what is shown before the first frame."""
        try:
            for frame in self._decoder.decode(unit.packets):
                if frame.is_corrupt or frame.pts is None:
                    raise Doubt
                index = self._frames.index_of(frame.pts)
                if index is not None:
                    yield index, frame
                elif frame.pts >= self._frames.pts[0]:
                    raise Doubt
        except av.FFmpegError as error:
            raise Doubt from error
