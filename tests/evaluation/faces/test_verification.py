"""Pairs by thresholds, beside scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score, roc_curve

from playbill.evaluation.faces.embedding import UNLIKE
from playbill.evaluation.faces.pairs import Pairs, draw_pairs
from playbill.evaluation.faces.verification import (
    best_threshold,
    held_out_accuracies,
    roc,
    verify,
)
from tests.support.embedded import crowd, embedded

COARSE = st.integers(-5, 5).map(lambda step: step / 5)
SCORED = st.lists(st.tuples(COARSE, st.booleans()), min_size=2, max_size=40).filter(
    lambda pairs: {same for _, same in pairs} == {True, False}
)


@settings(deadline=None)
@given(SCORED)
def test_the_curve_is_scikit_learns(pairs: list[tuple[float, bool]]) -> None:
    scores = np.array([score for score, _ in pairs], np.float32)
    same = np.array([kind for _, kind in pairs])

    false_match, true_match, cuts = roc(scores, same)

    expected = roc_curve(same, scores, drop_intermediate=False)
    np.testing.assert_allclose(false_match, expected[0])
    np.testing.assert_allclose(true_match, expected[1])
    np.testing.assert_allclose(cuts, expected[2])


@settings(deadline=None)
@given(SCORED)
def test_no_threshold_does_better_than_the_best(pairs: list[tuple[float, bool]]) -> None:
    scores = np.array([score for score, _ in pairs], np.float32)
    same = np.array([kind for _, kind in pairs])

    best = best_threshold(scores, same)

    right = {float(cut): ((scores >= cut) == same).sum() for cut in scores}
    assert right[best] == max(right.values())
    assert best == min(cut for cut, count in right.items() if count == max(right.values()))


def test_each_fold_is_judged_by_the_threshold_of_the_others() -> None:
    scores = np.array([0.9, 0.1, 0.9, 0.5, 0.45, 0.4], np.float32)
    same = np.array([True, False, True, False, True, False])
    fold = np.array([0, 0, 1, 1, 2, 2])

    accuracies, thresholds = held_out_accuracies(scores, same, fold)

    # Without the last fold anything from 0.9 on is right; its own pair of one person is lost.
    assert thresholds[2] == pytest.approx(0.9)
    assert accuracies == [1.0, 0.5, 0.5]
    assert thresholds[1] == pytest.approx(0.45)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 100))
def test_a_whole_verification_agrees_with_scikit_learn(seed: int) -> None:
    people = crowd(30, 4, noise=1.5, seed=seed)
    pairs = draw_pairs(people.people, seed=seed)

    found = verify(people, pairs)

    cosines = (people.vectors[pairs.first] * people.vectors[pairs.second]).sum(axis=1)
    assert found.area_under_curve == pytest.approx(roc_auc_score(pairs.same, cosines), abs=1e-4)
    assert found.accuracy == pytest.approx(np.mean(found.fold_accuracies))
    assert found.standard_error == pytest.approx(np.std(found.fold_accuracies, ddof=1) / 10**0.5)
    assert found.same_mean == pytest.approx(cosines[pairs.same].mean(), abs=1e-5)
    false_match = [point.false_match for point in found.curve]
    assert false_match == sorted(false_match)
    assert (found.curve[-1].false_match, found.curve[-1].true_match) == (1.0, 1.0)


def test_a_picture_without_a_face_is_like_nobody() -> None:
    people = embedded(["Ada", "Ada", "Bob", "Bob"], np.ones((4, 3)), without_face=[1])
    pairs = Pairs(
        np.array([0, 0, 2, 0]),
        np.array([1, 2, 3, 3]),
        np.array([True, False, True, False]),
        np.array([0, 0, 1, 1]),
        "drawn",
    )

    found = verify(people, pairs)

    assert found.without_face == 1
    assert people.likeness(pairs.first, pairs.second).tolist() == pytest.approx([UNLIKE, 1, 1, 1])
