"""Benchmarks run apart from each other, and none of them fails unseen."""

import time
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from benchmarks.registry import BENCHMARKS, Benchmark
from benchmarks.rows import Row
from benchmarks.runner import run_benchmark


def benchmark(name: str) -> Benchmark:
    return Benchmark(name, "for tests", package="tests.benchmarks")


def test_rows_come_back_from_the_child() -> None:
    outcome = run_benchmark(benchmark("quick"))

    assert outcome.rows == (Row("sum", "4", "4", met=True, note="by hand"),)
    assert outcome.met


def test_a_benchmark_that_cannot_run_is_a_row_that_says_why() -> None:
    outcome = run_benchmark(benchmark("refusing"))

    assert [row.measured for row in outcome.rows] == ["failed: ffmpeg: not installed"]
    assert not outcome.met


def test_a_benchmark_that_breaks_is_a_row_with_its_error() -> None:
    [row] = run_benchmark(benchmark("missing")).rows

    assert "No module named 'tests.benchmarks.missing'" in row.measured
    assert not row.met


def test_after_its_limit_a_benchmark_is_ended_with_what_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = tmp_path / "pid"
    monkeypatch.setenv("PLAYBILL_TEST_PID", str(written))

    [row] = run_benchmark(benchmark("endless"), limit_s=5).rows

    assert row.measured == "ended: not done after 5 s"
    assert ends(int(written.read_text()))


def ends(pid: int) -> bool:
    """Whether a process that was killed is gone within seconds: the system takes its time."""
    try:
        process = psutil.Process(pid)
        for _ in range(100):
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
            time.sleep(0.1)
    except psutil.NoSuchProcess:
        return True
    return False


def test_every_registered_benchmark_is_there() -> None:
    missing = [name for name, known in BENCHMARKS.items() if not find_spec(known.module)]

    assert missing == []
