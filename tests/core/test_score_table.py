from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbill.core.score_table import ScoreTable

SHARES = (0.01, 0.1, 0.5, 0.9, 0.99)


def normal_table(*means: float, std: float = 0.2) -> ScoreTable:
    """Quantiles of normal distributions, one for 1, 10, 100, ..."""
    rows = tuple(tuple(NormalDist(mean, std).inv_cdf(share) for share in SHARES) for mean in means)
    return ScoreTable(tuple(10**i for i in range(len(means))), SHARES, rows)


@given(st.floats(0.0001, 0.9999))
def test_a_normal_distribution_is_read_exactly_within_and_beyond_the_table(share: float) -> None:
    table, truth = normal_table(0.3), NormalDist(0.3, 0.2)

    assert table.score(share, 1) == pytest.approx(truth.inv_cdf(share), abs=1e-6)
    assert table.share_below(truth.inv_cdf(share), 1) == pytest.approx(share, abs=1e-6)


def test_between_two_numbers_scores_go_by_the_logarithm_and_beyond_they_go_on() -> None:
    table = normal_table(0.1, 0.3, 0.4)

    assert table.score(0.5, 3) == pytest.approx(0.1 + 0.2 * np.log10(3))
    assert table.score(0.5, 30) == pytest.approx(0.3 + 0.1 * np.log10(3))
    assert table.score(0.5, 1000) == pytest.approx(0.5)
    assert table.score(0.5, 1) == pytest.approx(0.1)


def test_the_density_is_that_of_the_normal_distribution() -> None:
    table, truth = normal_table(0.3), NormalDist(0.3, 0.2)
    scores = np.linspace(-0.4, 1, 15, dtype=np.float32)

    expected = [np.log(truth.pdf(float(score))) for score in scores]
    np.testing.assert_allclose(table.log_density(scores, 1), expected, atol=1e-5)


def test_far_beyond_the_last_number_scores_still_rise_with_the_share() -> None:
    table = ScoreTable((1, 10), (0.1, 0.5, 0.9), ((0.0, 0.1, 0.2), (0.15, 0.18, 0.21)))

    assert table.score(0.1, 10**6) <= table.score(0.5, 10**6) <= table.score(0.9, 10**6)


@pytest.mark.parametrize(
    ("numbers", "shares", "scores", "complaint"),
    [
        ((), (0.1, 0.9), (), "must be 0 rows"),
        ((1, 2), (0.1, 0.9), ((0.0, 1.0),), "must be 2 rows of 2"),
        ((0,), (0.1, 0.9), ((0.0, 1.0),), "numbers must rise from 1"),
        ((2, 2), (0.1, 0.9), ((0.0, 1.0), (0.0, 1.0)), "numbers must rise from 1"),
        ((1,), (0.1,), ((0.0,),), "shares must be two or more"),
        ((1,), (0.9, 0.1), ((0.0, 1.0),), "shares must be two or more"),
        ((1,), (0.1, 1.0), ((0.0, 1.0),), "shares must be two or more"),
        ((1,), (0.1, 0.9), ((1.0, 1.0),), "scores must rise along a row"),
        ((1, 2), (0.1, 0.9), ((0.0, 1.0), (0.0, 0.9)), "not fall from row to row"),
    ],
)
def test_a_table_that_cannot_have_been_measured_is_refused(
    numbers: tuple[int, ...],
    shares: tuple[float, ...],
    scores: tuple[tuple[float, ...], ...],
    complaint: str,
) -> None:
    with pytest.raises(ValueError, match=complaint):
        ScoreTable(numbers, shares, scores)
