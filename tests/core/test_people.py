"""Persons, matches, coverage, and what is read off them."""

from fractions import Fraction

import pytest

from playbill.core.metadata import FrameMetadata
from playbill.core.people import Match, Person
from playbill.core.run import Coverage
from tests.support.analyses import ADA, CHARLES, analysis_of, person, thing


@pytest.mark.parametrize(("person_id", "name"), [("", "Ada"), ("p1", ""), ("p1", " \t")])
def test_a_person_without_id_or_name_is_refused(person_id: str, name: str) -> None:
    with pytest.raises(ValueError, match="a person has an id and a name"):
        Person(person_id, name)


@pytest.mark.parametrize("score", [-0.01, 1.01, 7.0, float("nan")])
def test_a_match_with_a_score_outside_0_to_1_is_refused(score: float) -> None:
    with pytest.raises(ValueError, match="score must lie between 0 and 1"):
        Match(ADA, score)


@pytest.mark.parametrize(
    ("expected", "analysed", "corrupt"), [(0, 0, 0), (3, 3, 0), (3, 2, 1), (3, 0, 3)]
)
def test_coverage_adds_up(expected: int, analysed: int, corrupt: int) -> None:
    assert Coverage(expected, analysed, corrupt).expected == analysed + corrupt


@pytest.mark.parametrize(("expected", "analysed", "corrupt"), [(3, 2, 0), (2, 2, 1), (1, 2, -1)])
def test_coverage_that_does_not_add_up_is_refused(
    expected: int, analysed: int, corrupt: int
) -> None:
    with pytest.raises(ValueError, match=r"expected frames must be analysed \+ corrupt"):
        Coverage(expected, analysed, corrupt)


def test_a_thing_has_the_name_of_its_match() -> None:
    assert person(ADA).name == "Ada Lovelace"
    assert person(None).name is None
    assert thing("dog").name is None


def test_an_analysis_names_everybody_who_is_seen_once() -> None:
    frames = [
        FrameMetadata(30 * i, Fraction(i), (person(who), thing("dog")))
        for i, who in enumerate([CHARLES, ADA, None, CHARLES])
    ]

    assert analysis_of().names() == []
    assert analysis_of(*frames).names() == ["Ada Lovelace", "Charles Babbage"]
