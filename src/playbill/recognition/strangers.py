"""What strangers score against people they are not, under one face network."""

from dataclasses import dataclass

import numpy as np

from playbill.core.score_table import ScoreTable


@dataclass(frozen=True, slots=True)
class StrangerScores:
    """Upper quantiles of the score between a stranger's picture and somebody's embedding(s).

    The same table serves single pictures and centroids: measured on LFW, the tail hardly depends
    on how many pictures a centroid is made of. Model cards carry such a table.
    """

    quantiles: tuple[tuple[float, float], ...]
    """(share, score): this share of pairs scores lower than that; both rise, at least two."""
    n: int
    """How many pairs were measured."""
    measured_on: str
    best: ScoreTable | None = None
    """What a stranger scores with the likest of so many people; None: nobody has measured it."""

    def __post_init__(self) -> None:
        rising = all(
            share < next_share and score < next_score
            for (share, score), (next_share, next_score) in zip(
                self.quantiles, self.quantiles[1:], strict=False
            )
        )
        if len(self.quantiles) < 2 or not rising or self.n < 1:
            raise ValueError(
                f"quantiles must be at least two rising (share, score) pairs, got {self.quantiles}"
            )
        if any(not 0 < share < 1 for share, _ in self.quantiles):
            raise ValueError("the shares of quantiles must lie between 0 and 1")

    def exceeded_by(self, share: float) -> float:
        """The score that this share of pairs exceeds, at most 1.

        Between and beyond the measured quantiles the score is linear in the logarithm of the share
        that exceeds it, as it nearly is for an exponential or a Gaussian tail.
        """
        tails = np.log([1 - below for below, _ in self.quantiles])[::-1]
        scores = np.array([score for _, score in self.quantiles])[::-1]
        wanted = np.log(share)
        if wanted < tails[0]:
            rise = (scores[1] - scores[0]) / (tails[1] - tails[0])
            return min(1.0, float(scores[0] + rise * (wanted - tails[0])))
        return float(np.interp(wanted, tails, scores))

    def best_exceeded_by(self, share: float, rivals: int) -> float:
        """The score that this share of strangers exceeds with the likest of so many people.

        Where nobody measured it: of `rivals`, one at least is exceeded by at most `rivals` times
        the share of one (Boole), so the share of one may be `share / rivals`.
        """
        if self.best is None:
            return self.exceeded_by(share / rivals)
        return min(1.0, self.best.score(1 - share, rivals))
