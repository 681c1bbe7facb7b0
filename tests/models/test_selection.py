"""From scored boxes to detections."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from playbill.models import selection
from playbill.models.selection import select_detections

LABELS = ("person", "dog")
BOX = (10, 20, 30, 60)


def select(
    boxes: Any, scores: Any, *, min_score: float = 0.5
) -> list[tuple[str, float, list[float]]]:
    found = select_detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(scores, np.float32).reshape(-1, 2),
        LABELS,
        (100, 80),
        min_score=min_score,
    )
    rows: NDArray[np.float32] = found.boxes_xyxy
    return list(zip(found.names(), found.scores.tolist(), rows.tolist(), strict=True))


@pytest.mark.parametrize(
    ("boxes", "scores", "names"),
    [
        ([], [], []),
        ([BOX], [(0, 0.25)], []),
        ([BOX], [(0, 0.5)], ["dog"]),
        ([BOX], [(0.5, 0.75)], ["dog", "person"]),
        ([BOX], [(0.5, 0.5)], ["person", "dog"]),
        ([BOX, BOX], [(0, 0.5), (0, 0.75)], ["dog"]),
        ([BOX, BOX], [(0.5, 0), (0, 0.75)], ["dog", "person"]),
    ],
)
def test_a_box_counts_for_each_class_that_it_scores_well_in(
    boxes: Any, scores: Any, names: list[str]
) -> None:
    assert [name for name, *_ in select(boxes, scores)] == names


@pytest.mark.parametrize(
    "box",
    [
        (10, 20, 10, 60),
        (10, 20, 30, 20),
        (30, 60, 10, 20),
        (100, 0, 120, 80),
        (-30, 0, 0, 80),
        (np.nan, 20, 30, 60),
        (10, 20, np.nan, 60),
    ],
)
def test_boxes_without_area_in_the_picture_go(box: Any) -> None:
    assert select([box, BOX], [(0, 0.75), (0, 0.5)]) == [("dog", 0.5, list(BOX))]


def test_endless_boxes_end_at_the_edges() -> None:
    assert select([(-np.inf, 20, np.inf, 60)], [(0, 0.75)]) == [("dog", 0.75, [0, 20, 100, 60])]


def test_scores_that_are_no_numbers_go() -> None:
    assert select([BOX], [(np.nan, 0.5)]) == [("dog", 0.5, list(BOX))]


def test_only_the_best_are_compared_and_come_out(monkeypatch: pytest.MonkeyPatch) -> None:
    apart = [(10 * i, 0, 10 * i + 5, 5) for i in range(6)]
    scores = [(0, 0.5 + i / 16) for i in range(6)]

    monkeypatch.setattr(selection, "MAX_DETECTIONS", 2)
    assert [score for _, score, _ in select(apart, scores)] == [0.8125, 0.75]
    monkeypatch.setattr(selection, "MAX_CANDIDATES", 1)
    assert [score for _, score, _ in select(apart, scores)] == [0.8125]
