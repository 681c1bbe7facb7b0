from fractions import Fraction

import pytest

from playbill.core.analysis import Analysis
from playbill.core.appearances import Appearance
from playbill.core.labels import COCO_80, PERSON
from playbill.core.metadata import FrameMetadata, Thing
from playbill.core.people import Person
from playbill.core.timespan import TimeSpan
from playbill.rendering.motion import Motion
from tests.support.analyses import ADA, CHARLES, analysis_of, person, span, thing


def seen(who: Person | None, start: float, end: float) -> Appearance:
    return Appearance("person", "person", PERSON, who, span(start, end), 2, 0.9)


def seen_object(label: str, start: float, end: float) -> Appearance:
    return Appearance("object", label, COCO_80.index(label), None, span(start, end), 2, 0.9)


def frame(second: int, *things: Thing) -> FrameMetadata:
    return FrameMetadata(second * 30, Fraction(second), things)


def boxes(analysis: Analysis, time_s: float) -> list[tuple[float, ...]]:
    return [thing.box_xyxy for thing in Motion(analysis).at(Fraction(str(time_s)))]


def test_analysed_frames_show_what_was_found_in_them() -> None:
    analysis = analysis_of(frame(0, person(ADA)), frame(1, thing("dog")))
    assert Motion(analysis).at(Fraction(1)) == (thing("dog"),)


def test_a_box_moves_straight_between_two_analysed_frames() -> None:
    analysis = analysis_of(
        frame(0, person(ADA, (0, 0, 100, 200), (10, 10, 50, 60))),
        frame(1, person(ADA, (100, 40, 200, 240), (110, 50, 150, 100))),
        appearances=(seen(ADA, 0, 2),),
    )
    (moving,) = Motion(analysis).at(Fraction(1, 4))
    assert moving.box_xyxy == (25, 10, 125, 210)
    assert moving.face is not None
    assert moving.face.box_xyxy == (35, 20, 75, 70)
    assert moving.name == "Ada Lovelace"


def test_no_box_moves_across_a_cut() -> None:
    analysis = analysis_of(
        frame(0, person(ADA, (0, 0, 100, 200), None)),
        frame(1, person(ADA, (300, 0, 400, 200), None)),
        appearances=(seen(ADA, 0, 0.4), seen(ADA, 0.4, 2)),
    )
    assert boxes(analysis, 0.39) == [(0, 0, 100, 200)]
    assert boxes(analysis, 0.4) == []
    assert boxes(analysis, 0.5) == [(300, 0, 400, 200)]


def test_what_one_frame_shows_alone_is_held_for_half_a_step_around_it() -> None:
    analysis = analysis_of(
        frame(0), frame(1, thing("dog")), frame(2), appearances=(seen_object("dog", 1, 2),)
    )
    assert [bool(boxes(analysis, time)) for time in (0.9, 1, 1.49, 1.5)] == [
        False,
        True,
        True,
        False,
    ]


def test_what_has_no_appearance_is_held_for_half_a_step_too() -> None:
    analysis = analysis_of(frame(0), frame(1, thing("dog")), frame(2, thing("dog")))
    assert [len(boxes(analysis, time)) for time in (0.49, 0.5, 1.2, 1.7, 2.4, 2.5)] == [
        0,
        1,
        1,
        1,
        1,
        0,
    ]


def test_unknown_people_are_followed_by_where_they_are() -> None:
    left, right = (0, 0, 100, 200), (300, 0, 400, 200)
    analysis = analysis_of(
        frame(0, person(None, left, None), person(None, right, None)),
        frame(1, person(None, (310, 0, 410, 200), None), person(None, (10, 0, 110, 200), None)),
        appearances=(seen(None, 0, 2),),
    )
    assert sorted(boxes(analysis, 0.5)) == [(5, 0, 105, 200), (305, 0, 405, 200)]


def test_things_far_apart_without_a_name_do_not_fly_across_the_picture() -> None:
    analysis = analysis_of(
        frame(0, thing("car", (0, 0, 50, 50))),
        frame(1, thing("car", (500, 0, 550, 50))),
        appearances=(seen_object("car", 0, 2),),
    )
    assert boxes(analysis, 0.25) == [(0, 0, 50, 50)]
    assert boxes(analysis, 0.75) == [(500, 0, 550, 50)]


def test_people_do_not_turn_into_each_other() -> None:
    analysis = analysis_of(
        frame(0, person(ADA, (0, 0, 100, 200))),
        frame(1, person(CHARLES, (0, 0, 100, 200))),
        appearances=(seen(ADA, 0, 1), seen(CHARLES, 1, 2)),
    )
    motion = Motion(analysis)
    assert [it.name for it in motion.at(Fraction(1, 4))] == ["Ada Lovelace"]
    assert [it.name for it in motion.at(Fraction(3, 4))] == []


@pytest.mark.parametrize("time_s", [0, 0.5, 100])
def test_a_video_without_analysed_frames_shows_nothing(time_s: float) -> None:
    assert boxes(analysis_of(), time_s) == []


def test_times_may_be_asked_for_in_any_order() -> None:
    analysis = analysis_of(
        frame(0, person(ADA, (0, 0, 10, 10))),
        frame(1, person(ADA, (10, 0, 20, 10))),
        frame(2, person(ADA, (20, 0, 30, 10))),
        appearances=(
            Appearance("person", "person", 0, ADA, TimeSpan(Fraction(0), Fraction(3)), 3, 1),
        ),
    )
    motion = Motion(analysis)
    there = [motion.at(Fraction(n, 10)) for n in range(30)]
    back = [motion.at(Fraction(n, 10)) for n in reversed(range(30))]
    assert there == back[::-1]
    assert [it[0].box_xyxy[0] for it in there[:20]] == pytest.approx(list(range(20)))
