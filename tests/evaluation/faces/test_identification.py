"""Closed set, open set, leave-one-out, kinds of pictures: beside scikit-learn and by hand."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_curve
from sklearn.model_selection import LeaveOneOut as EachLeftOut
from sklearn.model_selection import cross_val_predict
from sklearn.neighbors import KNeighborsClassifier

from playbill.evaluation.faces.closed_set import identify
from playbill.evaluation.faces.embedding import UNLIKE
from playbill.evaluation.faces.groups import measure_groups
from playbill.evaluation.faces.leave_one_out import leave_one_out
from playbill.evaluation.faces.open_set import (
    identify_among_strangers,
    missed_at,
    named,
    threshold_at,
)
from playbill.evaluation.faces.search import Search, search
from playbill.evaluation.faces.trials import Trial, closed_trial, open_trial
from tests.support.embedded import LOOK, crowd, embedded

COARSE = st.integers(-5, 5).map(lambda step: float(np.float32(step / 5)))


def searched(right: list[bool], scores: Sequence[float], strangers: Sequence[float]) -> Search:
    nothing = np.empty(0, np.int64)
    trial = Trial(nothing, np.arange(len(right)), np.arange(len(strangers)))
    return Search(
        trial, np.array(right), np.array(scores, np.float32), np.array(strangers, np.float32), 2
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 7), min_size=2, max_size=30), st.integers(2, 5), st.integers(0, 9))
def test_a_trial_enrols_the_larger_half_of_everybody_with_enough(
    counts: list[int], least: int, seed: int
) -> None:
    people = np.repeat(np.arange(len(counts)), counts)

    trial = closed_trial(people, least, seed)

    assert not set(trial.enrolled) & set(trial.probes)
    for person, count in enumerate(counts):
        mine = (people[trial.enrolled] == person).sum(), (people[trial.probes] == person).sum()
        assert mine == ((count - count // 2, count // 2) if count >= least else (0, 0))


def test_strangers_are_never_enrolled() -> None:
    few, many = np.repeat(np.arange(20), 3), np.repeat(np.arange(150), [3] * 30 + [1] * 120)

    for seed in range(3):
        for people in (few, many):
            trial = open_trial(people, seed)
            known = set(people[trial.enrolled])
            assert known == set(people[trial.probes])
            assert not known & set(people[trial.strangers])
    assert len(open_trial(few, 0).strangers) == 30
    assert len(open_trial(many, 0).strangers) == 120


def test_who_comes_first_is_whose_mean_direction_scikit_learn_finds_nearest() -> None:
    people = crowd(25, 6, noise=2.0)
    trial = closed_trial(people.people, 2, 3)

    found = search(people, trial)

    centroids = np.stack(
        [
            people.vectors[trial.enrolled][people.people[trial.enrolled] == p].sum(axis=0)
            for p in range(25)
        ]
    )
    centroids /= np.linalg.norm(centroids, axis=1, keepdims=True)
    judge = KNeighborsClassifier(1).fit(np.repeat(centroids, 2, axis=0), np.repeat(range(25), 2))
    answers = judge.predict(people.vectors[trial.probes])
    assert found.right.tolist() == (answers == people.people[trial.probes]).tolist()
    assert 0.2 < found.right.mean() < 0.99


@pytest.mark.parametrize(
    ("names", "without_face"),
    [
        (["Ada", "Ada", "Bo"], [0]),
        (["Ada", "Ada", "Bo", "Bo"], [0, 2]),
        (["Ada", "Ada", "Bo", "Bo"], [0, 1]),
        ([name for name in "ABCDEFGH" for _ in range(2)], list(range(1, 16))),
    ],
)
def test_a_gallery_without_a_single_face_finds_nobody(
    names: list[str], without_face: list[int]
) -> None:
    """The lot falls on pictures without a face, as it does with few pictures."""
    people = embedded(names, np.eye(len(names)), without_face=without_face)

    none = search(people, Trial(np.array(without_face[:1]), np.array([1]), np.array([2])))
    opened = identify_among_strangers(people)

    assert (none.right.tolist(), none.enrolled_people) == ([False], 0)
    assert none.scores.tolist() == none.stranger_scores.tolist() == [UNLIKE]
    assert opened is not None
    assert opened.points[0].fnir.value > 0
    assert len(measure_groups(people)) == 3
    if len(set(names)) * 2 == len(names):
        assert identify(people, 2) is not None


def test_the_closed_set_is_the_mean_over_its_seeds() -> None:
    people = crowd(25, 6, noise=2.0)

    closed = identify(people, 2)

    assert closed is not None
    assert (closed.people, closed.probes, len(closed.by_seed)) == (25, 75, 5)
    assert closed.first.value == pytest.approx(np.mean(closed.by_seed))
    assert closed.first.low < closed.first.value < closed.first.high
    assert identify(people, 7) is None


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), COARSE), min_size=1, max_size=30),
    st.lists(COARSE, min_size=1, max_size=30),
    st.floats(0.001, 1),
)
def test_fnir_at_an_fpir_is_read_off_scikit_learns_curve(
    known: list[tuple[bool, float]], strangers: list[float], fpir: float
) -> None:
    one = searched([right for right, _ in known], [score for _, score in known], strangers)

    # A probe for which somebody else came first is never rightly named, whatever its score.
    genuine = [float(score) if right else -9.0 for right, score in known]
    passed, hit, _ = roc_curve(
        [1] * len(genuine) + [0] * len(strangers),
        [*genuine, *map(float, strangers)],
        drop_intermediate=False,
    )
    allowed = passed <= fpir + 1e-9
    best = (
        max(rate for rate, may in zip(hit, allowed, strict=True) if may) if allowed.any() else 0.0
    )
    wrong = sum(not right for right, _ in known)
    expected = 1 - min(best, 1 - wrong / len(known))
    assert missed_at(one, fpir) == pytest.approx(expected)


def test_at_most_so_many_strangers_reach_the_threshold() -> None:
    scores = np.array([0.9, 0.8, 0.8, 0.7, 0.1], np.float32)

    for fpir in (0.0, 0.2, 0.4, 0.6, 0.99):
        assert (scores >= threshold_at(scores, fpir)).mean() <= fpir
    assert (scores >= threshold_at(scores, 0.6)).sum() == 3
    assert (scores >= threshold_at(scores, 0.4)).sum() == 1  # two have the same score
    assert threshold_at(scores, 1.0) == float("-inf")


def test_a_face_that_is_nobodys_is_missed_by_hand() -> None:
    one = searched([True, True, False, True], [0.9, 0.5, 0.95, 0.4], [0.45, 0.1])

    assert named(one, 0.5).tolist() == [True, True, False, False]
    assert missed_at(one, 0.01) == 0.5
    assert missed_at(one, 0.5) == 0.25


def test_the_open_set_has_its_points_and_its_curve() -> None:
    opened = identify_among_strangers(crowd(30, 6, lonely=200, noise=0.8))

    assert opened is not None
    assert (opened.people, opened.probes, opened.strangers) == (30, 90, 200)
    assert opened.strangers_are == "people with one picture"
    strict, stricter = opened.points
    assert (strict.fpir, stricter.fpir) == (0.01, 0.003)
    assert strict.measured_fpir.value <= 0.01
    assert stricter.measured_fpir.value == 0
    assert stricter.fnir.value >= strict.fnir.value
    assert strict.fnir.low <= strict.fnir.value <= strict.fnir.high
    assert opened.curve[0].fpir == pytest.approx(1 / 200)
    misses = [point.fnir for point in opened.curve]
    assert misses == sorted(misses, reverse=True)


def test_of_few_people_half_are_strangers_and_of_two_nobody_is() -> None:
    opened = identify_among_strangers(crowd(12, 4))

    assert opened is not None
    assert (opened.people, opened.stranger_people) == (6, 6)
    assert opened.strangers_are.startswith("half of the people")


def test_pictures_without_a_face_are_misses_and_never_enrolled() -> None:
    names = ["Ada"] * 4 + ["Bob"] * 4
    vectors = [[1, 0.01 * i] if i < 4 else [0.01 * i, 1] for i in range(8)]
    whole, blind = (embedded(names, vectors, without_face=some) for some in ((), (0, 1, 2, 3)))
    trial = closed_trial(whole.people, 2, 0)

    assert search(whole, trial).right.all()
    missed = embedded(names, vectors, without_face=trial.probes[:2].tolist())
    assert search(missed, trial).right.tolist() == [False, False, True, True]
    found = search(blind, trial)
    assert found.enrolled_people == 1
    assert found.right.tolist() == [False, False, True, True]
    assert found.scores[:2].tolist() == [UNLIKE, UNLIKE]


def test_leave_one_out_is_scikit_learns() -> None:
    people = crowd(12, 5, lonely=3, noise=1.8)
    rows = np.flatnonzero(people.people < 12)

    found = leave_one_out(people)

    nearest = KNeighborsClassifier(1, metric="cosine")
    answers = cross_val_predict(nearest, people.vectors, people.people, cv=EachLeftOut())
    assert found.nearest.value == pytest.approx((answers == people.people)[rows].mean())
    assert (found.pictures, found.people) == (60, 12)


def test_pictures_of_a_kind_are_measured_apart() -> None:
    small = replace(LOOK, box_xyxy=(0, 0, 20, 30), grey=True)
    names = [f"Person {i // 4}" for i in range(40)]
    random = np.random.default_rng(0)
    vectors = np.repeat(random.standard_normal((10, 16)), 4, axis=0)
    looks = [small if i % 4 == 0 else LOOK for i in range(40)]
    vectors[::4] = random.standard_normal((10, 16))  # the small ones look like nobody

    groups = {group.name: group for group in measure_groups(embedded(names, vectors, looks=looks))}

    assert list(groups) == ["below 32 px", "64 to 96 px", "in colour", "grey", "sharp"]
    assert (groups["below 32 px"].pictures, groups["grey"].pictures) == (10, 10)
    first = {name: group.first.value for name, group in groups.items() if group.first}
    assert first["below 32 px"] == first["grey"] < 0.5
    assert first["in colour"] > 0.9
