"""What is learned from, what is held out, who are the strangers."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbill.datasets.split import Split, split_people
from playbill.datasets.split_file import read_split, write_split
from playbill.errors import DatasetError
from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.training.recogniser.parts import FILES, divide, read_given
from playbill.training.recogniser.settings import RecogniserSettings
from tests.support.embedded import FOLDER, embedded

COUNTS = st.lists(st.integers(1, 6), min_size=1, max_size=14)
SHARES = st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.9])


def people_with(*counts: int) -> EmbeddedPeople:
    names = [f"Person {i:02d}" for i, count in enumerate(counts) for _ in range(count)]
    vectors = np.random.default_rng(0).standard_normal((len(names), 8))
    return embedded(names, vectors)


@given(counts=COUNTS, pictures=SHARES, people=SHARES, seed=st.integers(0, 3))
def test_each_picture_is_in_one_part_and_who_is_asked_for_is_enrolled(
    counts: list[int], pictures: float, people: float, seed: int
) -> None:
    crowd = people_with(*counts)
    settings = RecogniserSettings(held_out=pictures, held_out_people=people, seed=seed)
    trial = divide(crowd, settings).trial
    enrolled, probes, strangers = trial.enrolled, trial.probes, trial.strangers

    assert sorted([*enrolled, *probes, *strangers]) == list(range(len(crowd)))
    assert set(crowd.people[probes]) <= set(crowd.people[enrolled])
    assert not set(crowd.people[strangers]) & set(crowd.people[enrolled])
    assert len(enrolled)


@given(counts=COUNTS, seed=st.integers(0, 3))
def test_everybody_with_two_pictures_is_measured_and_who_has_one_is_enrolled(
    counts: list[int], seed: int
) -> None:
    crowd = people_with(*counts)
    trial = divide(crowd, RecogniserSettings(held_out_people=0, seed=seed)).trial
    several = {person for person, count in enumerate(counts) if count > 1}

    assert set(crowd.people[trial.probes]) == several
    assert set(crowd.people[trial.enrolled]) == set(range(len(counts)))


def test_the_share_of_people_is_rounded_down() -> None:
    settings = RecogniserSettings(held_out_people=0.1)
    nine, ten = people_with(*[3] * 9), people_with(*[3] * 10)

    assert not len(divide(nine, settings).trial.strangers)
    assert "10% of 9 people is less than one" in divide(nine, settings).notes[0]
    assert len(divide(ten, settings).trial.strangers) == 3
    assert divide(ten, settings).notes == ()


def test_two_people_at_least_stay() -> None:
    parts = divide(people_with(2, 2), RecogniserSettings(held_out_people=0.5))

    assert not len(parts.trial.strangers)
    assert parts.notes == ("no strangers were held out: too few are left",)


def test_where_nobody_has_two_pictures_nothing_is_held_and_it_is_said() -> None:
    parts = divide(people_with(1, 1, 1), RecogniserSettings())

    assert not len(parts.trial.probes)
    assert parts.notes[-1] == (
        "nothing was measured: nobody who is enrolled has two pictures that can be used"
    )


def test_the_parts_are_written_down_and_make_the_same_parts_again(tmp_path: Path) -> None:
    crowd, settings = people_with(*[4] * 12), RecogniserSettings(held_out=0.5)
    parts = divide(crowd, settings)
    parts.write(tmp_path, FOLDER)
    held = read_split(tmp_path / FILES["within-person"])

    assert {crowd.pictures.places[row] for row in parts.trial.probes} == set(held.names("test"))
    again = divide(crowd, RecogniserSettings(), read_given(tmp_path / FILES["by-person"]))
    assert np.array_equal(again.trial.strangers, parts.trial.strangers)


def test_a_given_split_within_persons_says_what_is_held() -> None:
    crowd = people_with(4, 4, 4)
    split = split_people(
        crowd.pictures.pictures, FOLDER, rule="within-person", test_share=0.5, seed=7
    )

    parts = divide(crowd, RecogniserSettings(held_out=0.25), split)

    assert {crowd.pictures.places[row] for row in parts.trial.probes} == set(split.names("test"))
    assert parts.notes == ("no strangers were held out: the given split is within persons",)


def test_a_person_all_of_whose_pictures_a_split_keeps_apart_is_enrolled_instead() -> None:
    crowd = people_with(2, 4)
    apart = [place for place in crowd.pictures.places if "00" in place.split("/")[0]]
    others = [place for place in crowd.pictures.places if place not in apart]
    part_of = dict.fromkeys([*apart, others[0]], "test") | dict.fromkeys(others[1:], "train")
    split = Split("within-person", 0, 0.5, part_of)  # type: ignore[arg-type]

    trial = divide(crowd, RecogniserSettings(), split).trial

    assert [crowd.pictures.places[row] for row in trial.probes] == [others[0]]
    assert len(trial.enrolled) == 5


def test_a_split_of_other_people_is_refused() -> None:
    split = Split("by-person", 0, 0.5, {"Somebody/1.jpg": "test"})

    with pytest.raises(DatasetError, match="holds none of its pictures out"):
        divide(people_with(2, 2), RecogniserSettings(), split)


def test_a_split_of_labelled_pictures_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "split.json"
    write_split(path, Split("by-picture", 0, 0.5, {"1.jpg": "test"}), tmp_path)

    with pytest.raises(DatasetError, match="is a split by-picture, expected one of people"):
        read_given(path)
