"""Video for the benchmarks, made by ffmpeg out of the crowd."""

import shutil
import subprocess
from pathlib import Path

from benchmarks.errors import BenchmarkError
from benchmarks.inputs import CROWD, data_file

MINUTE_FRAMES = 1500
"""60 seconds at 25 frames a second."""


def crowd_minute(folder: Path) -> Path:
    """A minute of Full HD H.264, x264's own GOP and B-frames, without sound, in `folder`."""
    clip = folder / "crowd_minute.mp4"
    looped = ["-stream_loop", "-1", "-i", str(data_file(CROWD)), "-t", "60", "-an"]
    ffmpeg([*looped, "-c:v", "libx264", "-threads", "2", str(clip)])
    return clip


def repeated(clip: Path, times: int) -> Path:
    """`clip` so many times in a row, beside it, without encoding again."""
    longer = clip.with_stem(f"{clip.stem}_x{times}")
    ffmpeg(["-stream_loop", str(times - 1), "-i", str(clip), "-c", "copy", str(longer)])
    return longer


def ffmpeg(arguments: list[str]) -> None:
    """Run ffmpeg.

    Raises:
        BenchmarkError: it is not installed, or it failed.
    """
    if shutil.which("ffmpeg") is None:
        raise BenchmarkError("ffmpeg: not installed; video is measured beside it")
    command = ["ffmpeg", "-nostdin", "-loglevel", "error", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise BenchmarkError(f"ffmpeg: failed: {said}")
