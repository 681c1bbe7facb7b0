"""A medium as a whole: names and numbers over its shots, and bodies that carry them."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from playbill.core.embeddings import Embeddings
from playbill.core.metadata import Box
from playbill.pipeline.findings import Findings
from playbill.pipeline.likeness import Alike
from playbill.pipeline.settle import Settled, settle
from tests.support.analyses import ADA, CHARLES, detections, faces
from tests.support.fakes import SPACE, AxisRecogniser, looks

BODY, FACE = (0.0, 0.0, 100.0, 300.0), (30.0, 10.0, 70.0, 60.0)
BODY_2, FACE_2 = (300.0, 0.0, 400.0, 300.0), (330.0, 10.0, 370.0, 60.0)
LIKE_ADA, LIKE_CHARLES, STRANGE = (0.95, 0.0, 0.0), (0.0, 0.95, 0.0), (0.0, 0.0, 0.95)
CAST = AxisRecogniser((ADA, CHARLES))


def frame(
    index: int, bodies: Sequence[Box], *seen: tuple[Box, Sequence[float]], described: bool = True
) -> Findings:
    points = (
        looks(*[look for _, look in seen])
        if seen
        else Embeddings(np.empty((0, 0), np.float32), SPACE)
    )
    return Findings(
        index,
        Fraction(index, 30),
        detections(*[("person", body) for body in bodies]),
        faces(*[box for box, _ in seen]),
        points if described else None,
    )


def settled(*frames: Findings, cuts: Sequence[int] = (), named: bool = True) -> Settled:
    described = frames[0].embeddings is not None
    return settle(
        frames,
        [Fraction(cut, 30) for cut in cuts],
        CAST if named else None,
        described=described,
        alike=Alike(sure=0.5, likely=0.2, same=0.6),
    )


def people(found: Settled) -> list[list[tuple[str | int | None, bool]]]:
    """Who is in each frame, and whether by face."""
    return [
        [(thing.name or thing.unknown, thing.face is not None) for thing in one.things]
        for one in found.frames
    ]


def test_a_name_goes_on_in_the_body_where_the_face_turns_away() -> None:
    found = settled(
        frame(0, [BODY], (FACE, LIKE_ADA)), frame(30, [BODY]), frame(60, [BODY], (FACE, LIKE_ADA))
    )

    assert people(found) == [
        [("Ada Lovelace", True)],
        [("Ada Lovelace", False)],
        [("Ada Lovelace", True)],
    ]
    (track,) = found.tracks
    assert [face.frame_index for face in track.faces] == [0, 60]
    assert [(body.frame_index, body.thing) for body in track.bodies] == [(30, 0)]
    assert found.track_of_thing == ({0: 0}, {0: 0}, {0: 0})
    carried = found.frames[1].things[0]
    assert carried.match == track.match
    assert carried.face is None


def test_no_name_goes_on_across_a_cut() -> None:
    found = settled(frame(0, [BODY], (FACE, LIKE_ADA)), frame(30, [BODY]), cuts=[30])

    assert people(found) == [[("Ada Lovelace", True)], [(None, False)]]


def test_people_without_a_name_are_told_apart_over_the_shots_and_named_ones_not_counted() -> None:
    found = settled(
        frame(0, [], (FACE, LIKE_ADA), (FACE_2, STRANGE)),
        frame(30, [], (FACE_2, (0.0, 0.0, 0.0))),
        frame(60, [BODY], (FACE_2, STRANGE)),
        cuts=[30, 60],
    )

    assert people(found) == [
        [("Ada Lovelace", True), (1, True)],
        [(2, True)],
        [(None, False), (1, True)],
    ]
    assert [track.unknown for track in found.tracks] == [None, 1, 2, 1]


def test_a_number_goes_on_in_the_body_too() -> None:
    found = settled(frame(0, [BODY], (FACE, STRANGE)), frame(30, [BODY]), named=False)

    assert people(found) == [[(1, True)], [(1, False)]]
    assert found.frames[1].things[0].match is None


def test_the_tracks_of_later_shots_have_numbers_of_their_own() -> None:
    found = settled(
        frame(0, [], (FACE, LIKE_ADA)), frame(30, [], (FACE_2, LIKE_CHARLES)), cuts=[30]
    )

    assert found.track_of_thing == ({0: 0}, {0: 1})
    assert [track.shot for track in found.tracks] == [0, 1]


def test_phantoms_are_gone_before_anybody_is_followed() -> None:
    again = (2.0, 0.0, 100.0, 300.0)
    found = settled(frame(0, [BODY, again], (FACE, LIKE_ADA)))

    assert people(found) == [[("Ada Lovelace", True)]]


def test_the_faces_of_a_picture_are_numbered_from_left_to_right_though_nobody_described_them() -> (
    None
):
    picture = frame(0, [BODY], (FACE_2, STRANGE), (FACE, STRANGE), described=False)

    assert people(settled(picture)) == [[(1, True), (2, True)]]


def test_a_video_that_nobody_described_has_nobody_told_apart() -> None:
    looks_ = [frame(i, [BODY], (FACE, STRANGE), described=False) for i in (0, 30)]

    assert people(settled(*looks_)) == [[(None, True)], [(None, True)]]


def test_nothing_analysed_is_nothing_settled() -> None:
    nothing = settle([], [], None, described=True, alike=Alike())

    assert nothing == Settled((), (), ())
