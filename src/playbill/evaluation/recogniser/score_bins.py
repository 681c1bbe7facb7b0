"""What a score is worth: the share of right answers among answers with about that score."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from playbill.evaluation.gallery.answers import Answer
from playbill.evaluation.rates import Rate

BINS = 10


@dataclass(frozen=True, slots=True)
class ScoreBin:
    """Answers with scores from `low` to below `high`; the last bin has 1 too."""

    low: float
    high: float
    mean_score: float
    right: Rate
    """Share in which the person who came first is the right one; never of a stranger."""


def score_bins(answers: Sequence[Answer]) -> tuple[ScoreBin, ...]:
    """A reliability diagram (Niculescu-Mizil and Caruana, 2005) in `BINS` bins of equal width.

    Bins without an answer are left out.
    """
    scores = np.array([answer.score for answer in answers])
    right = np.array([answer.known and answer.first == answer.person for answer in answers])
    numbers = np.minimum((scores * BINS).astype(np.int64), BINS - 1)
    return tuple(
        ScoreBin(
            low=int(number) / BINS,
            high=(int(number) + 1) / BINS,
            mean_score=float(scores[numbers == number].mean()),
            right=Rate.of(float(right[numbers == number].sum()), int((numbers == number).sum())),
        )
        for number in np.unique(numbers)
    )
