"""Objects that only one frame of a shot shows."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from playbill.core.detections import Detections
from playbill.core.faces import Faces
from playbill.core.labels import COCO_80
from playbill.core.limits import ScoreLimits
from playbill.core.metadata import Box
from playbill.pipeline.findings import Findings
from playbill.pipeline.glances import without_glances
from playbill.pipeline.likeness import Alike
from playbill.pipeline.settle import settle

LIMITS = ScoreLimits.same(80, 0.4, 0.8)
BODY = (100, 50, 200, 400)
FACE = (130, 60, 170, 110)
Seen = tuple[str, float]


def frame(index: int, *seen: Seen, box: Box = BODY, faces: Sequence[Box] = ()) -> Findings:
    """Everything seen stands in one box."""
    seen = tuple(sorted(seen, key=lambda one: -one[1]))
    objects = Detections(
        np.array([box] * len(seen), np.float32).reshape(-1, 4),
        np.array([score for _, score in seen], np.float32),
        np.array([COCO_80.index(label) for label, _ in seen], np.int64),
        COCO_80,
    )
    boxes = np.array(faces, np.float32).reshape(-1, 4)
    points = np.repeat(boxes[:, None, :2], 5, axis=1)
    found = Faces(boxes, np.full(len(boxes), 0.9, np.float32), points)
    return Findings(index, Fraction(index), objects, found, None)


def names(shot: Sequence[Findings]) -> list[list[str]]:
    return [found.objects.names() for found in shot]


def test_what_one_frame_shows_goes_and_what_two_show_stays() -> None:
    shot = [frame(0, ("dog", 0.5), ("tie", 0.6)), frame(1), frame(2, ("dog", 0.45))]

    assert names(without_glances(shot, LIMITS)) == [["dog"], [], ["dog"]]


def test_two_of_a_class_in_one_frame_are_one_look() -> None:
    assert names(without_glances([frame(0, ("dog", 0.5), ("dog", 0.6)), frame(1)], LIMITS)) == [
        [],
        [],
    ]


def test_a_sure_look_is_enough() -> None:
    assert names(without_glances([frame(0, ("dog", 0.8)), frame(1)], LIMITS)) == [["dog"], []]


def test_each_class_has_its_own_sure_score() -> None:
    dog, cat = COCO_80.index("dog"), COCO_80.index("cat")
    sure = [0.9] * 80
    sure[dog] = 0.5
    limits = ScoreLimits((0.4,) * 80, tuple(sure))

    [kept] = without_glances([frame(0, ("dog", 0.6), ("cat", 0.6))], limits)

    assert list(kept.objects.class_ids) == [dog]
    assert cat not in kept.objects.class_ids


def test_a_person_whose_face_is_seen_needs_no_second_look() -> None:
    shot = [frame(0, ("person", 0.5), faces=[FACE]), frame(1), frame(2)]

    assert names(without_glances(shot, LIMITS)) == [["person"], [], []]


def test_a_body_without_a_face_does() -> None:
    shot = [frame(0, ("person", 0.5), faces=[(500, 60, 540, 110)]), frame(1)]

    assert names(without_glances(shot, LIMITS)) == [[], []]


def test_without_limits_every_look_counts() -> None:
    shot = [frame(0, ("dog", 0.5)), frame(1)]

    assert names(without_glances(shot, None)) == [["dog"], []]


def test_looks_are_counted_in_each_shot_by_itself() -> None:
    frames = [frame(i, ("dog", 0.5)) for i in range(3)]

    settled = settle(frames, [Fraction(2)], None, described=False, alike=Alike(), limits=LIMITS)

    assert [len(each.things) for each in settled.frames] == [1, 1, 0]
