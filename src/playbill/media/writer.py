"""Pictures and video out: written whole or not at all."""

from contextlib import ExitStack, suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation
from PIL import Image as Pillow

from playbill.core.atomic import atomic_path
from playbill.core.frame import Image
from playbill.errors import OutputError

PICTURE_FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}
BT709 = 1
"""The number of BT.709 in H.264's table of colour matrices (Rec. ITU-T H.273)."""


def write_image(path: Path, image: Image) -> None:
    """Write `image` as a JPEG or PNG, as the suffix of `path` says.

    Raises:
        OutputError: the file cannot be written, or the suffix is another one.
    """
    name = PICTURE_FORMATS.get(path.suffix.lower())
    if name is None:
        known = ", ".join(PICTURE_FORMATS)
        raise OutputError(f"{path}: pictures are written as {known}, not as {path.suffix!r}")
    with atomic_path(path) as temporary:
        Pillow.fromarray(image).save(temporary, name, quality=92)


class VideoWriter:
    """An H.264 MP4 of RGB pictures at a fixed rate, that starts to play before it is all there.

    Nothing is at `path` before the `with` block has ended well. The picture of a video with an odd
    number of columns or rows gets one more, a copy of the last: 4:2:0 knows no odd sizes.
    """

    def __init__(self, path: Path, size_wh: tuple[int, int], frame_rate: Fraction) -> None:
        """Plan a video of pictures of `size_wh`, `frame_rate` of them a second."""
        if min(size_wh) < 1 or frame_rate <= 0:
            raise ValueError(f"size and rate must be positive, got {size_wh} and {frame_rate}")
        self._path = path
        self._size_wh = size_wh
        self._frame_rate = frame_rate
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Open the file.

        Raises:
            OutputError: the file cannot be made.
        """
        with ExitStack() as stack:
            temporary = stack.enter_context(atomic_path(self._path))
            self._container = av.open(
                str(temporary), "w", format="mp4", options={"movflags": "+faststart"}
            )
            stack.callback(self._close_at_last)
            self._add_stream()
            self._stack = stack.pop_all()
        return self

    def _add_stream(self) -> None:
        width, height = self._size_wh
        options = {"preset": "veryfast", "crf": "20"}
        stream = self._container.add_stream("libx264", rate=self._frame_rate, options=options)
        stream.width, stream.height = width + width % 2, height + height % 2
        stream.pix_fmt = "yuv420p"
        stream.codec_context.color_range = ColorRange.MPEG
        stream.codec_context.colorspace = BT709
        stream.codec_context.color_primaries = ColorPrimaries.BT709
        stream.codec_context.color_trc = ColorTrc.BT709
        self._stream = stream
        self._frames = 0

    def write(self, image: Image) -> None:
        """Add one picture.

        Raises:
            OutputError: it cannot be written.
            ValueError: it has another size.
        """
        height, width = image.shape[:2]
        if (width, height) != self._size_wh:
            raise ValueError(f"image must be {self._size_wh}, got {(width, height)}")
        even = np.pad(image, ((0, height % 2), (0, width % 2), (0, 0)), "edge")
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(even), format="rgb24").reformat(
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.BICUBIC | Interpolation.ACCURATE_RND,
        )
        frame.pts, frame.time_base = self._frames, 1 / self._frame_rate
        self._frames += 1
        self._encode(frame)

    def _encode(self, frame: av.VideoFrame | None) -> None:
        try:
            self._container.mux(self._stream.encode(frame))
        except av.FFmpegError as error:
            raise self._refusal(error) from error

    def _close_at_last(self) -> None:
        with suppress(av.FFmpegError):
            self._container.close()

    def _refusal(self, error: av.FFmpegError) -> OutputError:
        return OutputError(f"{self._path}: cannot be written: {(error.strerror or '').lower()}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Finish the file, or leave nothing when the block failed.

        Raises:
            OutputError: it cannot be finished.
        """
        if error is not None:
            self._stack.__exit__(kind, error, traceback)
            return
        with self._stack:
            self._finish()

    def _finish(self) -> None:
        if self._frames == 0:
            raise OutputError(f"{self._path}: no picture was given for this video")
        self._encode(None)
        try:
            self._container.close()
        except av.FFmpegError as error:
            raise self._refusal(error) from error
