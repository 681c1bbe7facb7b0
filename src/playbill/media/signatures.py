"""What a file is, by its first bytes and never by its name."""

import codecs
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

PictureFormat = Literal["avif", "bmp", "gif", "heif", "jpeg", "jpeg2000", "png", "tiff", "webp"]

MAGIC: Mapping[bytes, PictureFormat] = MappingProxyType(
    {
        b"\xff\xd8\xff": "jpeg",
        b"\x89PNG\r\n\x1a\n": "png",
        b"GIF87a": "gif",
        b"GIF89a": "gif",
        b"II*\0": "tiff",
        b"MM\0*": "tiff",
        b"II+\0": "tiff",
        b"MM\0+": "tiff",
        b"\0\0\0\x0cjP  \r\n\x87\n": "jpeg2000",
        b"\xff\x4f\xff\x51": "jpeg2000",
    }
)
AVIF_BRANDS = frozenset({b"avif", b"avis"})
HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
BMP_HEADER_SIZES = frozenset({12, 40, 52, 56, 64, 108, 124})

PLAYLISTS: Mapping[bytes, str] = MappingProxyType(
    {
        rb"#EXTM3U": "a playlist (M3U8)",
        rb"ffconcat\s": "a playlist (ffconcat)",
        rb"(concat|concatf|subfile|crypto|async|cache)[:,]": "a playlist (concat)",
        rb"v=0\s": "a session description (SDP)",
        rb"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(MPD|SmoothStreamingMedia)\b": "a playlist (DASH)",
        rb"\[(playlist|Reference)\]": "a playlist (PLS)",
        rb"RTSPtext|rtsp://|https?://": "a link",
    }
)


def picture_format(head: bytes) -> PictureFormat | None:
    """The format of the picture that starts with `head`, or None for what is no picture."""
    for magic, name in MAGIC.items():
        if head.startswith(magic):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in BMP_HEADER_SIZES:
        return "bmp"
    return _iso_picture(head) if head[4:8] == b"ftyp" else None


def _iso_picture(head: bytes) -> PictureFormat | None:
    """HEIF and AVIF share their box structure with MP4: the brands tell them apart."""
    size = int.from_bytes(head[:4], "big")
    major, others = head[8:12], {head[at : at + 4] for at in range(16, min(size, len(head)), 4)}
    if major in AVIF_BRANDS or (major in {b"mif1", b"msf1"} and others & AVIF_BRANDS):
        return "avif"
    return "heif" if major in HEIF_BRANDS else None


def impostor(head: bytes) -> str | None:
    """What a file that starts with `head` is, where it only refers to media; None for all others.

    ffmpeg would follow such a file to whatever it names (CVE-2016-1897, CVE-2017-9993).
    """
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for pattern, what in PLAYLISTS.items():
        if re.match(pattern, text, re.IGNORECASE | re.DOTALL | re.MULTILINE):
            return what
    return None


def is_text(head: bytes) -> bool:
    """Whether `head` is printable UTF-8."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter.isspace() for letter in text)
