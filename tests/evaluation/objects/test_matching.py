"""Which detection is which object, what it is taken for, and the best score to set."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_curve

from playbill.evaluation.objects.detecting import DetectedObjects
from playbill.evaluation.objects.matching import FALSE, IGNORED, Matched, match
from playbill.evaluation.objects.misses import Confusion, MissedPicture, confuse
from playbill.evaluation.objects.scores import best_score, best_scores_by_class
from tests.support.labelled import LABELS, by_lot, coco_judge, detected, labelled, seen

BOX, NEAR, FAR = [10, 10, 60, 60], [12, 10, 62, 60], [100, 100, 150, 150]
KNOWN = np.ones(len(LABELS), np.bool_)


def matches(found: DetectedObjects) -> list[Matched]:
    pairs = zip(found.pictures, found.found, strict=True)
    return [match(picture, rows, found.known) for picture, rows in pairs]


def confused(
    found: DetectedObjects, score: float = 0.5
) -> tuple[Confusion, tuple[MissedPicture, ...]]:
    return confuse(found, matches(found), score)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_as_many_are_right_false_and_ignored_as_pycocotools_says(seed: int) -> None:
    found = by_lot(np.random.default_rng(seed))
    assume(sum(map(len, found.found)))

    ours = np.zeros((len(found.pictures), len(LABELS), 3), np.int64)
    for number, one in enumerate(matches(found)):
        for row, taken in enumerate(one.object_of):
            kind = 2 if taken == IGNORED else 1 if taken == FALSE else 0
            ours[number, found.found[number].class_ids[row], kind] += 1

    theirs = np.zeros_like(ours)
    whole = [
        one
        for one in coco_judge(found).evalImgs
        if one and one["aRng"][1] == 1e10 and one["aRng"][0] == 0
    ]
    for one in whole:
        hit, ignored = one["dtMatches"][0] > 0, one["dtIgnore"][0].astype(bool)
        counts = (hit & ~ignored).sum(), (~hit & ~ignored).sum(), ignored.sum()
        theirs[one["image_id"], one["category_id"] - 1] = counts
    assert ours.tolist() == theirs.tolist()


def test_an_object_is_taken_once_and_by_the_surest() -> None:
    answers = seen(("cat", NEAR, 0.9), ("cat", BOX, 0.6))

    one = match(labelled(("cat", BOX)), answers, KNOWN)

    assert one.object_of.tolist() == [0, FALSE]
    assert one.missed.tolist() == []


def test_objects_that_count_come_before_those_that_do_not() -> None:
    objects = labelled(("cat", BOX), ("cat", NEAR), difficult=[0])

    one = match(objects, seen(("cat", BOX, 0.9), ("cat", BOX, 0.8), ("cat", BOX, 0.7)), KNOWN)

    assert one.object_of.tolist() == [1, IGNORED, FALSE]


def test_what_is_taken_for_what() -> None:
    objects = labelled(("cat", BOX), ("dog", FAR), ("bird", [0, 150, 40, 200]))
    answers = seen(("cat", BOX, 0.9), ("cat", FAR, 0.8), ("dog", [160, 0, 200, 40], 0.7))

    confusion, [picture] = confused(detected((objects, answers)))

    assert confusion.labels == LABELS
    assert confusion.counts.tolist() == [
        [1, 0, 0, 0],
        [1, 0, 0, 0],
        [0, 0, 0, 1],
        [0, 1, 0, 0],
    ]
    assert [(miss.kind, miss.label, miss.taken_for) for miss in picture.misses] == [
        ("confused", "dog", "cat"),
        ("false", "dog", None),
        ("missed", "bird", None),
    ]
    assert picture.objects == 3


def test_a_tie_is_not_confused_with_the_one_who_wears_it() -> None:
    objects = labelled(("cat", BOX), ("dog", NEAR))

    confusion, worst = confused(detected((objects, seen(("dog", BOX, 0.9), ("cat", NEAR, 0.8)))))

    assert confusion.counts.trace() == 2
    assert worst == ()


def test_what_scores_less_is_not_believed() -> None:
    pair = labelled(("cat", BOX)), seen(("cat", BOX, 0.4))

    assert confused(detected(pair), 0.4)[0].counts.tolist() == [[1, 0], [0, 0]]
    assert confused(detected(pair), 0.5)[0].counts.tolist() == [[0, 1], [0, 0]]


def test_crowds_and_difficult_objects_are_neither_missed_nor_false() -> None:
    objects = labelled(("cat", BOX), ("dog", FAR), crowd=[0], difficult=[1])

    confusion, worst = confused(detected((objects, seen(("cat", [20, 20, 40, 40], 0.9)))))

    assert confusion.counts.sum() == 0
    assert worst == ()


def test_the_worst_picture_comes_first() -> None:
    sure = labelled(("cat", BOX), name="sure.png"), seen(("cat", BOX, 0.9), ("dog", FAR, 0.99))
    small = labelled(("cat", [0, 0, 10, 10]), name="small.png"), seen()
    large = labelled(("cat", [0, 0, 150, 150]), name="large.png"), seen()

    _, worst = confused(detected(small, large, sure))

    assert [picture.name for picture in worst] == ["sure.png", "large.png", "small.png"]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_no_score_gives_a_better_f1(seed: int) -> None:
    found = by_lot(np.random.default_rng(seed))
    matched = matches(found)
    pairs = list(zip(found.found, matched, strict=True))
    scores = np.concatenate([rows.scores[one.object_of != IGNORED] for rows, one in pairs])
    right = np.concatenate([one.object_of[one.object_of != IGNORED] >= 0 for _, one in pairs])
    assume(right.any())

    best = best_score(found, matched)

    objects = sum(int(one.counted.sum()) for one in matched)
    precision, recall, cuts = precision_recall_curve(right, scores)
    hits = recall[:-1] * right.sum()
    f1 = 2 * hits / (hits / np.maximum(precision[:-1], 1e-12) + objects)
    f1[hits == 0] = 0
    assert best is not None
    assert best.f1 == pytest.approx(f1.max())
    at = int(np.flatnonzero(cuts == np.float32(best.score))[0])
    assert f1[at] == pytest.approx(f1.max())
    assert (best.precision, best.recall) == pytest.approx((precision[at], hits[at] / objects))


def test_each_class_has_its_own_best_score() -> None:
    objects = labelled(("cat", BOX), ("dog", FAR))
    answers = seen(("cat", BOX, 0.9), ("dog", FAR, 0.3), ("cat", FAR, 0.5), ("dog", BOX, 0.2))
    found = detected((objects, answers))

    of_class = {one.label: one.best for one in best_scores_by_class(found, matches(found))}

    assert {label: round(best.score, 3) for label, best in of_class.items()} == {
        "cat": 0.9,
        "dog": 0.3,
    }
    assert {best.f1 for best in of_class.values()} == {1.0}
    nothing = detected((objects, seen()))
    assert best_score(nothing, matches(nothing)) is None
