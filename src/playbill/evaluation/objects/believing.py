"""How likely a detection is right, by its score and class: fitted to what was found.

logit P(right) = a + b * logit(score) + u(class), with u normal around 0. How far classes differ is
estimated from the data too (empirical Bayes), so that a class with three examples stays near the
common curve, and one with hundreds has its own.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ROUNDS = 60
"""Of estimating how far the classes differ."""
STEPS = 12
"""Of Newton's method for one such estimate."""
SMALLEST_SPREAD = 1e-3
"""Of the variance of the classes, so that the arithmetic holds where they do not differ."""


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """The fitted curve."""

    common: float
    slope: float
    by_class: Floats
    """(classes,) how much more likely than the common curve, as log odds; 0 without examples."""
    spread: float
    """The standard deviation of the classes."""

    def chance(self, scores: NDArray[np.float32], class_ids: NDArray[np.int64]) -> Floats:
        """(n,) the chance to be right of detections."""
        odds = self.common + self.slope * logit(scores) + self.by_class[class_ids]
        return _sigmoid(odds)

    def score_of(self, chance: float, by_class: float = 0.0) -> float:
        """The score at which a class that is so much more likely has that chance to be right."""
        odds = (float(logit(np.array(chance))) - self.common - by_class) / self.slope
        return float(_sigmoid(np.array(odds)))


class Trials(NamedTuple):
    """Detections, a row each."""

    log_odds: Floats
    """Of their scores."""
    right: Floats
    """1 or 0."""
    class_ids: NDArray[np.int64]


def fit_belief(
    scores: NDArray[np.float32],
    class_ids: NDArray[np.int64],
    right: NDArray[np.bool_],
    classes: int,
) -> Belief:
    """Fit the curve to detections of which it is known whether they are right."""
    trials = Trials(logit(scores), right.astype(np.float64), class_ids)
    seen = np.unique(class_ids)
    fixed, by_class, variance = np.array([0.0, 1.0]), np.zeros(classes), 0.5
    for _ in range(ROUNDS):
        for _ in range(STEPS):
            fixed, by_class, doubt = _step(trials, fixed, by_class, variance)
        before = variance
        variance = max(float(np.mean(by_class[seen] ** 2 + doubt[seen])), SMALLEST_SPREAD)
        if abs(variance - before) < 1e-4:
            break
    return Belief(float(fixed[0]), float(fixed[1]), by_class, variance**0.5)


def logit(shares: NDArray[np.floating]) -> Floats:
    """Log odds; 0 and 1 become large numbers."""
    inside = np.clip(np.asarray(shares, np.float64), 1e-6, 1 - 1e-6)
    return np.log(inside) - np.log1p(-inside)


def _step(
    trials: Trials, fixed: Floats, by_class: Floats, variance: float
) -> tuple[Floats, Floats, Floats]:
    """One step of Newton's method; the classes' block is diagonal, and solved for first.

    Returns:
        The common intercept and slope; (classes,) offsets; (classes,) the variance of each.
    """
    x, y, class_ids = trials
    classes = len(by_class)
    p = _sigmoid(fixed[0] + fixed[1] * x + by_class[class_ids])
    weights, missing = p * (1 - p), y - p
    design = np.stack([np.ones_like(x), x])
    curvature = (design * weights) @ design.T
    shared = np.stack([np.bincount(class_ids, row * weights, classes) for row in design])
    own = np.bincount(class_ids, weights, classes) + 1 / variance
    pull = np.bincount(class_ids, missing, classes) - by_class / variance
    change = np.linalg.solve(
        curvature - (shared / own) @ shared.T, design @ missing - (shared / own) @ pull
    )
    return fixed + change, by_class + (pull - change @ shared) / own, 1 / own


def _sigmoid(odds: Floats) -> Floats:
    shares: Floats = 1 / (1 + np.exp(-odds))
    return shares
