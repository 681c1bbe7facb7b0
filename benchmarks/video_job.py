"""The whole job on a Full HD video beside ffmpeg, which only decodes it."""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.clips import crowd_minute, ffmpeg
from benchmarks.jobs import PEOPLE, analyze_command, enrol_some_people
from benchmarks.rows import Row
from playbill.archive.document import write_document
from playbill.pipeline.opening import open_analyzer
from playbill.pipeline.settings import AnalysisSettings

ROUNDS = 5
MUST = 1.3


def run() -> list[Row]:
    """A minute of video: decode, faces, names, objects, appearances, JSON."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        video, gallery = crowd_minute(folder), enrol_some_people(folder)
        threads = str(len(os.sched_getaffinity(0)))
        out = folder / "out.json"
        command = analyze_command(video, gallery, out)
        analyzer = open_analyzer(AnalysisSettings(threads=int(threads)), gallery)
        sides: dict[str, Callable[[], object]] = {
            "ffmpeg": lambda: ffmpeg(["-threads", threads, "-i", str(video), "-f", "null", "-"]),
            "command": lambda: subprocess.run(command, check=True, capture_output=True),
            "networks open": lambda: write_document(analyzer.analyze(video), out),
        }
        medians = _medians_s(sides)
    return [_row(side, medians, threads) for side in ("command", "networks open")]


def _medians_s(sides: dict[str, Callable[[], object]]) -> dict[str, float]:
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, job in sides.items():
            started = time.perf_counter()
            job()
            seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(times) for name, times in seconds.items()}


def _row(side: str, medians: dict[str, float], threads: str) -> Row:
    ratio = medians[side] / medians["ffmpeg"]
    return Row(
        what=f"FHD video, every 30th frame, whole job ({side})",
        must=f"<= {MUST} x ffmpeg's full decode",
        measured=f"{ratio:.2f} x: {medians[side]:.1f} s against {medians['ffmpeg']:.1f} s",
        met=ratio <= MUST,
        note=f"60 s of 1080p H.264, 5 faces a frame, {PEOPLE} people enrolled; "
        f"medians of {ROUNDS}, {threads} threads",
    )
