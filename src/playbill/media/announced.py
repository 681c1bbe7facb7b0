"""How many frames a Matroska file should hold, by the length that it states for its video."""

from fractions import Fraction

import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

MIN_STEADY = 0.95
"""Share of the steps from frame to frame that are one frame long, where the rate is constant."""
MIN_LOST = 2
"""Frames: one may be a matter of rounding."""


def lost_of_length(stream: VideoStream, pts: NDArray[np.int64]) -> int:
    """How many frames fewer there are than the stated length has room for.

    A stretch that is cut off or overwritten leaves no other trace. Nothing is said of files that
    state no length of their own for the video, or whose frame rate varies.
    """
    length_s, rate = _stated_s(stream.metadata.get("DURATION", "")), stream.average_rate
    if length_s is None or not rate or not stream.time_base or len(pts) < 2:
        return 0
    step = float(1 / (rate * stream.time_base))
    ordered = np.sort(pts)
    steps = ordered[1:] - ordered[:-1]
    if (np.abs(steps - step) <= max(1.0, 0.1 * step)).mean() < MIN_STEADY:
        return 0
    missing = round(length_s * rate) - len(pts)
    return missing if missing >= MIN_LOST else 0


def _stated_s(text: str) -> Fraction | None:
    """`00:00:09.600000000` in seconds; None for anything else."""
    parts = text.split(":")
    try:
        hours, minutes, seconds = (Fraction(part) for part in parts)
    except ValueError:
        return None
    return 3600 * hours + 60 * minutes + seconds
