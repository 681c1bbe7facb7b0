"""What a card says of scores: by hand, and beside galleries that are drawn one by one."""

from collections.abc import Collection

import numpy as np
import pytest

from playbill.core.cohort import unit
from playbill.errors import DatasetError
from playbill.evaluation.faces.cohort_making import FEWEST_PEOPLE, FEWEST_TOGETHER, make_cohort
from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.evaluation.faces.known_table import measure_known
from playbill.evaluation.faces.network_scores import measure_scores
from playbill.evaluation.faces.stranger_table import measure_strangers, table_of
from tests.support.embedded import crowd, embedded


def everybody(people: EmbeddedPeople) -> np.ndarray:
    return np.unique(people.people)


def names_of(people: EmbeddedPeople, numbers: Collection[int]) -> list[str]:
    return [people.pictures.names[number] for number in numbers]


def test_the_best_of_some_rivals_is_what_drawing_galleries_shows() -> None:
    people = crowd(0, 1, lonely=60)
    scores = people.vectors @ people.vectors.T
    random = np.random.default_rng(1)
    drawn = []
    for _ in range(4000):
        stranger, *gallery = random.permutation(60)[:11]
        drawn.append(scores[stranger, gallery].max())

    best = measure_strangers(people, everybody(people), None, "drawn points").best

    assert best is not None
    assert best.numbers == (1, 2, 3, 5, 10, 20, 50)
    for share in (0.1, 0.5, 0.9):
        assert best.score(share, 10) == pytest.approx(np.quantile(drawn, share), abs=0.02)


def test_with_all_the_others_as_rivals_it_is_the_highest_of_each() -> None:
    people = crowd(0, 1, lonely=51)
    scores = people.vectors @ people.vectors.T
    np.fill_diagonal(scores, -2)

    best = measure_strangers(people, everybody(people), None, "drawn points").best

    assert best is not None
    highest = np.sort(scores.max(axis=1))
    assert best.score(0.5, 50) == pytest.approx(highest[25], abs=1e-3)


def test_nobody_is_a_stranger_to_themselves() -> None:
    people = embedded([f"P{i:02}" for i in range(16) for _ in range(2)], np.eye(16).repeat(2, 0))

    strangers = measure_strangers(people, everybody(people), None, "axes")

    assert (strangers.n, strangers.mean) == (16 * 15, 0.0)


def test_known_people_score_higher_the_more_pictures_they_have() -> None:
    known = measure_known(crowd(40, 10), np.arange(40), None, "drawn points")

    assert known is not None
    assert known.table.numbers == (1, 2, 4, 8)
    medians = [known.table.score(0.5, number) for number in known.table.numbers]
    assert medians == sorted(medians)
    assert medians[-1] - medians[0] > 0.1


def test_a_person_with_many_pictures_weighs_as_others_do() -> None:
    alike, unlike = [1.0, 0.0], [0.0, 1.0]
    names = [f"P{i:02}" for i in range(20) for _ in range(3)] + ["Z"] * 200
    rows = [alike] * 60 + [alike, unlike] * 100

    known = measure_known(embedded(names, rows), np.arange(21), None, "two directions")

    assert known is not None
    assert known.table.score(0.1, 1) == pytest.approx(1, abs=0.01)


def test_few_people_with_several_pictures_are_no_table() -> None:
    assert measure_known(crowd(19, 5), np.arange(19), None, "few") is None


def test_nobody_is_in_the_cohort_and_measured() -> None:
    people = crowd(500, 2)

    found = measure_scores(people, "drawn points")

    assert found.cohort is not None
    assert found.cohort_people == 250
    assert found.strangers.n == 250 * 249
    assert "250 people of drawn points" in found.strangers.measured_on


def test_those_of_whom_nothing_was_learned_are_measured_and_all_others_make_the_cohort() -> None:
    people = crowd(260, 2)
    unlearned = names_of(people, range(20))

    found = measure_scores(people, "drawn points", unlearned=unlearned)

    rows = people.people >= 20
    alone = make_cohort(people.enrolled[rows], people.people[rows])
    assert found.cohort is not None
    np.testing.assert_array_equal(found.cohort.directions, alone.directions)
    assert (found.cohort_people, found.cohort_faces) == (240, 480)
    assert found.strangers.n == 20 * 19


def test_too_few_people_for_a_cohort_are_measured_by_their_cosines() -> None:
    found = measure_scores(crowd(20, 2), "few")

    assert found.cohort is None
    assert found.cohort_people == 0
    assert found.strangers.n == 20 * 19


def test_too_few_to_measure_on_are_refused() -> None:
    with pytest.raises(DatasetError, match=r"found 9 people .* expected at least 10"):
        measure_scores(crowd(9, 2), "few")


def test_no_direction_of_a_cohort_is_a_persons_own_face() -> None:
    people = crowd(FEWEST_PEOPLE, 1)

    cohort = make_cohort(people.vectors, people.people)

    centred = unit(people.vectors - cohort.mean)
    cosines = cohort.directions @ centred.T
    assert cosines.max() < 0.999
    nearest = cosines.argmax(axis=0)
    assert np.bincount(nearest, minlength=len(cohort.directions)).min() >= FEWEST_TOGETHER


def test_everybody_weighs_the_same_in_a_cohort() -> None:
    people = crowd(FEWEST_PEOPLE, 1)
    many = np.concatenate([people.vectors, people.vectors[:1].repeat(500, 0)])
    owners = np.concatenate([people.people, np.zeros(500, np.int64)])

    once, often = make_cohort(people.vectors, people.people), make_cohort(many, owners)

    np.testing.assert_allclose(once.mean, often.mean, atol=1e-5)
    np.testing.assert_allclose(once.directions, often.directions, atol=1e-4)


def test_too_few_people_make_no_cohort() -> None:
    people = crowd(FEWEST_PEOPLE - 1, 3)

    with pytest.raises(ValueError, match="a cohort needs 200 people, got 199"):
        make_cohort(people.vectors, people.people)


def test_quantiles_that_chance_has_fall_are_set_right() -> None:
    table = table_of([1, 2], (0.1, 0.5, 0.9), np.array([[0.1, 0.1, 0.3], [0.05, 0.2, 0.25]]))

    assert table.scores == ((0.1, 0.1001, 0.3), (0.1, 0.2, 0.3))
