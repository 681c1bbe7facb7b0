"""How alike is alike enough, under any network."""

import numpy as np
import pytest

from playbill.core.cohort import Cohort, likeness
from playbill.pipeline.likeness import Alike
from playbill.recognition.strangers import StrangerScores

MEASURED = StrangerScores(((0.5, 0.0), (0.9, 0.2), (0.99, 0.4), (0.999, 0.6)), 10_000, "a test")


def test_levels_follow_from_what_strangers_score() -> None:
    alike = Alike.of(MEASURED, None)

    assert 0.0 < alike.likely < 0.2
    assert 0.4 < alike.sure < 0.6
    assert alike.same == pytest.approx(0.6)


def test_place_asks_for_less_than_looks_alone_and_two_shots_for_most() -> None:
    for alike in (Alike(), Alike.of(MEASURED, None)):
        assert alike.likely < alike.sure < alike.same


def test_faces_are_compared_beside_the_cohort() -> None:
    random = np.random.default_rng(0)
    rows = random.standard_normal((40, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    cohort = Cohort(np.zeros(8, np.float32), rows)

    beside = Alike(cohort).score(rows[:3], rows[3:5])

    np.testing.assert_array_equal(beside, likeness(rows[:3], rows[3:5], cohort))
    assert (beside < Alike().score(rows[:3], rows[3:5])).all()
