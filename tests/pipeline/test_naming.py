"""The names of tracks."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest

from playbill.core.detections import Detections
from playbill.core.embeddings import Embeddings
from playbill.core.labels import COCO_80
from playbill.pipeline.findings import Findings
from playbill.pipeline.likeness import Alike
from playbill.pipeline.naming import name_faces
from tests.support.analyses import ADA, CHARLES, faces
from tests.support.fakes import AxisRecogniser, looks

HERE, THERE = (0.0, 0.0, 40.0, 40.0), (100.0, 0.0, 140.0, 40.0)
CAST = AxisRecogniser((ADA, CHARLES))
ALIKE = Alike(sure=0.45, likely=0.2)
NO_LOOKS = Embeddings(np.empty((0, 0), np.float32), CAST.space)


def frame(index: int, *seen: tuple[tuple[float, float, float, float], Sequence[float]]) -> Findings:
    """A frame with faces: where each is, and how much it looks like Ada and Charles."""
    boxes, likeness = [box for box, _ in seen], [look for _, look in seen]
    return Findings(
        index,
        Fraction(index),
        Detections.empty(COCO_80),
        faces(*boxes),
        looks(*likeness) if likeness else NO_LOOKS,
    )


def names(*shot: Findings) -> list[list[str | None]]:
    return [
        [match.person.name if match and match.person else None for match in row]
        for row in name_faces(shot, CAST, ALIKE).matches
    ]


def test_a_shot_without_faces_has_no_names() -> None:
    assert names(frame(0)) == [[]]


def test_frames_without_faces_do_not_end_a_track() -> None:
    seen = (HERE, (0.9, 0.1))

    assert names(frame(0, seen), frame(1), frame(2, seen)) == [
        ["Ada Lovelace"],
        [],
        ["Ada Lovelace"],
    ]


def test_a_face_that_looks_like_somebody_is_named() -> None:
    assert names(frame(0, (HERE, (0.9, 0.1)))) == [["Ada Lovelace"]]


def test_a_stranger_is_not_named() -> None:
    assert names(frame(0, (HERE, (0.3, 0.3)))) == [[None]]


def test_one_blurred_face_does_not_change_the_name_of_its_track() -> None:
    clear, blurred = (HERE, (0.95, 0.0)), (HERE, (0.4, 0.55))

    assert names(frame(0, clear), frame(1, blurred), frame(2, clear)) == [["Ada Lovelace"]] * 3


def test_small_faces_have_less_of_a_say() -> None:
    large, small = ((0.0, 0.0, 200.0, 200.0), (0.8, 0.4)), ((0.0, 0.0, 10.0, 10.0), (0.4, 0.8))

    assert names(frame(0, large), frame(1, small)) == [["Ada Lovelace"]] * 2
    assert names(frame(0, small), frame(1, small), frame(2, large)) == [["Ada Lovelace"]] * 3


def test_many_faces_need_to_be_surer_than_one() -> None:
    hardly = (HERE, (0.6, 0.0))

    assert names(frame(0, hardly)) == [["Ada Lovelace"]]
    assert names(*[frame(i, hardly) for i in range(4)]) == [[None]] * 4


def test_two_faces_in_one_frame_are_never_the_same_person() -> None:
    shot = frame(0, (HERE, (0.9, 0.0)), (THERE, (0.8, 0.1)))

    assert names(shot) == [["Ada Lovelace", None]]


def test_the_loser_of_a_name_may_be_somebody_else_whom_it_resembles() -> None:
    shot = frame(0, (HERE, (0.95, 0.0)), (THERE, (0.75, 0.6)))

    assert names(shot) == [["Ada Lovelace", "Charles Babbage"]]


def test_a_match_carries_the_score_of_its_own_face() -> None:
    shot = [frame(0, (HERE, (0.9, 0.0))), frame(1, (HERE, (0.6, 0.0)))]

    scores = [row[0].score for row in name_faces(shot, CAST, ALIKE).matches if row[0]]

    assert scores == pytest.approx([0.9, 0.6], abs=1e-3)


def test_faces_that_nobody_described_are_the_caller_s_bug() -> None:
    bare = Findings(7, Fraction(7), Detections.empty(COCO_80), faces(HERE), None)

    with pytest.raises(ValueError, match="frame 7 have no embeddings"):
        name_faces([bare], CAST, ALIKE)


def test_tracks_that_never_meet_and_have_one_name_are_one_track() -> None:
    one, other = (HERE, (0.8, 0.0, 0.6)), (THERE, (0.8, 0.0, -0.6))
    shot = [frame(0, one), frame(1), frame(2), frame(3), frame(4, other)]

    named = name_faces(shot, CAST, Alike(sure=0.9))

    assert [[face.frame for face in track] for track in named.tracks] == [[0, 4]]
    assert named.answers[0] is not None
    assert named.answers[0].person == ADA
    assert named.answers[0].score > 0.9


def maybes(*shot: Findings) -> list[list[list[tuple[str, float]]]]:
    """Whom each face may show, and how likely."""
    return [
        [
            [(one.person.name, round(one.probability, 2)) for one in match.candidates]
            if match
            else []
            for match in row
        ]
        for row in name_faces(shot, CAST, ALIKE).matches
    ]


def test_whoever_is_likely_and_not_named_is_a_candidate_the_likeliest_first() -> None:
    shot = frame(0, (HERE, (0.2, 0.4)))

    assert names(shot) == [[None]]
    assert maybes(shot) == [[[("Charles Babbage", 0.57), ("Ada Lovelace", 0.29)]]]


def test_somebody_with_a_name_has_no_candidates() -> None:
    assert maybes(frame(0, (HERE, (0.9, 0.3)))) == [[[]]]


def test_nobody_is_a_candidate_who_is_named_in_the_same_frame() -> None:
    shot = frame(0, (HERE, (0.9, 0.0)), (THERE, (0.4, 0.1)))

    assert names(shot) == [["Ada Lovelace", None]]
    assert maybes(shot) == [[[], [("Charles Babbage", 0.17)]]]


def test_whoever_is_unlikely_is_no_candidate() -> None:
    assert maybes(frame(0, (HERE, (0.4, 0.01)))) == [[[("Ada Lovelace", 0.78)]]]
