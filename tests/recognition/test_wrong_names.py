"""Pictures under wrong names, made by swapping names: found where many are wrong too."""

import numpy as np
import pytest

from playbill.recognition.strangers import StrangerScores
from playbill.recognition.wrong_names import Levels, find_wrong_names
from tests.support.people import CARD, pictures

LEVELS = Levels(near=0.5, unlike=0.4, alone=0.7)


def crowd(people: int, each: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Well separated people in many dimensions: own cosines about 0.8, others about 0."""
    return pictures(people, each, noise=0.5, dimensions=64, seed=seed)


def test_right_names_are_left_in_peace() -> None:
    vectors, people = crowd(12, 6)

    assert find_wrong_names(vectors, people, LEVELS) == []


def test_a_swapped_picture_is_found_with_the_person_it_shows() -> None:
    vectors, people = crowd(12, 6)
    people[0] = 7

    (wrong,) = find_wrong_names(vectors, people, LEVELS)

    assert (wrong.row, wrong.other) == (0, 0)
    assert wrong.own_score is not None
    assert wrong.own_score < LEVELS.unlike < LEVELS.near < wrong.other_score
    assert {int(people[row]) for row in wrong.core_rows} == {7}


def test_a_stranger_is_found_who_is_nobody_here() -> None:
    vectors, people = crowd(12, 6)
    stranger = np.random.default_rng(99).standard_normal(64).astype(np.float32)
    vectors = np.concatenate([vectors, [stranger / np.linalg.norm(stranger)]])
    people = np.append(people, 3)

    (wrong,) = find_wrong_names(vectors, people, LEVELS)

    assert (wrong.row, wrong.other) == (len(vectors) - 1, None)


@pytest.mark.parametrize("seed", range(5))
def test_a_third_of_wrong_names_does_not_hide_itself(seed: int) -> None:
    vectors, people = crowd(20, 9, seed)
    random = np.random.default_rng(seed)
    named = people.copy()
    for person in range(20):  # three of nine pictures of each show others
        for row in 9 * person + np.arange(3):
            named[row] = (person + int(random.integers(1, 20))) % 20

    found = {wrong.row for wrong in find_wrong_names(vectors, named, LEVELS)}

    assert found == set(np.flatnonzero(named != people))


def test_of_two_pictures_that_differ_one_is_listed() -> None:
    vectors, people = crowd(12, 6)
    pair = np.random.default_rng(5).standard_normal((2, 64)).astype(np.float32)
    vectors = np.concatenate([vectors, pair / np.linalg.norm(pair, axis=1, keepdims=True)])
    people = np.concatenate([people, [12, 12]])

    (wrong,) = find_wrong_names(vectors, people, LEVELS)

    assert wrong.row in {len(vectors) - 2, len(vectors) - 1}
    assert {wrong.row, *wrong.core_rows} == {len(vectors) - 2, len(vectors) - 1}


def test_a_sole_picture_needs_a_close_likeness() -> None:
    vectors, people = crowd(12, 6)
    directions = np.stack([vectors[people == person].mean(axis=0) for person in (0, 1)])
    away = np.random.default_rng(3).standard_normal((2, 64))
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    mixed = directions / np.linalg.norm(directions, axis=1, keepdims=True) + [[0.8], [0.4]] * away
    mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)  # like two people, 0.78 and 0.93
    vectors = np.concatenate([vectors, mixed]).astype(np.float32)
    people = np.concatenate([people, [12, 13]])
    strict = Levels(near=0.5, unlike=0.4, alone=0.85)

    (wrong,) = find_wrong_names(vectors, people, strict)

    assert (wrong.row, wrong.other, wrong.own_score) == (len(vectors) - 1, 1, None)


def test_the_surest_comes_first() -> None:
    vectors, people = crowd(12, 6)
    people[[0, 20, 40]] = [5, 6, 7]

    margins = [wrong.margin for wrong in find_wrong_names(vectors, people, LEVELS)]

    assert len(margins) == 3
    assert margins == sorted(margins, reverse=True)


def test_nobody_and_one_person_are_answered() -> None:
    vectors, people = crowd(1, 5)

    assert find_wrong_names(vectors[:0], people[:0], LEVELS) == []
    assert find_wrong_names(vectors, people, LEVELS) == []
    assert find_wrong_names(vectors[:1], people[:1], LEVELS) == []


def test_levels_come_from_the_card_or_from_the_pictures() -> None:
    vectors, people = crowd(30, 6)

    measured = Levels.measured(vectors, people)
    between = (vectors @ vectors.T)[people[:, None] != people[None]]

    assert Levels.of(CARD, 5).near == pytest.approx(0.5)
    assert 0.4 < Levels.of(CARD, 5).unlike < 0.5
    assert (between >= measured.near).mean() == pytest.approx(0.001, abs=0.001)
    assert (between >= measured.unlike).mean() == pytest.approx(0.002, abs=0.0015)
    assert Levels.measured(vectors[:3], people[:3]).near == 1.0


def test_the_levels_of_a_card_follow_its_table() -> None:
    card = StrangerScores(((0.9, 0.1), (0.99, 0.2), (0.999, 0.3)), 1000, "made up")

    levels = Levels.of(card, 100)

    assert levels.near == pytest.approx(0.3)
    assert levels.unlike == pytest.approx(0.269897)
    assert levels.alone == pytest.approx(0.4)  # 0.01 / 100
