"""Memory is that of a process and all its children."""

import sys

import pytest

from benchmarks.errors import BenchmarkError
from benchmarks.memory import growth, resident_bytes

HOLD = "import time; held = bytearray(b'x') * 200_000_000; time.sleep(1.2)"


def test_what_a_child_of_the_process_holds_counts() -> None:
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HOLD!r}])"

    resident = resident_bytes([sys.executable, "-c", parent])

    assert max(resident) >= 200_000_000


def test_a_job_that_fails_is_quoted() -> None:
    with pytest.raises(BenchmarkError, match="exit status 3: "):
        resident_bytes([sys.executable, "-c", "import sys; sys.exit(3)"])


@pytest.mark.parametrize(
    ("resident", "grown"),
    [([5] * 100, 0), ([0] * 50 + [7] * 50, 0), (list(range(100)), 40), ([3], 0)],
    ids=["flat", "grown before the middle", "steady growth", "one look"],
)
def test_growth_is_that_of_the_second_half(resident: list[int], grown: float) -> None:
    assert growth(resident) == grown
