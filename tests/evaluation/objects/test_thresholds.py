"""Scores by class, from detections that are right as often as their score says."""

import numpy as np
import pytest

from playbill.core.limits import ScoreLimits
from playbill.errors import DatasetError
from playbill.evaluation.objects.believing import fit_belief
from playbill.evaluation.objects.detecting import DetectedObjects
from playbill.evaluation.objects.matching import Matched, match
from playbill.evaluation.objects.thresholds import fit_thresholds, measure_shown
from tests.support.labelled import LABELS, detected, labelled, seen

SHIFTED = 1.5
"""By so many log odds are classes easier or harder below."""


def drawn(
    by_class: list[float], counts: list[int], *, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, classes, right: right with the odds of the score, times those of the class."""
    random = np.random.default_rng(seed)
    class_ids = np.repeat(np.arange(len(counts)), counts)
    scores = random.uniform(0.2, 0.95, len(class_ids)).astype(np.float32)
    odds = np.log(scores / (1 - scores)) + np.array(by_class)[class_ids]
    return scores, class_ids, random.random(len(scores)) < 1 / (1 + np.exp(-odds))


def test_a_curve_that_is_there_is_found() -> None:
    belief = fit_belief(*drawn([SHIFTED, -SHIFTED], [4000, 4000]), 2)

    assert belief.slope == pytest.approx(1, abs=0.1)
    assert belief.by_class[0] - belief.by_class[1] == pytest.approx(2 * SHIFTED, abs=0.2)
    assert belief.chance(np.array([0.5], np.float32), np.array([0])) == pytest.approx(
        1 / (1 + np.exp(-SHIFTED)), abs=0.03
    )


def test_a_score_and_its_chance_lead_to_each_other() -> None:
    belief = fit_belief(*drawn([0.5, -0.5, 0], [500, 500, 500]), 3)

    score = belief.score_of(0.8, float(belief.by_class[1]))

    assert belief.chance(np.array([score], np.float32), np.array([1])) == pytest.approx(0.8)


def test_a_class_with_few_examples_stays_near_the_common_curve() -> None:
    scores, class_ids, right = drawn([0.6, -0.6, 0.3, -0.3, 0], [800, 800, 800, 800, 3])
    right[class_ids == 4] = True

    belief = fit_belief(scores, class_ids, right, 6)

    assert 0 <= belief.by_class[4] < 0.5 * belief.by_class[0]
    assert belief.by_class[5] == 0


def test_classes_that_do_not_differ_get_one_curve() -> None:
    belief = fit_belief(*drawn([0] * 8, [300] * 8), 8)

    assert belief.spread < 0.25
    assert np.abs(belief.by_class).max() < 0.3


CORNERS = [(16.0 * (i % 12), 16.0 * (i // 12)) for i in range(48)]
PLACES = [(left, top, left + 12, top + 12) for left, top in CORNERS]


def half_right(scores: list[float]) -> tuple[DetectedObjects, list[Matched]]:
    """One picture: detections that stand on an object from 0.6 on, but for one at 0.9."""
    truth = labelled(*[(LABELS[0], PLACES[i]) for i in range(len(scores))])
    wrong = (0.0, 150.0, 20.0, 170.0)
    rows = [
        (LABELS[0], PLACES[i] if score >= 0.6 and score != 0.9 else wrong, score)
        for i, score in enumerate(scores)
    ]
    found = detected((truth, seen(*rows)))
    return found, [match(found.pictures[0], found.found[0], found.known)]


def test_the_stated_share_of_what_is_shown_is_right_and_no_more_is_left_out() -> None:
    found, matched = half_right([round(0.25 + 0.02 * i, 2) for i in range(33)] + [0.9])

    table = fit_thresholds(found, matched, precision=0.8, measured_on="here")
    shown = measure_shown(found, matched, table.limits(found.labels))

    assert shown.precision is not None
    assert shown.precision >= 0.8
    assert shown.boxes >= 17
    assert table.n == 34
    assert [one.label for one in table.classes] == [LABELS[0]]


def test_what_is_sure_is_shown() -> None:
    found, matched = half_right([round(0.25 + 0.02 * i, 2) for i in range(33)] + [0.9])

    table = fit_thresholds(found, matched, precision=0.5, measured_on="here")

    assert table.shown < table.sure <= 1
    assert all(one.shown <= one.sure <= 1 for one in table.classes)


def test_a_precision_that_no_score_reaches_is_refused() -> None:
    found, matched = half_right([0.9, 0.62, 0.5, 0.4, 0.64, 0.3])

    with pytest.raises(DatasetError, match="at no score are 99% of the boxes right"):
        fit_thresholds(found, matched, precision=0.99, measured_on="here")


def test_nothing_that_is_right_is_refused() -> None:
    found, matched = half_right([0.5, 0.4])

    with pytest.raises(DatasetError, match="0 of 2 detections are right"):
        fit_thresholds(found, matched, precision=0.8, measured_on="here")


def test_precision_and_recall_are_those_of_what_reaches_the_limits() -> None:
    found, matched = half_right([0.9, 0.8, 0.7, 0.65, 0.5])

    shown = measure_shown(found, matched, ScoreLimits.same(len(found.labels), 0.7))

    assert (shown.precision, shown.recall, shown.boxes) == (2 / 3, 2 / 5, 3)
    nothing = measure_shown(found, matched, ScoreLimits.same(len(found.labels), 1.0))
    assert (nothing.precision, nothing.recall, nothing.boxes) == (None, 0.0, 0)
