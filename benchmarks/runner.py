"""Runs a benchmark where it cannot disturb the next one: a process of its own."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.peers.environments import ROOT
from benchmarks.registry import Benchmark
from benchmarks.rows import Row

SHARED = ROOT.parent / "shared"
MAX_BUSY = 10.0
"""Per cent; beyond it speeds say more about the other work than about what was timed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one benchmark gave."""

    rows: tuple[Row, ...]
    """At least one: a benchmark that fails is a row that says so."""
    seconds: float
    busy_before: float
    """Per cent of the processors' time that other work took in the second before."""

    @property
    def met(self) -> bool:
        """Whether every row is."""
        return all(row.met for row in self.rows)

    @property
    def disturbed(self) -> bool:
        """Whether other work kept the machine busy."""
        return self.busy_before > MAX_BUSY


def run_benchmark(benchmark: Benchmark, *, limit_s: float | None = None) -> Outcome:
    """Run one benchmark in a child process; after `limit_s` (its own) it is ended."""
    limit = benchmark.limit_s if limit_s is None else limit_s
    busy_before = psutil.cpu_percent(interval=1)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        out, log = Path(folder) / "rows.json", Path(folder) / "stderr.txt"
        command = [sys.executable, "-m", "benchmarks.child", benchmark.module, str(out)]
        failure = _failure(command, log, limit)
        rows = [] if failure else [Row(**row) for row in json.loads(out.read_text())]
    if not rows:
        rows = [Row(benchmark.name, "to run", failure or "no rows", met=False)]
    return Outcome(tuple(rows), time.monotonic() - started, busy_before)


def child_environment() -> dict[str, str]:
    """This process's environment, with `../shared` for the folders that it does not name."""
    default = {"PLAYBILL_DATA": SHARED / "data", "PLAYBILL_MODELS": SHARED / "models"}
    given = {name: value for name, value in os.environ.items() if value}
    return {**{name: str(path) for name, path in default.items() if path.is_dir()}, **given}


def _failure(command: list[str], log: Path, limit_s: float) -> str:
    """Run the command; empty if it went well, else what went wrong."""
    with log.open("w") as complaints:
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            env=child_environment(),
            stdout=complaints,
            stderr=complaints,
            start_new_session=True,
        )
        try:
            status = child.wait(timeout=limit_s)
        except subprocess.TimeoutExpired:
            return f"ended: not done after {limit_s:.0f} s"
        finally:
            _end_session(child)
    said = log.read_text(errors="replace").strip().splitlines() or [f"exit status {status}"]
    return f"failed: {said[-1]}" if status else ""


def _end_session(leader: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started that is still running."""
    try:
        os.killpg(leader.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    leader.wait()
