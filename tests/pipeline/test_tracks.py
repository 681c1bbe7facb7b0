"""Faces linked through a shot: who they look like, where they are, and who else is there."""

from collections.abc import Sequence

import numpy as np
import pytest

from playbill.core.embeddings import Embeddings
from playbill.core.metadata import Box
from playbill.pipeline.likeness import Alike
from playbill.pipeline.tracks import FaceRef, SeenPeople, link_faces
from tests.support.analyses import faces
from tests.support.fakes import SPACE, looks

HERE, THERE = (0.0, 0.0, 40.0, 40.0), (100.0, 0.0, 140.0, 40.0)
FAR = (400.0, 0.0, 440.0, 40.0)
ALIKE = Alike(sure=0.45, likely=0.2)
FRONT, PROFILE, NOBODY = (0.95, 0.0), (0.3, 0.9), (0.0, 0.0)
ADA, CHARLES = (0.95, 0.0), (0.0, 0.95)
Face = tuple[Box, Sequence[float]]


def seen(
    *people: Face, bodies: Sequence[Box] | None = None, others: Sequence[Box] = ()
) -> SeenPeople:
    """A frame: where each face is and whom it looks like; bodies where they are others' boxes."""
    boxes = faces(*[box for box, _ in people]).boxes_xyxy
    points = looks(*[look for _, look in people]) if people else Embeddings(_NOTHING, SPACE)
    owned = faces(*bodies).boxes_xyxy if bodies is not None else boxes
    return SeenPeople(boxes, points.vectors, owned, faces(*others).boxes_xyxy)


_NOTHING = np.empty((0, 0), np.float32)


def tracks(*frames: SeenPeople, alike: Alike = ALIKE) -> list[list[tuple[int, int]]]:
    return [[(face.frame, face.row) for face in track] for track in link_faces(frames, alike)]


def test_no_faces_are_no_tracks() -> None:
    assert tracks() == []
    assert tracks(seen(), seen()) == []


def test_people_who_change_places_keep_their_tracks() -> None:
    linked = tracks(seen((HERE, ADA), (THERE, CHARLES)), seen((HERE, CHARLES), (THERE, ADA)))

    assert linked == [[(0, 0), (1, 1)], [(0, 1), (1, 0)]]


def test_likeness_counts_less_where_the_face_stays_in_place() -> None:
    nearby = seen((HERE, PROFILE))
    elsewhere = seen((FAR, PROFILE), others=[THERE])

    assert tracks(seen((HERE, FRONT)), nearby) == [[(0, 0), (1, 0)]]
    assert tracks(seen((HERE, FRONT), others=[THERE]), elsewhere) == [[(0, 0)], [(1, 0)]]


def test_two_likenesses_in_one_frame_are_two_tracks() -> None:
    assert tracks(seen((HERE, ADA), (THERE, ADA))) == [[(0, 0)], [(0, 1)]]


def test_all_links_together_are_the_best_not_the_first_one() -> None:
    """Ada's twin is likest to Ada, and Ada goes on only if her twin goes on as herself."""
    ada, twin = (0.9, 0.1), (0.85, 0.5)
    later_ada, later_twin = (0.86, 0.45), (0.5, 0.85)

    linked = tracks(
        seen((HERE, ada), (THERE, twin)),
        seen((FAR, later_ada), ((500, 0, 540, 40), later_twin)),
        alike=Alike(sure=0.75, likely=0.2),
    )

    assert linked == [[(0, 0), (1, 0)], [(0, 1), (1, 1)]]


def test_a_face_that_turns_is_one_track_where_the_body_stays() -> None:
    """The heads lie apart, the bodies do not: somebody bows."""
    upright, bowed = (100.0, 0.0, 140.0, 40.0), (150.0, 60.0, 190.0, 100.0)
    body, lower = (80.0, 0.0, 200.0, 300.0), (80.0, 50.0, 210.0, 300.0)
    bystander = (600.0, 0.0, 700.0, 300.0)
    one = seen((upright, FRONT), bodies=[body], others=[bystander])
    two = seen((bowed, PROFILE), bodies=[lower], others=[bystander])

    assert tracks(one, two) == [[(0, 0), (1, 0)]]


def test_a_face_of_a_third_of_the_size_is_somebody_else_though_the_bodies_overlap() -> None:
    body = (80.0, 0.0, 300.0, 300.0)
    near, behind = (100.0, 0.0, 190.0, 90.0), (250.0, 20.0, 278.0, 48.0)
    one, two = seen((near, FRONT), bodies=[body]), seen((behind, PROFILE), bodies=[body])

    assert tracks(one, two) == [[(0, 0)], [(1, 0)]]


def test_whoever_is_alone_in_the_picture_is_one_person_though_they_move_and_turn() -> None:
    assert tracks(seen((HERE, FRONT)), seen((FAR, PROFILE))) == [[(0, 0), (1, 0)]]


@pytest.mark.parametrize("empty", [1, 2])
def test_alone_says_nothing_when_nobody_was_seen_for_long(empty: int) -> None:
    linked = tracks(seen((HERE, FRONT)), *[seen()] * empty, seen((FAR, PROFILE)))

    assert (len(linked) == 1) == (empty < 2)


def test_somebody_quite_unlike_is_another_person_though_alone_and_in_place() -> None:
    assert len(tracks(seen((HERE, ADA)), seen((HERE, CHARLES)))) == 2


def test_a_face_comes_back_after_any_time_if_it_is_surely_the_same() -> None:
    linked = tracks(seen((HERE, ADA)), *[seen()] * 9, seen((FAR, ADA)))

    assert linked == [[(0, 0), (10, 0)]]


def test_one_moving_person_whose_looks_change_back_and_forth_is_one_track() -> None:
    """The looks of every other frame are those of one half, as a singer's who turns."""
    left, right = (0.8, 0.6), (0.6, -0.8)
    shot = [seen(((60.0 * i, 0.0, 60.0 * i + 50, 60.0), (left, right)[i % 2])) for i in range(6)]

    assert tracks(*shot, alike=Alike(sure=0.5, likely=-0.1)) == [[(i, 0) for i in range(6)]]


def test_where_two_could_be_meant_place_says_nothing() -> None:
    """Ada goes; of the two who stand where she stood, one has no face yet: it may be her."""
    wide = (0.0, 0.0, 100.0, 200.0)
    before = seen((HERE, FRONT), bodies=[wide])
    face = (60.0, 0.0, 100.0, 40.0)
    alone = seen((face, PROFILE), bodies=[(50.0, 0.0, 150.0, 200.0)])
    contested = seen(
        (face, PROFILE), bodies=[(50.0, 0.0, 150.0, 200.0)], others=[(10.0, 0.0, 110.0, 200.0)]
    )

    assert len(tracks(before, alone)) == 1
    assert len(tracks(before, contested)) == 2


def test_a_neighbour_who_is_in_both_frames_is_no_rival() -> None:
    wide, shifted = (0.0, 0.0, 100.0, 200.0), (40.0, 0.0, 140.0, 200.0)
    charles, his = (104.0, 0.0, 144.0, 40.0), (60.0, 0.0, 180.0, 200.0)
    before = seen((HERE, FRONT), (charles, CHARLES), bodies=[wide, his])
    face = (60.0, 0.0, 100.0, 40.0)
    after = seen((face, (0.3, 0.1)), (charles, CHARLES), bodies=[shifted, his])

    assert tracks(before, after) == [[(0, 0), (1, 0)], [(0, 1), (1, 1)]]


def test_more_pieces_than_are_compared_at_once_still_become_tracks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("playbill.pipeline.tracks.TOGETHER", 3)
    shot = [one for i in range(4) for one in (seen((HERE, ADA)), *[seen()] * 3)]

    assert tracks(*shot) == [[(0, 0), (4, 0), (8, 0), (12, 0)]]


def test_faces_are_ordered_by_time_and_row() -> None:
    assert FaceRef(0, 5) < FaceRef(1, 0) < FaceRef(1, 1)
