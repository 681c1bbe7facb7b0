"""Decoded frames to what people see: upright RGB, and a tiny picture of the brightness."""

from dataclasses import dataclass

import numpy as np
from av.sidedata.sidedata import SideData
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from playbill.core.frame import Image

EXACT = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
"""Within rounding of the formula; swscale's default is a grey level darker and blocky in colour."""

MATRICES = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
"""By the numbers of Rec. ITU-T H.273, table 4."""
HD_WIDTH, HD_HEIGHT = 1280, 720

GLIMPSE_WH = (64, 36)


@dataclass(frozen=True, slots=True)
class Orientation:
    """How a stored picture is turned upright: first mirrored at its diagonal, then flipped."""

    transpose: bool = False
    flip_x: bool = False
    flip_y: bool = False

    @classmethod
    def of(cls, frame: VideoFrame) -> "Orientation":
        """What the display matrix of the file says (ISO/IEC 14496-12, 8.5.2)."""
        matrix = frame.side_data.get("DISPLAYMATRIX")
        if not isinstance(matrix, SideData):
            return cls()
        raw = bytes(matrix)
        a, b, _, c, d = np.frombuffer(raw, np.int32, 5).tolist()
        if abs(b) > abs(a):
            return cls(transpose=True, flip_x=c < 0, flip_y=b < 0)
        return cls(flip_x=a < 0, flip_y=d < 0)

    @property
    def rotation(self) -> int:
        """Degrees clockwise, 0, 90, 180 or 270; of a mirrored picture, before it is mirrored."""
        if self.transpose:
            return 270 if self.flip_y else 90
        return 180 if self.flip_y else 0

    def size_wh(self, stored_wh: tuple[int, int]) -> tuple[int, int]:
        """Width and height of the upright picture."""
        return (stored_wh[1], stored_wh[0]) if self.transpose else stored_wh

    def apply(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Turn (height, width, ...) upright."""
        if self.transpose:
            picture = picture.swapaxes(0, 1)
        if self.flip_x:
            picture = picture[:, ::-1]
        if self.flip_y:
            picture = picture[::-1]
        return np.ascontiguousarray(picture)


class RgbConverter:
    """Converts the frames of one video to RGB of one size."""

    def __init__(self, stored_wh: tuple[int, int], orientation: Orientation) -> None:
        """Take the size of the stored pictures; a frame of another size is scaled to it."""
        self._stored_wh = stored_wh
        self._orientation = orientation
        self._reformatter = VideoReformatter()

    def __call__(self, frame: VideoFrame) -> Image:
        """(height, width, 3) upright RGB by the frame's own colour matrix and range.

        Without a matrix, BT.709 is taken for HD and BT.601 below, as players do. HDR keeps its
        curve: it looks flat.
        """
        width, height = self._stored_wh
        hd = frame.width >= HD_WIDTH or frame.height >= HD_HEIGHT
        guess = Colorspace.ITU709 if hd else Colorspace.ITU601
        converted = self._reformatter.reformat(
            frame,
            width,
            height,
            "rgb24",
            src_colorspace=MATRICES.get(frame.colorspace, guess),
            dst_color_range=ColorRange.JPEG,
            interpolation=EXACT,
            threads=1,
        )
        return self._orientation.apply(np.asarray(converted.to_ndarray(), np.uint8))


def luma_glimpse(frame: VideoFrame, orientation: Orientation) -> NDArray[np.uint8]:
    """At most 64 x 36 samples of a frame's brightness (36 x 64 where it is turned), upright.

    Points of the stored plane, neither averaged nor converted: this costs next to nothing.
    """
    plane, bits = _luma_plane(frame)
    height, width = plane.shape
    step_x, step_y = -(-width // GLIMPSE_WH[0]), -(-height // GLIMPSE_WH[1])
    points = plane[step_y // 2 :: step_y, step_x // 2 :: step_x] >> (bits - 8)
    return orientation.apply(points.astype(np.uint8))


def _luma_plane(frame: VideoFrame) -> tuple[NDArray[np.uint8] | NDArray[np.uint16], int]:
    """A view of the stored brightness, and its number of bits."""
    name = frame.format.name
    if not name.startswith(("yuv", "nv", "gray")) or name.endswith("be"):
        frame = frame.reformat(*GLIMPSE_WH, format="gray8")
    plane, bits = frame.planes[0], frame.format.components[0].bits
    memory = memoryview(plane)
    if bits == 8:
        rows = np.frombuffer(memory, np.uint8).reshape(-1, plane.line_size)
        return rows[: frame.height, : frame.width], bits
    deep = np.frombuffer(memory, np.uint16).reshape(-1, plane.line_size // 2)
    return deep[: frame.height, : frame.width], bits
