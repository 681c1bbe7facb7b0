"""Accuracy and speed, measured on real input beside peers: `python -m benchmarks`."""
