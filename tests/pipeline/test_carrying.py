"""Bodies without a face that go on with a track, and those that do not."""

from collections.abc import Sequence

import numpy as np
import pytest

from playbill.core.metadata import Box
from playbill.pipeline.carrying import FURTHEST, ShownPeople, carry

BODY = (0.0, 0.0, 100.0, 300.0)
NEAR = (20.0, 0.0, 120.0, 300.0)
FAR = (400.0, 0.0, 500.0, 300.0)
AWAY = (800.0, 0.0, 900.0, 300.0)


def shown(*people: tuple[Box, int | None]) -> ShownPeople:
    boxes = np.array([box for box, _ in people], np.float32).reshape(-1, 4)
    return ShownPeople(boxes, tuple(track for _, track in people))


def ada(box: Box) -> tuple[Box, int | None]:
    return (box, 0)


def charles(box: Box) -> tuple[Box, int | None]:
    return (box, 1)


def turned(box: Box) -> tuple[Box, int | None]:
    return (box, None)


def carried(*frames: ShownPeople) -> list[dict[int, int]]:
    forward = carry(frames)
    assert carry(frames[::-1]) == forward[::-1], "time has no direction"
    return forward


def test_no_frames_and_nobody_carry_nothing() -> None:
    assert carried() == []
    assert carried(shown(), shown()) == [{}, {}]
    assert carried(shown(turned(BODY)), shown(turned(BODY))) == [{}, {}]


def test_a_body_goes_on_with_the_name_of_its_face() -> None:
    assert carried(shown(ada(BODY)), shown(charles(FAR), turned(NEAR))) == [{}, {1: 0}]


@pytest.mark.parametrize("looks", range(1, FURTHEST + 3))
def test_for_a_few_looks_only(looks: int) -> None:
    frames = [shown(ada(BODY), charles(FAR)), *[shown(turned(NEAR), charles(FAR))] * looks]

    held = sum(1 for rows in carried(*frames) if rows)

    assert held == min(looks, FURTHEST)


def test_for_as_long_as_it_takes_where_the_face_comes_back() -> None:
    away = [shown(turned(BODY), charles(FAR))] * (2 * FURTHEST + 2)
    seen = shown(ada(BODY), charles(FAR))

    assert carried(seen, *away, seen) == [{}, *[{0: 0}] * len(away), {}]


def test_a_body_in_which_somebody_else_comes_back_is_nobody_s_between() -> None:
    away = [shown(turned(BODY), turned(AWAY))] * 7

    rows = carried(shown(ada(BODY), turned(AWAY)), *away, shown(charles(BODY), turned(AWAY)))

    assert rows == [{}] * 9


def test_a_body_elsewhere_is_somebody_else() -> None:
    assert carried(shown(ada(BODY), charles(AWAY)), shown(turned(FAR), charles(AWAY)))[1] == {}


def test_a_face_that_is_seen_elsewhere_leaves_no_name_behind() -> None:
    assert carried(shown(ada(BODY)), shown(ada(FAR), turned(NEAR)))[1] == {}


def test_of_two_bodies_where_one_stood_neither_is_named() -> None:
    other = (-10.0, 0.0, 90.0, 300.0)

    assert carried(shown(ada(BODY)), shown(turned(NEAR), turned(other)))[1] == {}


def test_of_two_who_stood_where_one_stands_neither_is_meant() -> None:
    before = shown(ada(BODY), charles((40.0, 0.0, 140.0, 300.0)))

    assert carried(before, shown(turned(NEAR)))[1] == {}


def test_whoever_stood_there_without_a_face_may_be_meant_too() -> None:
    before = shown(ada(BODY), turned((40.0, 0.0, 140.0, 300.0)))

    assert carried(before, shown(turned(NEAR)))[1] == {}


def test_somebody_at_half_way_is_who_moves() -> None:
    """No body overlaps the next one by half."""
    steps = [(60.0 * i, 0.0, 60.0 * i + 100, 300.0) for i in range(3)]

    rows = carried(
        *[shown((box, None if i == 1 else 0), charles(AWAY)) for i, box in enumerate(steps)]
    )

    assert rows == [{}, {0: 0}, {}]


def test_the_only_person_in_the_picture_may_move_further() -> None:
    step = (80.0, 0.0, 180.0, 300.0)

    assert carried(shown(ada(BODY)), shown(turned(step)))[1] == {0: 0}
    assert carried(shown(ada(BODY)), shown(turned(step), charles(AWAY)))[1] == {}
    assert carried(shown(ada(BODY)), shown(turned(FAR)))[1] == {}


def test_a_child_where_a_man_stood_is_somebody_else() -> None:
    child = (0.0, 130.0, 100.0, 300.0)

    assert carried(shown(ada(BODY)), shown(turned(child)))[1] == {}


def test_another_view_of_somebody_whose_face_is_seen_is_nobody_else() -> None:
    before = shown(ada(BODY), charles(AWAY))
    after = shown(turned(NEAR), charles((10.0, 0.0, 110.0, 300.0)))

    assert carried(before, after)[1] == {}


@pytest.mark.parametrize("seed", range(20))
def test_nobody_is_twice_in_a_frame(seed: int) -> None:
    random = np.random.default_rng(seed)

    def people() -> ShownPeople:
        lefts = random.integers(0, 30, 5) * 10.0
        tracks: Sequence[int | None] = [
            int(track) if random.random() < 0.5 else None for track in random.permutation(5)
        ]
        return shown(*[((x, 0.0, x + 100, 300.0), t) for x, t in zip(lefts, tracks, strict=True)])

    frames = [people() for _ in range(12)]

    for frame, rows in zip(frames, carried(*frames), strict=True):
        everybody = [track for track in frame.tracks if track is not None] + list(rows.values())
        assert len(set(everybody)) == len(everybody)
        assert all(frame.tracks[row] is None for row in rows)
