"""The conflict rule."""

from collections.abc import Sequence

from playbill.core.detections import Detections
from playbill.core.faces import Faces
from playbill.core.labels import COCO_80
from playbill.core.metadata import Thing
from playbill.core.people import Match
from playbill.pipeline.people import resolve_people
from tests.support.analyses import ADA, CHARLES, detections, faces

HER = Match(ADA, 0.9)
HIM = Match(CHARLES, 0.8)
NOBODY = Match(None, 0.2)


def merge(objects: Detections, seen: Faces, matches: Sequence[Match | None]) -> tuple[Thing, ...]:
    return resolve_people(objects, seen, matches).things


def summary(things: object) -> list[tuple[str, str | None, bool]]:
    return [(t.label, t.name, t.face is not None) for t in things]  # type: ignore[attr-defined]


def test_nothing_found_is_nothing_seen() -> None:
    assert merge(Detections.empty(COCO_80), Faces.empty(), []) == ()


def test_a_person_box_with_a_recognised_face_keeps_the_name_of_the_face() -> None:
    bodies = detections(("person", (100, 50, 200, 400)), ("dog", (300, 300, 400, 400)))

    merged = merge(bodies, faces((130, 60, 170, 110)), [HER])

    assert summary(merged) == [("person", "Ada Lovelace", True), ("dog", None, False)]
    assert merged[0].box_xyxy == (100, 50, 200, 400)
    assert merged[0].face is not None
    assert merged[0].face.box_xyxy == (130, 60, 170, 110)


def test_a_face_without_a_body_is_a_person_of_its_own() -> None:
    merged = merge(Detections.empty(COCO_80), faces((130, 60, 170, 110)), [NOBODY])

    assert summary(merged) == [("person", None, True)]
    assert merged[0].box_xyxy == (130, 60, 170, 110)
    assert merged[0].score == merged[0].face.score  # type: ignore[union-attr]


def test_a_body_without_a_face_stays_a_person_without_a_name() -> None:
    merged = merge(detections(("person", (0, 0, 10, 10))), Faces.empty(), [])

    assert summary(merged) == [("person", None, False)]


def test_of_two_faces_that_claim_one_body_the_better_overlap_wins() -> None:
    body = detections(("person", (100, 50, 200, 400)))
    half_outside, inside = (70.0, 60.0, 120.0, 110.0), (130.0, 60.0, 170.0, 110.0)

    merged = merge(body, faces(half_outside, inside), [HIM, HER])

    assert summary(merged) == [
        ("person", "Ada Lovelace", True),
        ("person", "Charles Babbage", True),
    ]
    assert merged[1].box_xyxy == half_outside


def test_of_two_faces_inside_one_body_the_larger_wins() -> None:
    body = detections(("person", (100, 50, 200, 400)))
    small, large = (110.0, 60.0, 120.0, 70.0), (130.0, 60.0, 180.0, 120.0)

    merged = merge(body, faces(small, large), [HIM, HER])

    assert summary(merged)[0] == ("person", "Ada Lovelace", True)


def test_two_bodies_that_both_hold_two_faces_share_them_out() -> None:
    bodies = detections(("person", (0, 0, 200, 400)), ("person", (100, 0, 300, 400)))
    two = faces((120, 20, 150, 60), (220, 20, 250, 60))

    merged = merge(bodies, two, [HIM, HER])

    assert {thing.name for thing in merged} == {"Ada Lovelace", "Charles Babbage"}
    assert len(merged) == 2


def test_a_face_at_the_feet_of_a_body_is_somebody_else() -> None:
    body = detections(("person", (100, 50, 200, 400)))

    merged = merge(body, faces((130, 340, 170, 390)), [HER])

    assert summary(merged) == [("person", None, False), ("person", "Ada Lovelace", True)]


def test_a_face_inside_a_dog_is_a_person_all_the_same() -> None:
    dog = detections(("dog", (100, 50, 200, 400)))

    merged = merge(dog, faces((130, 60, 170, 110)), [HER])

    assert summary(merged) == [("dog", None, False), ("person", "Ada Lovelace", True)]


def test_a_close_up_whose_face_reaches_far_down_is_one_person() -> None:
    bust = detections(("person", (100, 50, 400, 400)))

    merged = merge(bust, faces((150, 160, 350, 400)), [HER])

    assert summary(merged) == [("person", "Ada Lovelace", True)]


def test_each_face_knows_the_person_it_became() -> None:
    things = detections(("dog", (300, 300, 400, 400)), ("person", (100, 50, 200, 400)))
    alone, inside = (500.0, 60.0, 540.0, 110.0), (130.0, 60.0, 170.0, 110.0)

    resolved = resolve_people(things, faces(alone, inside), [HIM, HER])

    assert resolved.thing_of_face == (2, 1)
    assert [resolved.things[place].match for place in resolved.thing_of_face] == [HIM, HER]
