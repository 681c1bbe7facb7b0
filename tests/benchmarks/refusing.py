"""A benchmark that cannot run here."""

from benchmarks.errors import BenchmarkError
from benchmarks.rows import Row


def run() -> list[Row]:
    raise BenchmarkError("ffmpeg: not installed")
