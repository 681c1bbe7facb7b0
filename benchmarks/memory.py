"""Resident memory of the whole job on an hour of Full HD video."""

import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.clips import MINUTE_FRAMES, crowd_minute, repeated
from benchmarks.errors import BenchmarkError
from benchmarks.jobs import analyze_command, enrol_some_people
from benchmarks.rows import Row

MINUTES = 60
MAX_BYTES = 1.2e9
PAUSE_S = 0.5


def run() -> list[Row]:
    """The command in a process of its own, looked at every half second."""
    return [memory_row(MINUTES)]


def memory_row(minutes: int) -> Row:
    """Peak and growth over so many minutes of video."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        video = repeated(crowd_minute(folder), minutes)
        out = folder / "out.json"
        started = time.monotonic()
        resident = resident_bytes(analyze_command(video, enrol_some_people(folder), out))
        seconds = time.monotonic() - started
        frames = len(json.loads(out.read_text())["frames"])
    expected = minutes * MINUTE_FRAMES // 30
    peak, grown = max(resident), growth(resident)
    return Row(
        what=f"memory, {minutes} minutes of FHD video",
        must="<= 1.2 GB resident",
        measured=f"{peak / 1e9:.2f} GB at most, {grown / 1e6:+.0f} MB over the second half",
        met=peak <= MAX_BYTES and frames == expected,
        note=f"the command and its children, every {PAUSE_S} s; {frames} of {expected} frames "
        f"analysed in {seconds:.0f} s",
    )


def resident_bytes(command: list[str]) -> list[int]:
    """Run `command` to its end: what it and its children held, every half second.

    Raises:
        BenchmarkError: it failed.
    """
    with tempfile.TemporaryFile("w+") as complaints:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=complaints)
        resident = []
        while child.poll() is None:
            resident.append(_tree_bytes(child.pid))
            time.sleep(PAUSE_S)
        if child.returncode:
            complaints.seek(0)
            said = (complaints.read().strip().splitlines() or ["no reason given"])[-1]
            raise BenchmarkError(f"{command[0]}: exit status {child.returncode}: {said}")
    return resident


def growth(resident: list[int]) -> float:
    """Bytes that the last tenth holds more than the tenth after the middle, by their medians."""
    tenth = max(1, len(resident) // 10)
    middle = len(resident) // 2
    before = statistics.median(resident[middle : middle + tenth])
    return statistics.median(resident[-tenth:]) - before


def _tree_bytes(pid: int) -> int:
    """Pages that processes share count for each of them."""
    total = 0
    try:
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            total += process.memory_info().rss
    except psutil.NoSuchProcess:
        return total
    return total
