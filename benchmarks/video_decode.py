"""Every 30th frame of a Full HD video: ours beside what decodes everything."""

import hashlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np

from benchmarks.clips import ffmpeg
from benchmarks.inputs import CROWD, data_file
from benchmarks.rows import Row
from playbill.core.frame import Image
from playbill.media.colours import Orientation, RgbConverter
from playbill.media.observing import Unobserved
from playbill.media.video import SampledVideo

EVERY = 30
ROUNDS = 5
FRAMES = 302
GROUPS = (250, 30)
"""Frames from one entry point to the next: x264's default, and what broadcasters use."""


def run() -> list[Row]:
    """302 frames of the crowd, coded with long and with short groups, on one and two threads."""
    with tempfile.TemporaryDirectory() as folder:
        clips = {group: _crowd(Path(folder), group) for group in GROUPS}
        return [_row(group, clip, threads) for group, clip in clips.items() for threads in (1, 2)]


def _crowd(folder: Path, group: int) -> Path:
    clip = folder / f"group_{group}.mp4"
    looped = ["-stream_loop", "-1", "-i", str(data_file(CROWD)), "-frames:v", str(FRAMES), "-an"]
    ffmpeg([*looped, "-c:v", "libx264", "-g", str(group), "-threads", "2", str(clip)])
    return clip


def _row(group: int, clip: Path, threads: int) -> Row:
    sides: dict[str, Callable[[], object]] = {
        "ours": lambda: _digests(_ours(clip, threads)),
        "PyAV": lambda: _digests(_everything(clip, threads)),
        "OpenCV": lambda: _digests(_opencv(clip, threads)),
        "ffmpeg": lambda: ffmpeg(["-threads", str(threads), "-i", str(clip), "-f", "null", "-"]),
    }
    same = sides["ours"]() == sides["PyAV"]()
    cpu, wall = _medians_s(sides)
    others = ", ".join(
        f"{name} {cpu[name]:.2f} ({wall[name]:.2f})" for name in sides if name != "ours"
    )
    return Row(
        what=f"every {EVERY}th frame of FHD video, groups of {group}, threads: {threads}",
        must="the frames of a full decode, for less processor time than ffmpeg's",
        measured=f"{'same' if same else 'OTHER'} frames, "
        f"{cpu['ffmpeg'] / cpu['ours']:.1f} x less than ffmpeg, "
        f"{cpu['PyAV'] / cpu['ours']:.1f} x less than PyAV decoding all",
        met=same and cpu["ours"] < cpu["ffmpeg"],
        note=f"processor (wall) seconds for {FRAMES} frames of H.264, medians of {ROUNDS}: "
        f"ours {cpu['ours']:.2f} ({wall['ours']:.2f}), {others}",
    )


def _medians_s(
    sides: dict[str, Callable[[], object]],
) -> tuple[dict[str, float], dict[str, float]]:
    """Processor and wall time of each side, taken in turns."""
    cpu: dict[str, list[float]] = {name: [] for name in sides}
    wall: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, job in sides.items():
            started, busy = time.perf_counter(), _processor_s()
            job()
            wall[name].append(time.perf_counter() - started)
            cpu[name].append(_processor_s() - busy)
    return (
        {name: statistics.median(taken) for name, taken in cpu.items()},
        {name: statistics.median(taken) for name, taken in wall.items()},
    )


def _processor_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _digests(images: Iterator[Image]) -> list[str]:
    return [hashlib.sha256(image.data).hexdigest() for image in images]


def _ours(clip: Path, threads: int) -> Iterator[Image]:
    with SampledVideo.open(clip, EVERY, threads=threads, observe=Unobserved()) as video:
        for frame in video:
            yield frame.image


def _everything(clip: Path, threads: int) -> Iterator[Image]:
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        stream.thread_type, stream.thread_count = "AUTO", threads
        convert = RgbConverter((stream.width, stream.height), Orientation())
        for index, frame in enumerate(container.decode(stream)):
            if index % EVERY == 0:
                yield convert(frame)


def _opencv(clip: Path, threads: int) -> Iterator[Image]:
    parameters = [cv2.CAP_PROP_N_THREADS, threads]
    capture = cv2.VideoCapture(str(clip), cv2.CAP_FFMPEG, parameters)
    for index in range(FRAMES):
        if not capture.grab():
            break
        if index % EVERY == 0:
            yield np.asarray(capture.retrieve()[1][..., ::-1], np.uint8, order="C")
    capture.release()
