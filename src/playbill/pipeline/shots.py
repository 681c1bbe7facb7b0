"""Cuts, from glimpses of the frames that are decoded anyway.

PySceneDetect's detectors want every frame in colour, which costs more than the whole sparse decode
does. Encoders put their reference frames where the picture changes, so the frames that sparse
decoding passes through anyway lie close around each cut. A cut is where the brightness histograms
of a grid of blocks (Nagasaka and Tanaka, 1992) change at once, and more than around it: pans and
zooms change the blocks a little in every step. A picture that is back at once was never cut away
from: a flash, or somebody who walks through close to the camera.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from playbill.core.glimpse import Glimpse

BLOCKS = 3
"""The picture is cut into BLOCKS x BLOCKS blocks."""
BINS = 16
"""Steps of brightness in a histogram."""
SURE_CHANGE = 0.45
"""From this mean share of pixels that change their step of brightness on, it is a cut."""
MIN_CHANGE = 0.3
"""From this share on, it is a cut where the steps before and after change much less."""
MIN_PROMINENCE = 2.5
"""How many times as much as its neighbours such a step must change."""
MAX_LIKENESS = 0.7
"""Correlation of brightness above which it is the same picture, only lighter or darker."""
FAR = 8
"""From one glimpse to the next: over more frames than that, things move ..."""
MAX_LIKENESS_FAR = 0.3
"""... and only a sure change to a picture this unlike the one before is a cut."""
FLASH_S = Fraction(2, 5)
"""A picture that is back within so many seconds was not cut away from."""
TILES = 4
"""What a picture looks like in small: the mean brightness of TILES x TILES parts."""
MAX_TILE_CHANGE = 10.0
"""It is back where these differ by no more on average, of 255."""


@dataclass(frozen=True, slots=True)
class Step:
    """From one glimpse to the next."""

    index: int
    """Of the later glimpse's frame."""
    time_s: Fraction
    """Of the later glimpse."""
    change: float
    """How much of the picture changed its brightness, 0 to 1."""
    likeness: float
    """Correlation of both pictures' brightness, -1 to 1: exposure does not change it."""
    stride: int
    """How many frames on."""
    tiles: bytes = b""
    """TILES x TILES means of the later glimpse's brightness, row by row; empty: not told."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What was seen of a stretch of video: enough to find its cuts, and to go on behind it."""

    first: Glimpse | None
    """None: nothing was seen."""
    last: Glimpse | None
    steps: tuple[Step, ...]


@dataclass(slots=True)
class ShotDetector:
    """An observer that collects cuts while a video is decoded."""

    _first: Glimpse | None = None
    _last: "_Look | None" = None
    _steps: list[Step] = field(default_factory=list)
    _kept: "tuple[Glimpse | None, _Look | None, int]" = (None, None, 0)
    """What stands: the first and the last glimpse, and the number of steps."""

    def observe(self, glimpse: Glimpse) -> None:
        """Take the next glimpse, in presentation order."""
        look = _Look.at(glimpse)
        if self._last is None:
            self._first = glimpse
        else:
            self._steps.append(_step(self._last, look))
        self._last = look

    def keep(self) -> None:
        """What was observed so far stands."""
        self._kept = (self._first, self._last, len(self._steps))

    def forget(self) -> None:
        """What was observed since does not stand."""
        self._first, self._last, steps = self._kept
        del self._steps[steps:]

    def passage(self) -> Passage:
        """What was observed."""
        last = self._last.glimpse if self._last else None
        return Passage(self._first, last, tuple(self._steps))

    def cuts(self) -> list[Fraction]:
        """The times of the first frames of all shots but the first, in seconds."""
        return find_cuts(self._steps)


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    glimpse: Glimpse
    histograms: NDArray[np.float32]

    @classmethod
    def at(cls, glimpse: Glimpse) -> "_Look":
        return cls(glimpse, block_histograms(glimpse.luma))


def _step(before: _Look, after: _Look) -> Step:
    return Step(
        index=after.glimpse.index,
        time_s=after.glimpse.time_s,
        change=float(np.abs(after.histograms - before.histograms).sum(axis=2).mean() / 2),
        likeness=correlation(before.glimpse.luma, after.glimpse.luma),
        stride=after.glimpse.index - before.glimpse.index,
        tiles=tile_means(after.glimpse.luma).tobytes(),
    )


def join_passages(passages: Iterable[Passage]) -> list[Step]:
    """The steps of passages in order, and those from one to the next; what overlaps counts once."""
    steps: list[Step] = []
    last: Glimpse | None = None
    for passage in passages:
        if passage.first is None:
            continue
        if last is not None and passage.first.index > last.index:
            steps.append(_step(_Look.at(last), _Look.at(passage.first)))
        steps += [step for step in passage.steps if last is None or step.index > last.index]
        if last is None or (passage.last and passage.last.index > last.index):
            last = passage.last
    return steps


def find_cuts(steps: Sequence[Step]) -> list[Fraction]:
    """The times of the steps that change the picture at once, and not only for a moment."""
    changes = [0.0, *(step.change for step in steps), 0.0]
    found = [
        i for i, step in enumerate(steps) if _is_cut(step, around=max(changes[i], changes[i + 2]))
    ]
    cuts: list[Fraction] = []
    while found:
        back = _last_return(steps, found)
        if not back:
            cuts.append(steps[found[0]].time_s)
        del found[: max(back, 1)]
    return cuts


def _last_return(steps: Sequence[Step], found: Sequence[int]) -> int:
    """How many of the first of these steps lead away from a picture and back; 0: none does."""
    first = found[0]
    if first == 0:
        return 0
    until_s = steps[first].time_s + FLASH_S
    soon = list(takewhile(lambda i: steps[i].time_s <= until_s, found))
    backs = [n for n, i in enumerate(soon) if n and _is_back(steps[first - 1], steps[i])]
    return backs[-1] + 1 if backs else 0


def _is_back(before: Step, after: Step) -> bool:
    if not before.tiles or not after.tiles:
        return False
    one, other = (np.frombuffer(step.tiles, np.uint8).astype(np.int16) for step in (before, after))
    return float(np.abs(one - other).mean()) <= MAX_TILE_CHANGE


def _is_cut(step: Step, *, around: float) -> bool:
    sure = step.change >= SURE_CHANGE
    if step.stride > FAR:
        return sure and step.likeness <= MAX_LIKENESS_FAR
    stands_out = step.change >= MIN_CHANGE and step.change >= MIN_PROMINENCE * around
    return (sure or stands_out) and step.likeness <= MAX_LIKENESS


def correlation(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Pearson's correlation of two pictures of one size; 0 where one has a single brightness."""
    x, y = (luma.astype(np.float32).ravel() - luma.mean() for luma in (a, b))
    lengths = float(np.linalg.norm(x) * np.linalg.norm(y))
    return float(x @ y) / lengths if lengths else 0.0


def tile_means(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(TILES * TILES,) mean brightness of the parts of a picture; of tiny ones, parts repeat."""
    height, width = luma.shape
    rows, columns = np.arange(TILES) * height // TILES, np.arange(TILES) * width // TILES
    sums = np.add.reduceat(np.add.reduceat(luma, rows, 0, dtype=np.int64), columns, 1)
    heights = np.maximum(np.diff([*rows, height]), 1)
    widths = np.maximum(np.diff([*columns, width]), 1)
    means: NDArray[np.uint8] = (sums // np.outer(heights, widths)).astype(np.uint8).ravel()
    return means


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
