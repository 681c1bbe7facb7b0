from statistics import NormalDist

import numpy as np
import pytest

from playbill.core.score_table import ScoreTable
from playbill.recognition.likelihood import KNOWN, SURE_SHARE, probabilities
from playbill.recognition.network_scores import UNMEASURED, NetworkScores
from playbill.recognition.strangers import StrangerScores
from tests.support.people import CARD

SHARES = (0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999)
STRANGER, OWN = NormalDist(-0.3, 0.16), NormalDist(0.5, 0.12)


def table(spread: NormalDist) -> ScoreTable:
    return ScoreTable((1,), SHARES, (tuple(spread.inv_cdf(share) for share in SHARES),))


MEASURED = NetworkScores(
    strangers=StrangerScores(CARD.quantiles, 10, "nobody", table(STRANGER)), known=table(OWN)
)


def shares(*rows: list[float], pictures: int = 1) -> np.ndarray:
    scores = np.array(rows, np.float32)
    found = probabilities(scores, np.full(scores.shape[1], pictures), MEASURED)
    assert found is not None
    return found


def test_of_one_person_it_is_bayes_rule() -> None:
    ratio = OWN.pdf(0.15) / STRANGER.pdf(0.15)

    expected = KNOWN * ratio / (KNOWN * ratio + 1 - KNOWN)
    assert shares([0.15])[0, 0] == pytest.approx(expected, abs=1e-3)


def test_probabilities_are_those_of_faces_that_are_drawn() -> None:
    """Half of all faces are one of five people's; of those with 0.6 to 0.7, say, so many are."""
    random = np.random.default_rng(0)
    n = 100_000
    truth = np.where(random.random(n) < 0.5, random.integers(5, size=n), -1)
    scores = random.normal(STRANGER.mean, STRANGER.stdev, (n, 5))
    known = np.flatnonzero(truth >= 0)
    scores[known, truth[known]] = random.normal(OWN.mean, OWN.stdev, len(known))

    found = shares(*scores.tolist())

    right = truth[:, None] == np.arange(5)
    for low in np.arange(0, 1, 0.1):
        bin_ = (found >= low) & (found < low + 0.1)
        assert found[bin_].mean() == pytest.approx(right[bin_].mean(), abs=0.07)


def test_a_second_person_who_is_as_near_takes_half() -> None:
    alone, beside = shares([0.4, -0.5])[0], shares([0.4, 0.4])[0]

    assert alone[0] > 0.95
    assert beside[0] == pytest.approx(beside[1])
    assert beside.sum() < 1


def test_more_people_make_each_of_them_less_likely() -> None:
    assert shares([0.2, *[-0.4] * 50])[0, 0] < shares([0.2, -0.4])[0, 0]


def test_a_score_higher_than_most_known_ones_is_never_less_likely() -> None:
    most = OWN.inv_cdf(SURE_SHARE)

    assert shares([1.0])[0, 0] == shares([0.9])[0, 0] == pytest.approx(shares([most])[0, 0])


def test_where_nobody_has_measured_scores_nothing_is_likely() -> None:
    assert probabilities(np.zeros((1, 1), np.float32), np.ones(1, np.int64), UNMEASURED) is None
