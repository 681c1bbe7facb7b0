"""People without a name, numbered through a medium."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest

from playbill.core.people import Match
from playbill.core.sightings import FaceSighting, Track
from playbill.pipeline.likeness import Alike
from playbill.pipeline.unknown import number_unknown
from tests.support.analyses import ADA
from tests.support.fakes import looks

ALIKE = Alike(same=0.6)
ONE, OTHER = (0.9, 0.0), (0.0, 0.9)


def track(
    shot: int, look: Sequence[float], *frames: int, left: float = 0.0, match: Match | None = None
) -> Track:
    (vector,) = looks(look).vectors
    seen = tuple(
        FaceSighting(frame, Fraction(frame), 0, (left, 0, left + 40, 40), 0.9, vector, b"")
        for frame in frames
    )
    return Track(shot, seen, vector, match)


def test_nobody_has_no_number() -> None:
    assert number_unknown([], ALIKE) == []


def test_one_person_has_one_number_over_all_shots_and_the_first_seen_the_first() -> None:
    shots = [track(0, OTHER, 0), track(1, ONE, 30), track(2, OTHER, 60), track(2, ONE, 60)]

    assert number_unknown(shots, ALIKE) == [1, 2, 1, 2]
    assert number_unknown(shots[1:] + shots[:1], ALIKE) == [2, 1, 2, 1]


def test_of_one_frame_the_leftmost_comes_first() -> None:
    assert number_unknown([track(0, ONE, 0, left=50), track(0, OTHER, 0, left=9)], ALIKE) == [2, 1]


def test_tracks_that_meet_are_two_people_however_alike() -> None:
    twins = [track(0, ONE, 0, 30), track(0, ONE, 30, 60), track(1, ONE, 90)]

    numbers = number_unknown(twins, ALIKE)

    assert numbers[0] != numbers[1]
    assert numbers[2] in numbers[:2]


def test_who_has_a_name_has_no_number() -> None:
    named = track(0, ONE, 0, match=Match(ADA, 0.9))
    refused = track(1, OTHER, 30, match=Match(None, 0.3))

    assert number_unknown([named, refused], ALIKE) == [None, 1]


@pytest.mark.parametrize("block", [1, 3, 1000])
def test_it_makes_no_difference_how_many_are_compared_at_once(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playbill.pipeline.unknown.BLOCK", block)
    random = np.random.default_rng(0)
    people = np.eye(6)[random.integers(0, 6, 40)]
    noisy = people + 0.1 * random.standard_normal((40, 6))
    tracks = [track(i, 0.9 * row / np.linalg.norm(row), 30 * i) for i, row in enumerate(noisy)]

    numbers = number_unknown(tracks, ALIKE)

    truth = [row.argmax() for row in people]
    order = {who: number for number, who in enumerate(dict.fromkeys(truth), start=1)}
    assert numbers == [order[who] for who in truth]
