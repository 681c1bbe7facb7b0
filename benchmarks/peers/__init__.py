"""Comparable software, each in a virtual environment of its own: `python -m benchmarks.peers`."""
