"""What commands cost before they do anything: the processor time of short ones."""

import os
import resource
import statistics
import subprocess

from benchmarks.jobs import PLAYBILL
from benchmarks.registry import DRY_VARIABLE
from benchmarks.rows import Row

ROUNDS = 21
MUST_S = {"--version": 0.15, "--help": 0.4}


def run() -> list[Row]:
    """A row for each."""
    rounds = 3 if os.environ.get(DRY_VARIABLE) else ROUNDS
    return [_row(word, rounds) for word in MUST_S]


def _row(word: str, rounds: int) -> Row:
    _processor_s(word)  # compiles what has no bytecode yet
    seconds = [_processor_s(word) for _ in range(rounds)]
    median, must = statistics.median(seconds), MUST_S[word]
    return Row(
        what=f"playbill {word}, processor time",
        must=f"<= {must} s",
        measured=f"{median:.2f} s",
        met=median <= must,
        note=f"median of {rounds}, from {min(seconds):.2f} to {max(seconds):.2f} s",
    )


def _processor_s(word: str) -> float:
    """Of one run in a process of its own, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([PLAYBILL, word], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
