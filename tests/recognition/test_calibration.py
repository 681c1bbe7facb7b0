from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from playbill.core.score_table import ScoreTable
from playbill.errors import GalleryError
from playbill.recognition.calibration import (
    MAX_HELD_OUT,
    SLOPE_RANGE,
    Calibration,
    HeldOut,
    calibrate,
    sample_rows,
)
from playbill.recognition.centroid import Centroids
from playbill.recognition.strangers import StrangerScores
from tests.support.people import CARD, pictures

NOBODY = HeldOut(np.empty(0, np.float32), np.empty(0, np.int64), np.empty(0, np.float32))


def pool(scores: list[float], people: list[int] | None = None) -> HeldOut:
    """Stranger scores, each of a person of its own unless said otherwise."""
    owners = np.arange(len(scores)) if people is None else np.array(people)
    return HeldOut(np.array(scores, np.float32), owners, np.empty(0, np.float32))


def spread(people: int) -> HeldOut:
    """One score for each of so many people, evenly from 0 to 1."""
    return pool([float(score) for score in np.linspace(0, 1, people)])


def held_out_of(vectors: NDArray[np.float32], owners: NDArray[np.int64]) -> HeldOut:
    centroids = Centroids.of(vectors, owners, int(owners.max()) + 1)
    return HeldOut.of(centroids, owners, np.arange(len(owners)))


def test_one_person_alone_gets_the_threshold_of_the_card() -> None:
    calibration = calibrate(NOBODY, CARD, 0.01, people=1, rivals=1)

    assert calibration.threshold == pytest.approx(0.4, abs=1e-6)
    assert calibration.strangers == 0
    assert np.isnan(calibration.measured_rate)


def test_more_people_ask_for_a_higher_score_of_the_card() -> None:
    ten = calibrate(NOBODY, CARD, 0.01, people=10, rivals=10)
    hundred = calibrate(NOBODY, CARD, 0.01, people=100, rivals=100)

    assert ten.threshold == pytest.approx(0.5, abs=1e-6)
    assert hundred.threshold == pytest.approx(0.6, abs=1e-6)


BEST = ScoreTable(
    (1, 10, 100), (0.5, 0.9, 0.99), ((0.0, 0.2, 0.4), (0.2, 0.3, 0.5), (0.3, 0.4, 0.6))
)
MEASURED = replace(CARD, best=BEST)
"""A card that says what strangers score with the likest of several people."""


def card_like(people: int, *, higher: float = 0.0) -> HeldOut:
    """Held-out scores spread as the card says, or so much higher, a person for each."""
    shares = (np.arange(people) + 0.5) / people
    return pool([BEST.score(share, people - 1) + higher for share in shares])


def test_what_the_card_measured_of_several_rivals_is_taken_and_not_a_bound() -> None:
    assert calibrate(NOBODY, MEASURED, 0.01, people=10, rivals=10).threshold == pytest.approx(0.5)
    assert calibrate(NOBODY, MEASURED, 0.1, people=100, rivals=100).threshold == pytest.approx(0.4)


@pytest.mark.parametrize("people", [2, 8, 40, 600])
def test_a_gallery_in_which_strangers_score_as_on_the_card_leaves_its_threshold(
    people: int,
) -> None:
    found = calibrate(card_like(people), MEASURED, 0.01, people=people, rivals=people)

    assert found.threshold == pytest.approx(BEST.score(0.99, people), abs=0.02)


def test_eight_people_whose_likest_picture_is_an_outlier_do_not_move_the_threshold() -> None:
    usual = [0.1, 0.12, 0.15, 0.18, 0.2, 0.22, 0.25]
    plain = calibrate(pool([*usual, 0.3]), MEASURED, 0.01, people=8, rivals=8)
    outlier = calibrate(pool([*usual, 0.95]), MEASURED, 0.01, people=8, rivals=8)

    assert outlier.threshold == plain.threshold


def test_the_threshold_of_few_people_does_not_rise_with_their_pictures() -> None:
    once = calibrate(pool([0.1, 0.2, 0.3] * 3, list(range(9))), MEASURED, 0.01, people=9, rivals=9)
    often = pool([0.1, 0.2, 0.3] * 30, list(range(9)) * 10)

    assert calibrate(often, MEASURED, 0.01, people=9, rivals=9).threshold == pytest.approx(
        once.threshold, abs=0.01
    )


def test_the_more_people_score_higher_than_the_card_the_more_the_threshold_moves() -> None:
    moved = []
    for people in (8, 40, 200, 2000):
        here = card_like(people, higher=0.1)
        found = calibrate(here, MEASURED, 0.01, people=people, rivals=people)
        moved.append(found.threshold - BEST.score(0.99, people))

    assert moved == sorted(moved)
    assert moved[0] < 0.02
    assert moved[-1] > 0.09


def test_without_a_card_many_strangers_are_enough() -> None:
    calibration = calibrate(spread(1000), None, 0.01, people=1000, rivals=1000)

    # Of 1,001, one at infinity, at most 10.0 · 999 / 1000 may be higher: the eight best of ours.
    assert calibration.threshold == pytest.approx(1 - 8 / 999, abs=1e-6)
    assert calibration.measured_rate <= 0.01 - 1 / 1001


@pytest.mark.parametrize("people", [1, 2, 50, 99])
def test_without_a_card_few_people_are_refused(people: int) -> None:
    with pytest.raises(GalleryError, match="expected stranger scores or at least 101 people"):
        calibrate(spread(people), None, 0.01, people=people, rivals=people)


def test_101_people_are_enough_for_one_in_a_hundred() -> None:
    assert calibrate(spread(101), None, 0.01, people=101, rivals=101).threshold > 0.99


def test_people_are_counted_not_pictures() -> None:
    crowd = pool([0.9] * 900 + [0.1] * 300, [0] * 900 + list(range(1, 301)))
    calibration = calibrate(crowd, None, 0.05, people=301, rivals=301)

    assert calibration.threshold < 0.2
    assert calibration.measured_rate == pytest.approx(1 / 301)
    assert calibration.strangers == 1200
    assert calibration.stranger_people == 301


def test_a_lower_rate_never_lowers_the_threshold() -> None:
    held_out = held_out_of(*pictures(40, 3))
    rates = [0.3, 0.1, 0.03, 0.01, 0.003, 0.001]
    thresholds = [calibrate(held_out, CARD, r, people=40, rivals=40).threshold for r in rates]

    assert thresholds == sorted(thresholds)


@pytest.mark.parametrize("seed", range(3))
def test_at_most_the_stated_share_of_new_strangers_is_named(seed: int) -> None:
    vectors, owners = pictures(2300, 3, seed=seed)
    known = owners < 300
    centroids = Centroids.of(vectors[known], owners[known], 300)
    held_out = held_out_of(vectors[known], owners[known])
    calibration = calibrate(held_out, None, 0.05, people=300, rivals=300)
    named = centroids.score(vectors[~known][::3]).max(axis=1) >= calibration.threshold

    # 2,000 strangers at 5 %: 100 +- 21; the threshold itself rests on 300 people, 15 +- 8 of them.
    assert 0.015 < named.mean() < 0.085


def test_the_score_is_exactly_one_half_at_the_threshold() -> None:
    calibration = calibrate(NOBODY, CARD, 0.01, people=3, rivals=3)
    at = np.float32(calibration.threshold)
    below = np.nextafter(at, np.float32(-1))
    scores = calibration(np.array([below, at], np.float32))

    assert scores[0] < 0.5
    assert scores[1] == 0.5


@settings(max_examples=30)
@given(st.floats(-0.5, 1), st.floats(*SLOPE_RANGE))
def test_a_higher_cosine_never_gets_a_lower_score(threshold: float, slope: float) -> None:
    calibration = Calibration(float(np.float32(threshold)), slope, 0.01, 0.01, 10, 10)
    scores = calibration(np.linspace(-1, 1, 5000, dtype=np.float32))

    assert (np.diff(scores) >= 0).all()
    assert scores.min() > 0
    assert scores.max() <= 1


def test_scores_half_as_far_apart_get_a_slope_twice_as_steep() -> None:
    random = np.random.default_rng(0)
    strangers = random.normal(-0.2, 0.3, 300).astype(np.float32)
    genuine = random.normal(0.6, 0.3, 300).astype(np.float32)
    wide, narrow = (
        calibrate(
            HeldOut(strangers * scale, np.arange(300), genuine * scale),
            None,
            0.1,
            people=300,
            rivals=300,
        ).slope
        for scale in (1, 0.5)
    )

    assert SLOPE_RANGE[0] < wide < narrow < SLOPE_RANGE[1]
    assert narrow == pytest.approx(2 * wide, rel=0.01)


def test_a_small_gallery_is_held_out_whole() -> None:
    assert sample_rows(np.array([0, 1, 1, 0])).tolist() == [0, 1, 2, 3]


def test_of_a_large_gallery_everybody_is_held_out() -> None:
    owners = np.repeat(np.arange(500), [1] * 250 + [200] * 250)
    rows = sample_rows(owners)

    assert len(rows) == len(set(rows.tolist())) <= MAX_HELD_OUT
    assert set(owners[rows].tolist()) == set(range(500))


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1])
def test_a_rate_that_is_no_share_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="rate must lie between 0 and 1"):
        calibrate(NOBODY, CARD, rate, people=1, rivals=1)


def test_the_card_is_read_between_and_beyond_its_quantiles() -> None:
    assert CARD.exceeded_by(0.01) == pytest.approx(0.4)
    assert CARD.exceeded_by(0.001**0.5 * 0.01**0.5) == pytest.approx(0.45)
    assert CARD.exceeded_by(1e-5) == pytest.approx(0.7)
    assert CARD.exceeded_by(1e-30) == 1
    assert CARD.exceeded_by(0.9) == pytest.approx(0.2)


@pytest.mark.parametrize(
    "quantiles",
    [((0.9, 0.2),), ((0.9, 0.2), (0.8, 0.3)), ((0.9, 0.3), (0.99, 0.2)), ((0.9, 0.2), (1.0, 0.3))],
)
def test_quantiles_that_cannot_be_are_refused(quantiles: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ValueError, match="quantiles"):
        StrangerScores(quantiles, 10, "nobody")
