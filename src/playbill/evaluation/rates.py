"""Shares with the interval that they are known to."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of `n` trials, and where it lies with 95 % confidence."""

    value: float
    low: float
    high: float
    n: int

    def __post_init__(self) -> None:
        if self.n < 1 or not 0 <= self.low <= self.value <= self.high <= 1:
            raise ValueError(
                f"expected 0 <= low <= value <= high <= 1 of n >= 1, found {self.low}, "
                f"{self.value}, {self.high} of {self.n}"
            )

    @classmethod
    def of(cls, hits: float, n: int) -> "Rate":
        """`hits` of `n` trials with Wilson's score interval (Wilson, 1927).

        >>> rate = Rate.of(8, 10)
        >>> round(rate.low, 3), rate.value, round(rate.high, 3)
        (0.49, 0.8, 0.943)
        """
        z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
        share = hits / n
        middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        low, high = max(0.0, middle - half), min(1.0, middle + half)
        return cls(share, min(low, share), max(high, share), n)

    def widened(self, values: Sequence[float] | NDArray[np.float64]) -> "Rate":
        """The same share with an interval that holds the middle 95 % of `values` too.

        Pictures of one person are not independent, so Wilson's interval alone is too narrow; where
        nothing at all went wrong, a bootstrap has no width. The wider of the two is neither.
        """
        tail = (1 - CONFIDENCE) / 2
        low, high = (float(edge) for edge in np.quantile(values, (tail, 1 - tail)))
        return Rate(self.value, min(self.low, low), max(self.high, high), self.n)


def resampled_people(people: int, *, seed: int = 0) -> NDArray[np.int64]:
    """(resamples, people): how often each of `people` is drawn, with replacement (Efron, 1979)."""
    random = np.random.default_rng(seed)
    return random.multinomial(people, np.full(people, 1 / people), size=RESAMPLES)


def share_by_people(hits: NDArray[np.bool_], people: NDArray[np.int64]) -> Rate | None:
    """The share of hits, with an interval that knows whose pictures go together; None of none.

    Args:
        hits: (n,) one trial each.
        people: (n,) whose picture each was.
    """
    if not len(hits):
        return None
    _, numbers, counts = np.unique(people, return_inverse=True, return_counts=True)
    draws = resampled_people(len(counts))
    shares = (draws @ np.bincount(numbers, weights=hits)) / (draws @ counts)
    return Rate.of(float(hits.sum()), len(hits)).widened(shares)
