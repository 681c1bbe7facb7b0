"""What a score is worth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbill.evaluation.gallery.answers import Answer, Outcome
from playbill.evaluation.recogniser.score_bins import score_bins


def answer(score: float, *, first: str = "Ada", known: bool = True) -> Answer:
    outcome: Outcome = "right" if first == "Ada" else "wrong"
    return Answer("p.jpg", "Ada", known, outcome, first, score, 0)


def test_right_answers_are_counted_where_their_score_lies() -> None:
    [low, high] = score_bins(
        [answer(0.93), answer(0.97), answer(0.95, first="Bob"), answer(0.12, first="Bob")]
    )

    assert (low.low, low.high, low.right.value, low.right.n) == (0.1, 0.2, 0.0, 1)
    assert low.mean_score == pytest.approx(0.12)
    assert (high.low, high.high, high.right.n) == (0.9, 1.0, 3)
    assert high.mean_score == pytest.approx(0.95)
    assert high.right.value == pytest.approx(2 / 3)


def test_a_stranger_is_never_rightly_named() -> None:
    [one] = score_bins([answer(0.7, known=False), answer(0.7)])

    assert one.right.value == 0.5


def test_a_score_of_one_is_in_the_last_bin() -> None:
    [one] = score_bins([answer(1.0)])

    assert (one.low, one.high) == (0.9, 1.0)


def test_of_no_answers_there_are_no_bins() -> None:
    assert score_bins([]) == ()


@given(st.lists(st.integers(0, 20).map(lambda twentieth: twentieth / 20), max_size=40))
def test_every_answer_is_in_one_bin(scores: list[float]) -> None:
    bins = score_bins([answer(score) for score in scores])

    assert sum(one.right.n for one in bins) == len(scores)
    assert [one.low for one in bins] == sorted(one.low for one in bins)
    assert all(one.low - 1e-9 <= one.mean_score <= one.high + 1e-9 for one in bins)
