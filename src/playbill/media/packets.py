"""Which packet makes which frame: one pass over the packets, nothing decoded."""

from array import array
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from playbill.media.announced import lost_of_length
from playbill.media.entry_points import is_entry_point, length_size

NO_PTS = -(1 << 63)
PROGRESSIVE = 1
"""AV_FIELD_PROGRESSIVE."""
MAX_REORDERING = 32
"""No codec holds back more fields than this; times further out of order have jumped."""

INTER_CODECS = frozenset({"h264", "hevc", "mpeg1video", "mpeg2video", "mpeg4", "vp9", "av1", "gif"})
INTRA_CODECS = frozenset(
    {
        "mjpeg",
        "prores",
        "dnxhd",
        "dvvideo",
        "jpeg2000",
        "huffyuv",
        "ffvhuff",
        "utvideo",
        "v210",
        "rawvideo",
        "cfhd",
    }
)
"""Each packet is a frame that needs no other."""


@dataclass(frozen=True, slots=True, eq=False)
class PacketScan:
    """What the packets of one video stream say, one row a packet, in the order of decoding."""

    container: str
    codec: str
    timed: bool
    """False: the container stores the order of decoding, and no times of presentation."""
    time_base: Fraction
    frame_rate: Fraction | None
    pts: NDArray[np.int64]
    """(n,) presentation times in ticks of `time_base`; NO_PTS where the file has none."""
    entry: NDArray[np.bool_]
    """(n,) decoding may begin here."""
    shown: NDArray[np.bool_]
    """(n,) False: needed to decode others, but outside the file's edit list."""
    end_pts: int
    """Where the frame that is shown last ends."""
    halved: bool
    """Packets may be half frames: broadcasters' H.264 has one for each field."""
    lost: int
    """Frames that the file announces and does not hold: it is cut off, or has a hole."""

    def has_presentation_order(self) -> bool:
        """Whether the times tell how many frames there are, and their order.

        Not so where packets need not be frames (VP8's hidden frames, screen codecs), where times
        are missing or doubled, and where they jump back, as in recordings strung together.
        """
        if self.codec not in INTER_CODECS | INTRA_CODECS:
            return False
        if not (self.timed or self.codec in INTRA_CODECS):
            return False
        return not ((self.pts == NO_PTS).any() or self.times_jump())

    def times_jump(self) -> bool:
        """Whether times come twice, or go back further than reordering takes them."""
        pts = self.pts[self.shown & (self.pts != NO_PTS)]
        if len(np.unique(pts)) != len(pts):
            return True
        rank = np.argsort(np.argsort(pts, kind="stable"), kind="stable")
        return bool((np.abs(rank - np.arange(len(rank))) > MAX_REORDERING).any())


def scan_packets(container: InputContainer, stream: VideoStream) -> PacketScan:
    """Read all packets of one stream of `container`.

    A file that is cut off or damaged is read as far as it goes.
    """
    context = stream.codec_context
    codec = context.codec.canonical_name
    size = length_size(codec, context.extradata)
    pts, entry, shown = array("q"), bytearray(), bytearray()
    end_pts = NO_PTS
    with suppress(av.FFmpegError):
        for packet in container.demux(stream):
            if not packet.size:
                continue
            pts.append(NO_PTS if packet.pts is None else packet.pts)
            entry.append(is_entry_point(packet, codec, size))
            shown.append(not packet.is_discard)
            if packet.pts is not None and not packet.is_discard:
                end_pts = max(end_pts, packet.pts + (packet.duration or 0))
    times = np.frombuffer(pts, np.int64) if pts else np.empty(0, np.int64)
    return PacketScan(
        container=container.format.name.split(",")[0],
        codec=codec,
        timed=_is_timed(container, stream),
        time_base=stream.time_base or Fraction(1, 1000),
        frame_rate=stream.average_rate or stream.guessed_rate,
        pts=times,
        entry=np.frombuffer(entry, np.bool_),
        shown=np.frombuffer(shown, np.bool_),
        end_pts=end_pts,
        halved=codec == "h264" and context.field_order != PROGRESSIVE,
        lost=_lost(container, stream, times),
    )


def _lost(container: InputContainer, stream: VideoStream, pts: NDArray[np.int64]) -> int:
    """How many frames a file announces that are not there."""
    name = container.format.name
    if name.startswith("mov"):
        return sum(entry.pos >= container.size for entry in stream.index_entries)
    return lost_of_length(stream, pts) if name.startswith("matroska") else 0


def _is_timed(container: InputContainer, stream: VideoStream) -> bool:
    """AVI has no times of presentation, nor has Matroska around what was made for AVI."""
    for_avi = container.format.name.startswith("matroska") and stream.codec_tag.strip("\0")
    return container.format.name != "avi" and not for_avi
