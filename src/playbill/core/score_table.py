"""How scores are spread, as a table of quantiles that can be read both ways."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

_NORMAL = NormalDist()
_APART = 1e-9


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """Quantiles of a score, one row for each of some numbers (of rivals, of pictures).

    Between measured shares a score is read off linearly in their probits, as it is exactly where
    scores are spread normally; between measured numbers, in their logarithm. Beyond both it goes on
    as it went last.

    >>> table = ScoreTable((1, 100), (0.5, 0.9), ((0.0, 0.2), (0.2, 0.4)))
    >>> round(table.score(0.9, 10), 6), round(table.share_below(0.3, 10), 6)
    (0.3, 0.9)
    """

    numbers: tuple[int, ...]
    """Rising, from 1 or more."""
    shares: tuple[float, ...]
    """Two or more, rising, between 0 and 1."""
    scores: tuple[tuple[float, ...], ...]
    """A row for each number: this share of the scores is lower. Scores rise along every row, and
    do not fall from row to row."""

    def __post_init__(self) -> None:
        table = np.array(self.scores, np.float64)
        if not self.numbers or table.shape != (len(self.numbers), len(self.shares)):
            raise ValueError(
                f"scores must be {len(self.numbers)} rows of {len(self.shares)}, "
                f"got shape {table.shape}"
            )
        if self.numbers[0] < 1 or (np.diff(self.numbers) <= 0).any():
            raise ValueError(f"numbers must rise from 1 or more, got {self.numbers}")
        if len(self.shares) < 2 or (np.diff([0, *self.shares, 1]) <= 0).any():
            raise ValueError(f"shares must be two or more that rise in 0 to 1, got {self.shares}")
        if (np.diff(table, axis=1) <= 0).any() or (np.diff(table, axis=0) < 0).any():
            raise ValueError("scores must rise along a row and not fall from row to row")

    def score(self, share: float, number: int) -> float:
        """The score below which this share lies, for so many."""
        wanted = np.array([_NORMAL.inv_cdf(share)])
        return float(_along(wanted, self._probits(), self._row(number))[0])

    def share_below(self, score: float, number: int) -> float:
        """The share of scores below this one, for so many."""
        wanted = np.array([score], np.float64)
        return _NORMAL.cdf(float(_along(wanted, self._row(number), self._probits())[0]))

    def log_density(self, scores: NDArray[np.float32], number: int) -> NDArray[np.float64]:
        """The logarithm of the density at each score: normal between two neighbouring quantiles."""
        row, probits = self._row(number), self._probits()
        places = _along(scores.astype(np.float64), row, probits)
        steps = np.diff(probits) / np.diff(row)
        middles = (row[1:] + row[:-1]) / 2
        slopes = np.interp(scores, middles, steps)
        density: NDArray[np.float64] = np.log(slopes) - places**2 / 2 - np.log(2 * np.pi) / 2
        return density

    def _probits(self) -> NDArray[np.float64]:
        return np.array([_NORMAL.inv_cdf(share) for share in self.shares])

    def _row(self, number: int) -> NDArray[np.float64]:
        """(shares,) the scores for so many."""
        rows = np.array(self.scores, np.float64)
        if len(rows) == 1 or number <= self.numbers[0]:
            first: NDArray[np.float64] = rows[0]
            return first
        logs = np.log(self.numbers)
        after = min(int(np.searchsorted(logs, np.log(number))), len(rows) - 1)
        part = (np.log(number) - logs[after - 1]) / (logs[after] - logs[after - 1])
        between = rows[after - 1] + part * (rows[after] - rows[after - 1])
        # Far beyond the last number neighbouring quantiles would meet.
        apart: NDArray[np.float64] = np.maximum.accumulate(
            between + _APART * np.arange(len(between))
        )
        return apart


def _along(
    wanted: NDArray[np.float64], xs: NDArray[np.float64], ys: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(n,) y at each `wanted` x, on the line through the points; its ends go on straight."""
    after = np.clip(np.searchsorted(xs, wanted), 1, len(xs) - 1)
    part = (wanted - xs[after - 1]) / (xs[after] - xs[after - 1])
    found: NDArray[np.float64] = ys[after - 1] + part * (ys[after] - ys[after - 1])
    return found
