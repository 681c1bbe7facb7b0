"""What a picture or video file is, as read from the file itself."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal
from uuid import NAMESPACE_OID, uuid5


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """One media file."""

    name: str
    """The file's name, without folders."""
    kind: Literal["image", "video"]
    sha256: str
    """Hexadecimal, of the file's bytes."""
    size_wh: tuple[int, int]
    """Width and height in pixels of the upright picture."""
    container: str
    """`jpeg`, `png`, ... for images; the demuxer's name (`mov`, `matroska`, ...) for videos."""
    codec: str
    rotation: int = 0
    """Degrees clockwise by which the stored picture was turned to be upright: 0, 90, 180, 270."""
    frame_rate: Fraction | None = None
    """Average frames a second; None for images."""
    duration_s: Fraction | None = None
    """From the start of the first frame to the end of the last; None for images."""
    start_timecode: str | None = None
    """Time code of the first frame, as the file itself says: `HH:MM:SS:FF`, or `HH:MM:SS;FF` where
    numbers are dropped; None: it says none."""

    @property
    def id(self) -> str:
        """A UUID that follows from the bytes: the same file is the same medium everywhere."""
        return str(uuid5(NAMESPACE_OID, f"playbill:{self.sha256}"))
