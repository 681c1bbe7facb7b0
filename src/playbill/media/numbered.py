"""The packets of a video, each with its number in the order of decoding."""

from collections import deque
from collections.abc import Generator, Iterator
from itertools import chain

import av
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from playbill.media.packets import PacketScan

Numbered = tuple[int, "Packet[VideoStream]"]

FAR = 1000
"""Packets that are worth skipping."""
SEEKABLE = frozenset({"mov", "matroska"})
"""Containers that know where each key frame lies. Elsewhere all is read from the beginning."""


class NumberedPackets:
    """The packets of a video as `scan_packets` counts them, forwards only."""

    def __init__(self, packets: Iterator[Numbered]) -> None:
        self._coming = packets
        self._kept: deque[Numbered] = deque()

    @classmethod
    def read(cls, container: InputContainer, stream: VideoStream) -> "NumberedPackets":
        """From the beginning."""
        return cls(enumerate(packets_of(container, stream)))

    @classmethod
    def sought(
        cls, container: InputContainer, stream: VideoStream, scan: PacketScan, start: int
    ) -> "NumberedPackets | None":
        """From a little before the packet `start`; None: it was not found there.

        What comes after seeking is not trusted: packets are told by their times, which are all
        different, and must come one after the other as they were scanned.
        """
        try:
            container.seek(int(scan.pts[start]), stream=stream)
        except av.FFmpegError:
            return None
        packets = packets_of(container, stream)
        first = next(packets, None)
        found = np.flatnonzero(scan.pts == first.pts).tolist() if first is not None else []
        if first is None or len(found) != 1 or found[0] > start:
            return None
        numbered = enumerate(chain([first], packets), start=found[0])
        for number, packet in numbered:
            if packet.pts != scan.pts[number]:
                return None
            if number == start:
                return cls(chain([(number, packet)], numbered))
        return None

    def between(
        self, start: int, stop: int, *, keep: int | None = None
    ) -> Generator[Numbered, None, None]:
        """The packets from `start` up to `stop`, or up to where the file is cut off.

        Those from `keep` on are given again to whoever asks next.
        """
        given: list[Numbered] = []
        try:
            while (item := self._next()) is not None:
                number, _ = item
                if number >= stop or (keep is not None and number >= keep):
                    given.append(item)
                if number >= stop:
                    return
                if number >= start:
                    yield item
        finally:
            self._kept.extendleft(reversed(given))

    def _next(self) -> Numbered | None:
        return self._kept.popleft() if self._kept else next(self._coming, None)


def packets_of(container: InputContainer, stream: VideoStream) -> "Iterator[Packet[VideoStream]]":
    """The packets as `scan_packets` counts them, up to where the file is cut off."""
    try:
        for packet in container.demux(stream):
            if packet.size:
                yield packet
    except av.FFmpegError:
        return
