"""Faces of two runs go together by where and when they are."""

from hypothesis import given
from hypothesis import strategies as st

from playbill.archive.same_faces import PlacedFace, companions, same_tracks
from playbill.core.metadata import Box

LEFT: Box = (10, 10, 50, 50)
RIGHT: Box = (200, 10, 240, 50)
GAP = 500


def faces(track: int, box: Box, *times: int) -> list[PlacedFace]:
    return [PlacedFace(track, time, box) for time in times]


def linked(new: list[PlacedFace], old: list[PlacedFace], *cuts: int) -> dict[int, int]:
    return same_tracks(new, old, cuts_us=cuts, max_gap_us=GAP)


def test_faces_in_the_same_place_at_the_same_time_are_the_same() -> None:
    new = faces(7, (12, 11, 52, 52), 0, 1000) + faces(8, RIGHT, 0)
    old = faces(1, RIGHT, 0) + faces(2, LEFT, 0, 1000)

    assert linked(new, old) == {7: 2, 8: 1}


def test_faces_that_overlap_little_or_lie_apart_in_time_are_not() -> None:
    assert linked(faces(7, (40, 10, 80, 50), 0), faces(1, LEFT, 0)) == {}
    assert linked(faces(7, LEFT, 0), faces(1, LEFT, GAP + 1)) == {}
    assert linked(faces(7, LEFT, 0), faces(1, LEFT, GAP)) == {7: 1}


def test_a_cut_parts_what_lies_close() -> None:
    assert linked(faces(7, LEFT, 100), faces(1, LEFT, 0), 100) == {}
    assert linked(faces(7, LEFT, 100), faces(1, LEFT, 0), 101) == {7: 1}


def test_the_nearest_frame_counts() -> None:
    old = faces(1, LEFT, 0) + faces(2, LEFT, 400)

    assert linked(faces(7, LEFT, 150), old) == {7: 1}
    assert linked(faces(7, LEFT, 250), old) == {7: 2}


def test_a_track_is_what_most_of_its_faces_are() -> None:
    old = faces(1, LEFT, 0, 1000, 2000) + faces(2, LEFT, 3000)

    assert linked(faces(7, LEFT, 0, 1000, 2000, 3000), old) == {7: 1}
    half = faces(1, LEFT, 0, 1000) + faces(2, LEFT, 2000, 3000)
    assert linked(faces(7, LEFT, 0, 1000, 2000, 3000), half) == {}


def test_faces_that_go_with_none_have_no_vote() -> None:
    new = faces(7, LEFT, *range(0, 20_000, 1000))

    assert linked(new, faces(1, LEFT, 3000)) == {7: 1}


def test_two_tracks_that_meet_are_not_both_one_old_track() -> None:
    old = faces(1, LEFT, 0, 1000) + faces(1, RIGHT, 2000)
    new = faces(7, LEFT, 0, 1000, 2000) + faces(8, RIGHT, 0, 2000)

    assert linked(new, old) == {7: 1}


def test_two_tracks_that_do_not_meet_may_be_one_old_track() -> None:
    old = faces(1, LEFT, 0, 1000, 2000)

    assert linked(faces(7, LEFT, 0) + faces(8, LEFT, 1000, 2000), old) == {7: 1, 8: 1}


def test_nothing_goes_with_nothing() -> None:
    assert linked([], []) == linked(faces(1, LEFT, 0), []) == linked([], faces(1, LEFT, 0)) == {}


def test_the_best_overlap_goes_first() -> None:
    old = faces(1, (10, 10, 50, 50), 0) + faces(2, (14, 10, 54, 50), 0)
    new = faces(7, (13, 10, 53, 50), 0) + faces(8, (9, 10, 49, 50), 0)

    assert companions(new, old, cuts_us=(), max_gap_us=0) == {0: 1, 1: 0}


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 5)),
        unique=True,
        max_size=20,
    )
)
def test_a_run_is_the_same_as_itself(seen: list[tuple[int, int]]) -> None:
    """Whatever was seen where, as long as nobody is in two places at once."""
    run = [
        PlacedFace(track, 1000 * frame, (100.0 * track, 0, 100.0 * track + 50, 50))
        for track, frame in seen
    ]

    assert linked(run, run) == {track: track for track, _ in seen}
