"""Where decoding may begin afresh."""

from av.packet import Packet
from av.video.stream import VideoStream

H264_IDR, H264_SEI, H264_SLICES = 5, 6, range(1, 6)
H264_RECOVERY_POINT = 6
HEVC_IRAP = range(16, 22)
HEVC_SLICES = range(32)


def is_entry_point(packet: "Packet[VideoStream]", codec: str, length_size: int) -> bool:
    """Whether a decoder that forgot everything can start with this packet.

    Containers call more pictures key frames than there are: any I picture, sometimes. For H.264 an
    IDR picture or a recovery point message is asked for (Rec. ITU-T H.264, 7.4.1.2.4 and D.2.8),
    for HEVC a random access picture (Rec. ITU-T H.265, 7.4.2.2).

    Args:
        packet: what the container calls a key frame.
        codec: ffmpeg's name of the codec.
        length_size: bytes of the length before each unit; 0 where start codes part them.
    """
    if not packet.is_keyframe:
        return False
    if codec not in {"h264", "hevc"}:
        return True
    for unit in _units(bytes(packet), length_size):
        if codec == "hevc":
            kind = unit[0] >> 1 & 0x3F
            if kind in HEVC_SLICES:
                return kind in HEVC_IRAP
        else:
            kind = unit[0] & 0x1F
            if kind == H264_SEI and _has_recovery_point(unit):
                return True
            if kind in H264_SLICES:
                return kind == H264_IDR
    return False


def length_size(codec: str, extradata: bytes | None) -> int:
    """How many bytes tell the length of a unit (avcC, hvcC); 0 for start codes."""
    if not extradata or extradata[0] != 1:
        return 0
    at = {"h264": 4, "hevc": 21}.get(codec)
    return (extradata[at] & 3) + 1 if at is not None and len(extradata) > at else 0


def _units(data: bytes, length_size: int) -> list[bytes]:
    """The network abstraction layer units of a packet, without what parts them."""
    if length_size == 0:
        return [unit for unit in data.split(b"\0\0\1") if unit.strip(b"\0")]
    units, at = [], 0
    while at + length_size < len(data):
        size = int.from_bytes(data[at : at + length_size], "big")
        at += length_size
        units.append(data[at : at + size])
        at += size
    return [unit for unit in units if unit]


def _has_recovery_point(message: bytes) -> bool:
    """Whether an H.264 message unit holds a recovery point that takes effect at once."""
    at = 1
    while at + 2 < len(message):
        kind, at = _sum_of_bytes(message, at)
        size, at = _sum_of_bytes(message, at)
        if kind == H264_RECOVERY_POINT:
            return at < len(message) and message[at] >= 0x80
        at += size
    return False


def _sum_of_bytes(message: bytes, at: int) -> tuple[int, int]:
    """A number as H.264 writes it: 255s, and the rest."""
    total = 0
    while at < len(message) and message[at] == 0xFF:
        total, at = total + 255, at + 1
    return (total + message[at], at + 1) if at < len(message) else (total, at)
