import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbill.datasets.split import Part, Split
from playbill.errors import DatasetError
from playbill.training.faces.samples import BalancedOrder, FaceSamples, ShuffledOrder
from playbill.training.faces.split import split_as_written, split_faces

COUNTS = st.lists(st.integers(1, 6), min_size=2, max_size=8)


def owners(counts: list[int]) -> np.ndarray:
    return np.repeat(np.arange(len(counts)), counts)


@given(st.integers(1, 30), st.integers(1, 10), st.integers(0, 5))
def test_every_face_comes_once_each_time_round(count: int, batch: int, seed: int) -> None:
    order = ShuffledOrder(np.arange(count) * 2, batch, seed)

    seen = np.concatenate([order.rows(step) for step in range(count)])

    rounds = seen.reshape(batch, count)
    assert (np.sort(rounds, axis=1) == np.arange(count) * 2).all()


@given(COUNTS, st.integers(1, 4), st.integers(0, 5), st.integers(0, 40), st.data())
def test_balanced_batches_hold_as_many_faces_of_every_person(
    counts: list[int], each: int, seed: int, step: int, data: st.DataObject
) -> None:
    people = owners(counts)
    batch_people = data.draw(st.integers(2, len(counts)))
    order = BalancedOrder(np.arange(len(people)), people, batch_people, each, seed)

    rows = order.rows(step)

    shown, times = np.unique(people[rows], return_counts=True)
    assert len(shown) == batch_people
    assert set(times) == {each}
    for person in shown:
        theirs = rows[people[rows] == person]
        assert len(np.unique(theirs)) == min(each, counts[person])


def test_people_come_equally_often_however_many_pictures_there_are_of_them() -> None:
    people = owners([2, 50, 3, 9])
    order = BalancedOrder(np.arange(len(people)), people, 2, 2, seed=0)

    shown = people[np.concatenate([order.rows(step) for step in range(100)])]

    assert np.bincount(shown).tolist() == [100, 100, 100, 100]


def test_the_faces_of_a_step_depend_on_nothing_but_seed_and_step() -> None:
    people = owners([3, 3, 3])
    for kind in (
        lambda seed: ShuffledOrder(np.arange(9), 4, seed),
        lambda seed: BalancedOrder(np.arange(9), people, 2, 2, seed),
    ):
        one, again, other = kind(0), kind(0), kind(1)
        backwards = [one.rows(step).tolist() for step in reversed(range(9))]
        assert backwards[::-1] == [again.rows(step).tolist() for step in range(9)]
        assert backwards[::-1] != [other.rows(step).tolist() for step in range(9)]


@given(COUNTS, st.floats(0, 0.9), st.floats(0, 0.9), st.integers(0, 3))
def test_no_face_is_both_learned_from_and_kept_apart(
    counts: list[int], kept: float, strangers: float, seed: int
) -> None:
    people = owners(counts)
    split = split_faces(people, kept=kept, strangers=strangers, seed=seed)

    everything = np.concatenate([split.learned, split.kept, split.strangers])
    assert sorted(everything) == list(range(len(people)))
    learned, apart = (set(people[rows].tolist()) for rows in (split.learned, split.strangers))
    assert not learned & apart
    assert len(learned) >= 2
    assert set(people[split.kept].tolist()) <= learned
    for person in learned:
        assert (people[split.learned] == person).sum() >= min(2, counts[person])


def test_half_of_the_pictures_are_kept_when_half_is_asked_for() -> None:
    people = owners([10, 11, 20])

    split = split_faces(people, kept=0.5, strangers=0, seed=0)

    assert np.bincount(people[split.kept]).tolist() == [5, 6, 10]
    assert not len(split.strangers)


def test_people_who_are_named_are_kept_apart_whole_and_nobody_else() -> None:
    people = owners([3, 4, 5, 6])

    split = split_faces(people, kept=0.4, strangers=0.5, seed=0, apart=np.array([1, 3]))

    assert split.strangers.tolist() == np.flatnonzero(np.isin(people, [1, 3])).tolist()
    assert set(people[split.learned].tolist()) == set(people[split.kept].tolist()) == {0, 2}


def test_who_is_kept_apart_leaves_two_people_to_learn_from() -> None:
    with pytest.raises(DatasetError, match="1 of 3 people are left to learn from, expected 2"):
        split_faces(owners([3, 3, 3]), kept=0, strangers=0, seed=0, apart=np.array([0, 2]))


def test_samples_that_do_not_fit_together_are_refused() -> None:
    pictures = np.zeros((2, 4, 4, 3), np.uint8)
    with pytest.raises(ValueError, match="must have one length"):
        FaceSamples(pictures, np.zeros(3, np.int64), ("A",), ("a", "b"))
    with pytest.raises(ValueError, match="indices into 1 names"):
        FaceSamples(pictures, np.array([0, 1]), ("A",), ("a", "b"))


def test_a_written_split_says_what_is_kept_apart() -> None:
    people = np.array([0, 0, 0, 1, 1, 2, 2])
    places = [f"{person}/{row}" for row, person in enumerate(people)]
    parts: dict[str, Part] = dict.fromkeys(places, "train")
    parts |= {"0/2": "test", "2/5": "test", "2/6": "test"}

    split = split_as_written(Split("by-picture", 0, 0.4, parts), places, people, "split.json")

    assert split.learned.tolist() == [0, 1, 3, 4]
    assert split.kept.tolist() == [2]
    assert split.strangers.tolist() == [5, 6]


def test_a_split_of_another_data_set_is_refused() -> None:
    split = Split("by-person", 0, 0.4, {"0/a": "train", "1/a": "test"})

    with pytest.raises(DatasetError, match=r"split\.json: does not say where 2/a belongs \(1 of 3"):
        split_as_written(split, ["0/a", "1/a", "2/a"], np.arange(3), "split.json")
    with pytest.raises(DatasetError, match="leaves fewer than two people to learn from"):
        split_as_written(split, ["0/a", "1/a"], np.arange(2), "split.json")
