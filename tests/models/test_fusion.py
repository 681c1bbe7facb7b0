import numpy as np

from playbill.core.detections import Detections
from playbill.core.labels import COCO_80
from playbill.models.fusion import fused

CAT, DOG = 15, 16


def look(*rows: tuple[int, float, tuple[float, float, float, float]]) -> Detections:
    return Detections(
        np.array([box for _, _, box in rows], np.float32).reshape(-1, 4),
        np.array([score for _, score, _ in rows], np.float32),
        np.array([class_id for class_id, _, _ in rows], np.int64),
        COCO_80,
    )


def rows(found: Detections) -> list[tuple[str, float, list[float]]]:
    numbers = zip(found.names(), found.scores, found.boxes_xyxy, strict=True)
    return [
        (name, round(float(score), 3), np.round(box, 3).tolist()) for name, score, box in numbers
    ]


def test_an_object_of_two_looks_scores_their_mean_and_lies_where_the_surer_one_saw_it() -> None:
    looks = [look((DOG, 0.9, (10, 10, 50, 50))), look((DOG, 0.3, (14, 10, 54, 50)))]

    assert rows(fused(looks, min_score=0.1)) == [("dog", 0.6, [11, 10, 51, 50])]


def test_what_one_of_two_looks_saw_scores_half() -> None:
    looks = [look((DOG, 0.8, (10, 10, 50, 50))), look()]

    assert rows(fused(looks, min_score=0.1)) == [("dog", 0.4, [10, 10, 50, 50])]
    assert rows(fused(looks, min_score=0.5)) == []


def test_a_look_counts_once_for_an_object() -> None:
    twice = look((DOG, 0.8, (10, 10, 50, 50)), (DOG, 0.6, (11, 10, 51, 50)))

    assert rows(fused([twice, look()], min_score=0.1)) == [("dog", 0.4, [10, 10, 50, 50])]


def test_classes_and_objects_that_lie_apart_are_not_mixed() -> None:
    looks = [
        look((DOG, 0.8, (10, 10, 50, 50)), (CAT, 0.4, (10, 10, 50, 50))),
        look((DOG, 0.6, (100, 10, 140, 50))),
    ]

    assert rows(fused(looks, min_score=0.1)) == [
        ("dog", 0.4, [10, 10, 50, 50]),
        ("dog", 0.3, [100, 10, 140, 50]),
        ("cat", 0.2, [10, 10, 50, 50]),
    ]


def test_nothing_in_any_look_is_nothing() -> None:
    assert rows(fused([look(), look()], min_score=0.1)) == []
