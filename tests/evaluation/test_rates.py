"""Shares and where they lie, beside SciPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from playbill.evaluation.rates import Rate, resampled_people, share_by_people


@settings(deadline=None)
@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_wilsons(trial: tuple[int, int]) -> None:
    hits, n = trial

    rate = Rate.of(hits, n)

    expected = binomtest(hits, n).proportion_ci(method="wilson")
    assert (rate.low, rate.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert (rate.value, rate.n) == (hits / n, n)


def test_a_wider_spread_of_resamples_widens_the_interval_and_a_narrower_one_does_not() -> None:
    rate = Rate.of(50, 100)

    assert rate.widened(np.linspace(0.2, 0.8, 1001)).low == pytest.approx(0.2 + 0.6 * 0.025)
    assert rate.widened(np.full(10, 0.5)) == rate


def test_nothing_wrong_in_a_few_pictures_is_not_certainty() -> None:
    rate = share_by_people(np.zeros(12, np.bool_), np.arange(12))

    assert rate is not None
    assert rate.value == 0
    assert rate.high == pytest.approx(0.2425, abs=1e-3)


def test_pictures_of_one_person_tell_less_than_pictures_of_many() -> None:
    hits = np.repeat([True, False, True, True], 50)

    together = share_by_people(hits, np.repeat(np.arange(4), 50))
    apart = share_by_people(hits, np.arange(200))

    assert together is not None
    assert apart is not None
    assert together.value == apart.value == 0.75
    assert together.high - together.low > 2 * (apart.high - apart.low)


def test_of_no_trial_there_is_no_share() -> None:
    assert share_by_people(np.empty(0, np.bool_), np.empty(0, np.int64)) is None


def test_as_many_people_are_drawn_as_there_are() -> None:
    draws = resampled_people(7)

    assert (draws.sum(axis=1) == 7).all()
    assert np.abs(draws.mean(axis=0) - 1).max() < 0.2


def test_what_is_no_share_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 0 <= low"):
        Rate(0.5, 0.6, 0.7, 10)
