"""What stops a benchmark."""


class BenchmarkError(Exception):
    """A benchmark, or a peer that it needs, cannot run here; one sentence says why."""
