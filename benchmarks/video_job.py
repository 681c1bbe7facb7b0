"""The whole job on a Full HD video beside ffmpeg, which only decodes it."""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

from benchmarks.clips import crowd_minute, ffmpeg, repeated
from benchmarks.jobs import PEOPLE, analyze_command, enrol_some_people
from benchmarks.rows import Row
from playbill.archive.document import write_document
from playbill.pipeline.opening import open_analyzer
from playbill.pipeline.settings import AnalysisSettings

ROUNDS = 3
MINUTES = (3, 1)
"""Of the videos: what starting takes is the same for each."""
MUST = MappingProxyType({3: 1.3, 1: 1.0})
"""Of ffmpeg's time, by minutes: opening networks must not cost a short video its lead."""


def run() -> list[Row]:
    """Minutes of video: decode, faces, names, objects, appearances, JSON."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        minute, gallery = crowd_minute(folder), enrol_some_people(folder)
        return [
            row for minutes in MINUTES for row in _rows(repeated(minute, minutes), gallery, minutes)
        ]


def _rows(video: Path, gallery: Path, minutes: int) -> list[Row]:
    threads = str(len(os.sched_getaffinity(0)))
    out = video.with_suffix(".json")
    command = analyze_command(video, gallery, out)
    analyzer = open_analyzer(AnalysisSettings(threads=int(threads)), gallery)
    sides: dict[str, Callable[[], object]] = {
        "ffmpeg": lambda: ffmpeg(["-threads", threads, "-i", str(video), "-f", "null", "-"]),
        "command": lambda: subprocess.run(command, check=True, capture_output=True),
        "networks open": lambda: write_document(analyzer.analyze(video), out),
    }
    medians = _medians_s(sides)
    return [_row(side, medians, minutes, threads) for side in ("command", "networks open")]


def _medians_s(sides: dict[str, Callable[[], object]]) -> dict[str, tuple[float, float]]:
    """Wall time and processor time of each side."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, job in sides.items():
            wall, cpu = time.perf_counter(), _processor_s()
            job()
            taken[name].append((time.perf_counter() - wall, _processor_s() - cpu))
    return {
        name: (
            statistics.median(wall for wall, _ in pairs),
            statistics.median(cpu for _, cpu in pairs),
        )
        for name, pairs in taken.items()
    }


def _processor_s() -> float:
    """Of this process and the children that have ended, in all threads."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _row(side: str, medians: dict[str, tuple[float, float]], minutes: int, threads: str) -> Row:
    (wall, cpu), (ffmpeg_wall, ffmpeg_cpu) = medians[side], medians["ffmpeg"]
    return Row(
        what=f"FHD video of {minutes} min, every 30th frame, whole job ({side})",
        must=f"<= {MUST[minutes]} x ffmpeg's full decode",
        measured=f"{wall / ffmpeg_wall:.2f} x: {wall:.1f} s against {ffmpeg_wall:.1f} s",
        met=wall <= MUST[minutes] * ffmpeg_wall,
        note=f"1080p H.264, 25 frames a second, 5 faces a frame, {PEOPLE} people enrolled; "
        f"medians of {ROUNDS}, {threads} threads; "
        f"processor time {cpu:.1f} s against {ffmpeg_cpu:.1f} s",
    )
