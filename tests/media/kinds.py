"""Every kind of clip that video reading is held against."""

import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from tests.support.clips import numbered_clip

FRAMES = 50
X264 = {"g": "12", "bf": "3", "preset": "veryfast"}
X265 = "keyint=12:bframes=3:log-level=none"
MPEG2 = {"g": "12", "bf": "2"}


def closed_gop(folder: Path) -> Path:
    return numbered_clip(folder / "a.mp4", frames=FRAMES, options=X264, sound=True)


def open_gop(folder: Path) -> Path:
    options = X264 | {"x264-params": "open-gop=1:b-pyramid=normal"}
    return numbered_clip(folder / "a.mp4", frames=FRAMES, options=options)


def key_frames_that_are_none(folder: Path) -> Path:
    """Intra refresh: the container marks pictures from which decoding only slowly recovers."""
    options = X264 | {"x264-params": "intra-refresh=1"}
    return numbered_clip(folder / "a.mp4", frames=FRAMES, options=options)


def hevc(folder: Path) -> Path:
    return numbered_clip(
        folder / "a.mp4", frames=FRAMES, codec="libx265", options={"x265-params": X265}
    )


def mpeg2_program_stream(folder: Path) -> Path:
    """Most packets have no time of their own."""
    return numbered_clip(folder / "a.mpg", frames=FRAMES, codec="mpeg2video", options=MPEG2)


def mpeg2_mxf(folder: Path) -> Path:
    return numbered_clip(folder / "a.mxf", frames=FRAMES, codec="mpeg2video", options=MPEG2)


def mpeg4(folder: Path) -> Path:
    return numbered_clip(folder / "a.mp4", frames=FRAMES, codec="mpeg4", options=MPEG2)


def vp8(folder: Path) -> Path:
    """Packets need not be frames here: only decoding tells."""
    options = {"g": "20", "deadline": "realtime", "cpu-used": "16"}
    return numbered_clip(folder / "a.webm", frames=FRAMES, codec="libvpx", options=options)


def vp9(folder: Path) -> Path:
    options = {"g": "20", "lag-in-frames": "10", "deadline": "good", "cpu-used": "5"}
    return numbered_clip(folder / "a.webm", frames=FRAMES, codec="libvpx-vp9", options=options)


def motion_jpeg(folder: Path) -> Path:
    return numbered_clip(folder / "a.mov", frames=FRAMES, codec="mjpeg", pix_fmt="yuvj422p")


def variable_frame_rate(folder: Path) -> Path:
    return numbered_clip(folder / "a.mkv", frames=FRAMES, options=X264, durations=(1, 2, 5))


def ntsc_frame_rate(folder: Path) -> Path:
    return numbered_clip(folder / "a.mp4", frames=FRAMES, options=X264, rate=Fraction(30000, 1001))


def transport_stream(folder: Path) -> Path:
    return numbered_clip(folder / "a.ts", frames=FRAMES, options=X264, sound=True)


def clock_that_wraps(folder: Path) -> Path:
    """MPEG's clock of 33 bits at 90 kHz starts again from 0 in the middle of the clip."""
    wraps_after = FRAMES // 2
    first = int(2**33 / 90000 * 25) - wraps_after
    return numbered_clip(folder / "a.ts", frames=FRAMES, options=X264, first_pts=first)


def no_times(folder: Path) -> Path:
    """AVI stores the order of decoding alone."""
    return numbered_clip(folder / "a.avi", frames=FRAMES, options=X264)


def strung_together(folder: Path) -> Path:
    """Two recordings in one file, whose times start again."""
    part = numbered_clip(folder / "part.ts", frames=FRAMES // 2, options=X264)
    whole = folder / "a.ts"
    whole.write_bytes(part.read_bytes() * 2)
    return whole


def animated_gif(folder: Path) -> Path:
    return numbered_clip(folder / "a.gif", frames=FRAMES, codec="gif", pix_fmt="rgb8")


def interlaced(folder: Path) -> Path:
    """Whether its packets are frames or fields has to be tried."""
    options = X264 | {"flags": "+ilme+ildct"}
    return numbered_clip(folder / "a.ts", frames=FRAMES, options=options)


def rotated(folder: Path) -> Path:
    return numbered_clip(folder / "a.mp4", frames=FRAMES, options=X264, rotation=90)


def ten_bits(folder: Path) -> Path:
    return numbered_clip(folder / "a.mp4", frames=FRAMES, options=X264, pix_fmt="yuv420p10le")


def full_range(folder: Path) -> Path:
    return numbered_clip(folder / "a.mp4", frames=FRAMES, options=X264, pix_fmt="yuvj420p")


def fragmented(folder: Path) -> Path:
    return numbered_clip(
        folder / "a.mp4",
        frames=FRAMES,
        options=X264,
        container_options={"movflags": "frag_keyframe+empty_moov"},
    )


def edit_list(folder: Path) -> Path:
    """Cut without coding anew: the pictures up to the cut are in the file, but not shown."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("the ffmpeg program is not on this machine")
    whole = numbered_clip(folder / "whole.mp4", frames=FRAMES, options=X264 | {"g": "30"})
    cut = folder / "a.mp4"
    command = ["ffmpeg", "-v", "error", "-ss", "0.4", "-i", str(whole), "-c", "copy", str(cut)]
    subprocess.run(command, check=True)
    return cut


def begins_in_the_middle(folder: Path) -> Path:
    """A recording that starts between two entry points."""
    options = X264 | {"x264-params": "open-gop=1"}
    whole = numbered_clip(folder / "whole.ts", frames=FRAMES, options=options).read_bytes()
    cut = folder / "a.ts"
    cut.write_bytes(whole[len(whole) * 3 // 20 // 188 * 188 :])
    return cut


def cut_off(folder: Path) -> Path:
    whole = numbered_clip(folder / "whole.mkv", frames=FRAMES, options=X264, sound=True)
    cut = folder / "a.mkv"
    data = whole.read_bytes()
    cut.write_bytes(data[: len(data) * 6 // 10])
    return cut


def one_frame(folder: Path) -> Path:
    return numbered_clip(folder / "a.mp4", frames=1, options=X264)


KINDS: tuple[Callable[[Path], Path], ...] = (
    closed_gop,
    open_gop,
    key_frames_that_are_none,
    hevc,
    mpeg2_program_stream,
    mpeg2_mxf,
    mpeg4,
    vp8,
    vp9,
    motion_jpeg,
    variable_frame_rate,
    ntsc_frame_rate,
    transport_stream,
    clock_that_wraps,
    no_times,
    strung_together,
    animated_gif,
    interlaced,
    rotated,
    ten_bits,
    full_range,
    fragmented,
    edit_list,
    begins_in_the_middle,
    cut_off,
    one_frame,
)
