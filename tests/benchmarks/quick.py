"""A benchmark that is done at once."""

from benchmarks.rows import Row


def run() -> list[Row]:
    return [Row("sum", "4", str(2 + 2), met=True, note="by hand")]
