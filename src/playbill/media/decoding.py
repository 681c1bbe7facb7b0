"""Packets to decoded frames: all of them, or only what the wanted ones need."""

from collections.abc import Iterator

import av
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from playbill.media.plan import Action

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
    for packet in _packets(container, stream):
        yield from _decoded(packet)
    yield from _drained(stream)


def decode_planned(
    container: InputContainer, stream: VideoStream, actions: NDArray[np.uint8]
) -> Iterator[VideoFrame]:
    """The frames that come out when each packet is treated as `actions` says.

    Raises:
        av.FFmpegError: the decoder says that a packet is damaged.
    """
    context = stream.codec_context
    marked = context.codec.canonical_name in CODECS_WITH_MARKED_REFERENCES
    fed = False
    for packet, action in zip(_packets(container, stream), actions, strict=False):
        if action == Action.LEAVE_OUT:
            continue
        if action == Action.RESTART:
            if fed:
                yield from context.decode(None)
                context.flush_buffers()
            fed = False
            continue
        skips = marked and action == Action.REFERENCE
        context.skip_frame = "NONREF" if skips else "DEFAULT"
        yield from packet.decode()
        fed = True
    yield from context.decode(None)


def _packets(container: InputContainer, stream: VideoStream) -> "Iterator[Packet[VideoStream]]":
    """The packets as `scan_packets` counts them, up to where the file is cut off."""
    try:
        for packet in container.demux(stream):
            if packet.size:
                yield packet
    except av.FFmpegError:
        return


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
