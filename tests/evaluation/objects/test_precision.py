"""Average precision, beside pycocotools and by hand."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from playbill.evaluation.objects.precision import judge
from tests.support.labelled import by_lot, coco_judge, detected, labelled, seen

BOX = [10, 10, 60, 60]
OTHER = [100, 100, 150, 160]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_every_figure_is_that_of_pycocotools(seed: int) -> None:
    found = by_lot(np.random.default_rng(seed))
    assume(sum(map(len, found.found)) and sum((~p.crowd).sum() for p in found.pictures))

    overall = judge(found).overall

    stats = coco_judge(found).stats
    figures = (
        overall.ap,
        overall.ap50,
        overall.ap75,
        overall.ap_small,
        overall.ap_medium,
        overall.ap_large,
    )
    ours = [-1 if figure is None else figure for figure in figures]
    assert ours == pytest.approx(list(stats[:6]), abs=1e-9)
    assert overall.ar100 == pytest.approx(stats[8], abs=1e-9)


def test_a_found_and_a_missed_cat_are_half_the_precision() -> None:
    found = detected((labelled(("cat", BOX), ("cat", OTHER)), seen(("cat", BOX, 0.9))))

    judgement = judge(found)

    assert judgement.overall.ap == pytest.approx(51 / 101)  # recalls 0.00 to 0.50 of 101
    [cat] = judgement.classes
    assert (cat.label, cat.objects) == ("cat", 2)
    assert judgement.curve[0].precision == 1
    assert judgement.curve[-1].precision == 0


def test_one_answer_on_a_difficult_object_is_neither_right_nor_wrong() -> None:
    objects = labelled(("cat", BOX), ("cat", OTHER), difficult=[0])
    on_both = seen(("cat", BOX, 0.9), ("cat", OTHER, 0.8))
    twice = seen(("cat", BOX, 0.9), ("cat", BOX, 0.85), ("cat", OTHER, 0.8))

    assert judge(detected((objects, on_both))).overall.ap == pytest.approx(1)
    assert judge(detected((objects, twice))).overall.ap == pytest.approx(0.5)


def test_a_crowd_takes_any_number_of_answers() -> None:
    objects = labelled(("cat", [0, 0, 100, 100]), ("cat", OTHER), crowd=[0])
    answers = seen(
        ("cat", [5, 5, 30, 30], 0.9), ("cat", [40, 40, 90, 90], 0.8), ("cat", OTHER, 0.7)
    )

    assert judge(detected((objects, answers))).overall.ap == pytest.approx(1)


def test_labels_that_the_network_does_not_know_are_not_judged() -> None:
    pair = labelled(("cat", BOX), ("dog", OTHER)), seen(("cat", BOX, 0.9))

    known = judge(detected(pair, known=(True, False, True)))

    assert known.overall.ap == pytest.approx(1)
    assert [one.label for one in known.classes] == ["cat"]
    assert judge(detected(pair)).overall.ap == pytest.approx(0.5)


def test_nothing_found_and_nothing_there_are_told_apart() -> None:
    nothing_found = judge(detected((labelled(("cat", BOX)), seen())))
    nothing_there = judge(detected((labelled(), seen(("cat", BOX, 0.9)))))

    assert nothing_found.overall.ap == 0
    assert nothing_there.overall.ap is None
    assert (nothing_there.classes, nothing_there.curve) == ((), ())
