"""Cuts, from glimpses of the frames that are decoded anyway.

PySceneDetect's detectors want every frame in colour, which costs more than the whole sparse decode
does. Encoders put their reference frames where the picture changes, so the frames that sparse
decoding passes through anyway lie close around each cut. A cut is where the brightness histograms
of a grid of blocks (Nagasaka and Tanaka, 1992) change at once, and more than around it: pans and
zooms change the blocks a little in every step.
"""

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from playbill.core.glimpse import Glimpse

BLOCKS = 3
"""The picture is cut into BLOCKS x BLOCKS blocks."""
BINS = 16
"""Steps of brightness in a histogram."""
SURE_CHANGE = 0.6
"""From this mean share of pixels that change their step of brightness on, it is a cut."""
MIN_CHANGE = 0.3
"""From this share on, it is a cut where the steps before and after change much less."""
MIN_PROMINENCE = 2.5
"""How many times as much as its neighbours such a step must change."""


@dataclass(frozen=True, slots=True)
class Step:
    """From one glimpse to the next: when, and how much of the picture changed (0 to 1)."""

    time_s: Fraction
    change: float


@dataclass(slots=True)
class ShotDetector:
    """Collects cuts while a video is decoded: give `observe` to the decoder."""

    _before: NDArray[np.float32] | None = None
    _steps: list[Step] = field(default_factory=list)

    def observe(self, glimpse: Glimpse) -> None:
        """Take the next glimpse, in presentation order."""
        now = block_histograms(glimpse.luma)
        if self._before is not None:
            change = float(np.abs(now - self._before).sum(axis=2).mean() / 2)
            self._steps.append(Step(glimpse.time_s, change))
        self._before = now

    def cuts(self) -> list[Fraction]:
        """The times of the first frames of all shots but the first, in seconds."""
        return find_cuts(self._steps)


def find_cuts(steps: list[Step]) -> list[Fraction]:
    """The times of the steps that change the picture at once."""
    changes = [0.0, *(step.change for step in steps), 0.0]
    cuts = []
    for i, step in enumerate(steps):
        around = max(changes[i], changes[i + 2])
        stands_out = step.change >= MIN_CHANGE and step.change >= MIN_PROMINENCE * around
        if stands_out or step.change >= SURE_CHANGE:
            cuts.append(step.time_s)
    return cuts


def block_histograms(luma: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(BLOCKS, BLOCKS, BINS) shares of each block's pixels by brightness; each block sums to 1."""
    height, width = luma.shape
    rows = np.arange(height) * BLOCKS // height
    columns = np.arange(width) * BLOCKS // width
    cells = (rows[:, None] * BLOCKS + columns[None, :]) * BINS + luma // (256 // BINS)
    counts = np.bincount(cells.ravel(), minlength=BLOCKS * BLOCKS * BINS)
    histograms = counts.reshape(BLOCKS, BLOCKS, BINS).astype(np.float32)
    totals = histograms.sum(axis=2, keepdims=True)
    shares: NDArray[np.float32] = histograms / np.maximum(totals, 1)
    return shares
