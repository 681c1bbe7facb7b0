"""Packets to decoded frames: all of them, or only what the wanted ones need."""

from collections.abc import Container, Generator, Iterator
from contextlib import closing

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from playbill.media.numbered import NumberedPackets, packets_of
from playbill.media.plan import Action, Unit

CODECS_WITH_MARKED_REFERENCES = frozenset({"h264", "hevc", "mpeg1video", "mpeg2video", "mpeg4"})
"""Their decoders know a picture that nothing is predicted from before they decode it."""


def prepare(stream: VideoStream, *, threads: int, max_pixels: int, strict: bool = False) -> None:
    """Set a decoder up before its first packet.

    Args:
        stream: what is to be decoded.
        threads: one, unless `strict`: decoders that work on several frames at a time lose the mark
            of damage on some of them.
        max_pixels: a larger frame is an error.
        strict: damage is an error, and not concealed.
    """
    context = stream.codec_context
    context.options = {"max_pixels": str(max_pixels)} | (
        {"err_detect": "explode"} if strict else {}
    )
    context.thread_count = threads
    context.thread_type = "AUTO"


def decode_all(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame | None]:
    """Every frame that the decoder gives, damaged or not, in presentation order.

    None: the decoder found a packet that it can make nothing of.
    """
    for packet in packets_of(container, stream):
        yield from _decoded(packet)
    yield from _drained(stream)


class PlannedDecoder:
    """Decodes one unit of a plan after the other, forwards only."""

    def __init__(self, packets: NumberedPackets, stream: VideoStream) -> None:
        self._packets, self._context = packets, stream.codec_context
        self._marked = self._context.codec.canonical_name in CODECS_WITH_MARKED_REFERENCES
        self._fed = False

    def decode(self, unit: Unit) -> Iterator[VideoFrame]:
        """The frames that come out when each packet is treated as the plan says.

        Where the next unit follows at once, its first frame comes last: damage of the packet before
        may show in it alone.

        Raises:
            av.FFmpegError: the decoder says that a packet is damaged.
        """
        self._forget()
        stop = unit.stop + unit.followed
        with closing(self._packets.between(unit.start, stop, keep=unit.stop)) as packets:
            for number, packet in packets:
                action = unit.actions[number - unit.start] if number < unit.stop else Action.DECODE
                if action == Action.LEAVE_OUT:
                    continue
                skips = self._marked and action == Action.REFERENCE
                self._context.skip_frame = "NONREF" if skips else "DEFAULT"
                self._fed = True
                yield from packet.decode()
        yield from self._context.decode(None)

    def _forget(self) -> None:
        if self._fed:
            self._context.flush_buffers()
        self._fed = False


class SettledDecoder:
    """Decodes stretches of a video whole, damaged or not."""

    def __init__(self, packets: NumberedPackets, stream: VideoStream) -> None:
        self._packets, self._stream = packets, stream
        self._fed = False

    def decode(
        self, start: int, stop: int, *, without: Container[int], keep: int
    ) -> Generator[VideoFrame | None, None, None]:
        """Every frame of the packets from `start` up to `stop`, in presentation order.

        None: the decoder found a packet that it can make nothing of. Packets `without` are left
        out; those from `keep` on are there for the next stretch as well.
        """
        if self._fed:
            self._stream.codec_context.flush_buffers()
        self._fed = True
        with closing(self._packets.between(start, stop, keep=keep)) as packets:
            for number, packet in packets:
                if number not in without:
                    yield from _decoded(packet)
        yield from _drained(self._stream)


def _decoded(packet: "Packet[VideoStream]") -> list[VideoFrame] | list[None]:
    try:
        return packet.decode()
    except av.FFmpegError:
        return [None]


def _drained(stream: VideoStream) -> list[VideoFrame]:
    try:
        return stream.codec_context.decode(None)
    except av.FFmpegError:
        return []
