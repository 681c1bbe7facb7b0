"""Second views of people who are there already, and second people who are not."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from playbill.core.detections import Detections
from playbill.core.embeddings import Embeddings
from playbill.core.faces import Faces
from playbill.core.labels import COCO_80
from playbill.core.metadata import Box
from playbill.pipeline.findings import Findings
from playbill.pipeline.phantoms import phantom_bodies, real_faces, without_phantoms
from tests.support.analyses import detections, faces
from tests.support.fakes import looks

FACE = (100.0, 100.0, 200.0, 240.0)
BODY = (20.0, 60.0, 320.0, 700.0)


def scored(*rows: tuple[Box, float]) -> Faces:
    found = faces(*[box for box, _ in rows])
    return replace(found, scores=np.array([score for _, score in rows], np.float32))


def around(x: float, y: float, side: float) -> Box:
    return (x - side / 2, y - side / 2, x + side / 2, y + side / 2)


@pytest.mark.parametrize(
    "small",
    [around(150, 85, 30), around(150, 150, 40), around(108, 150, 30)],
    ids=["in the hair", "on the nose", "on the ear"],
)
def test_a_small_face_within_a_head_is_none(small: Box) -> None:
    assert real_faces(scored((FACE, 0.99), (small, 0.95))).tolist() == [0]


@pytest.mark.parametrize(
    "other",
    [around(150, 40, 30), around(230, 150, 30), around(80, 220, 30), around(150, 300, 40)],
    ids=["above the head", "beside the head", "beyond the cheek", "below the chin"],
)
def test_a_small_face_beside_a_head_is_somebody(other: Box) -> None:
    assert real_faces(scored((FACE, 0.99), (other, 0.95))).tolist() == [0, 1]


def test_a_face_half_as_large_is_somebody_who_looks_over_a_shoulder() -> None:
    assert real_faces(scored((FACE, 0.99), (around(150, 80, 60), 0.95))).tolist() == [0, 1]


def test_a_surer_face_is_not_taken_away_for_an_unsure_large_one() -> None:
    assert real_faces(scored((around(150, 150, 30), 0.99), (FACE, 0.81))).tolist() == [0, 1]


def phantoms(*bodies: tuple[Box, float], seen: Faces) -> set[int]:
    boxes = np.array([box for box, _ in bodies], np.float32).reshape(-1, 4)
    return phantom_bodies(boxes, np.array([score for _, score in bodies], np.float32), seen)


def test_of_two_boxes_around_one_body_the_one_with_the_face_stays_or_the_surer_one() -> None:
    again = (10.0, 40.0, 340.0, 740.0)

    assert phantoms((again, 0.4), (BODY, 0.5), seen=faces((100, 100, 200, 240))) == {0}
    assert phantoms((again, 0.3), (BODY, 0.4), seen=Faces.empty()) == {0}


def test_people_close_together_are_two() -> None:
    """IoU 0.5."""
    beside = (120.0, 60.0, 420.0, 700.0)

    assert phantoms((BODY, 0.9), (beside, 0.8), seen=Faces.empty()) == set()


def test_a_box_around_two_people_with_faces_is_nobody() -> None:
    left, right = (0.0, 0.0, 100.0, 300.0), (90.0, 0.0, 190.0, 300.0)
    two = faces((30, 10, 70, 60), (120, 10, 160, 60))

    assert phantoms((left, 0.9), (right, 0.9), ((0, 0, 190, 300), 0.5), seen=two) == {2}


def test_half_of_somebody_whose_face_it_has_is_nobody() -> None:
    whole, half = (0.0, 0.0, 200.0, 300.0), (0.0, 0.0, 92.0, 300.0)

    assert phantoms((whole, 0.9), (half, 0.5), seen=faces((40, 10, 90, 60))) == {1}


def test_somebody_turned_away_behind_another_is_somebody() -> None:
    """Covered by the one in front, whose face is at the height of their breast."""
    front, behind = (0.0, 150.0, 300.0, 700.0), (100.0, 20.0, 220.0, 600.0)
    face = faces((120, 200, 200, 300))

    assert phantoms((front, 0.9), (behind, 0.6), seen=face) == set()


def test_somebody_turned_away_in_front_of_a_crowd_is_somebody() -> None:
    """No face is where their head is."""
    crowd = [((100.0 * i, 0.0, 100.0 * i + 120, 300.0), 0.9) for i in range(3)]
    seen = faces(*[(100.0 * i + 5, 10, 100.0 * i + 35, 60) for i in range(3)])

    assert phantoms(*crowd, ((140, 40, 200, 300), 0.5), seen=seen) == set()


def test_no_body_with_a_face_of_its_own_goes() -> None:
    boxes = [((float(i), 0.0, 100.0 + i, 300.0), 0.5) for i in range(3)]
    seen = faces(*[(10.0 + 25 * i, 10.0, 30.0 + 25 * i, 40.0) for i in range(3)])

    assert phantoms(*boxes, seen=seen) == set()


def test_what_is_said_of_a_face_goes_with_it_and_objects_stay() -> None:
    found = Findings(
        7,
        Fraction(7),
        detections(("dog", BODY), ("person", BODY), ("person", (22, 60, 320, 700)), ("tie", FACE)),
        scored((around(150, 85, 30), 0.9), (FACE, 0.99)),
        looks((0.1,), (0.9,)),
        (b"false", b"true"),
    )

    clean = without_phantoms(found)

    assert clean.objects.names() == ["dog", "person", "tie"]
    np.testing.assert_array_equal(clean.faces.boxes_xyxy, [FACE])
    assert clean.embeddings is not None
    assert clean.embeddings.vectors[0, 0] == pytest.approx(0.9)
    assert clean.crops == (b"true",)


def test_a_frame_without_phantoms_is_the_same() -> None:
    found = Findings(0, Fraction(0), Detections.empty(COCO_80), Faces.empty(), None)
    described = replace(found, embeddings=Embeddings(np.empty((0, 0), np.float32), "x"))

    assert without_phantoms(found) is found
    assert without_phantoms(described) is described
