from fractions import Fraction

import numpy as np
import pytest

from playbill.media.frame_index import FrameIndex
from playbill.media.packets import NO_PTS, PacketScan


def scan(pts: list[int], *, codec: str = "h264", container: str = "mov") -> PacketScan:
    """A stream whose first packet alone is an entry point."""
    return PacketScan(
        container=container,
        codec=codec,
        timed=True,
        time_base=Fraction(1, 25),
        frame_rate=Fraction(25),
        pts=np.array(pts, np.int64),
        entry=np.arange(len(pts)) == 0,
        shown=np.ones(len(pts), np.bool_),
        end_pts=max(pts) + 1,
        halved=False,
        lost=0,
    )


def test_frames_are_counted_in_presentation_order() -> None:
    frames = FrameIndex.of(scan([10, 14, 12, 11, 13]), 10)

    assert frames.position.tolist() == [0, 3, 2, 4, 1]
    assert [frames.index_of(pts) for pts in (10, 11, 14, 15, 9)] == [0, 1, 4, None, None]
    assert frames.time_s(3) == Fraction(3, 25)


def test_what_no_decoder_gives_is_no_frame() -> None:
    """The pictures at 8 and 9 lead the first entry point of a broadcast that was cut."""
    frames = FrameIndex.of(scan([10, 8, 9, 11], container="mpegts"), 10)

    assert frames.pts.tolist() == [10, 11]


def test_fields_are_found_out_by_trial() -> None:
    """Each frame is two packets, and a decoder gives one frame for both."""
    frames = FrameIndex.of(scan([0, 1, 2, 3, 4, 5, 6, 7]), 0)

    assert frames.holds_for([0, 1, 2, 3])
    assert not frames.holds_for([0, 2, 4, 6])
    assert not frames.holds_for([0, None])


@pytest.mark.parametrize(
    ("pts", "ordered"),
    [
        ([0, 4, 2, 1, 3], True),
        ([0, 4, 2, NO_PTS, 3], False),
        ([0, 1, 2, 2], False),
        ([*range(100, 200), *range(100)], False),
    ],
    ids=["reordered", "a time is missing", "a time comes twice", "times jump back"],
)
def test_times_are_trusted_only_where_they_make_sense(pts: list[int], ordered: bool) -> None:
    assert scan(pts).has_presentation_order() == ordered


@pytest.mark.parametrize(("codec", "spoilt"), [("mpeg2video", {0, 1, 2}), ("h264", set())])
def test_holes_spoil_what_is_beside_them(codec: str, spoilt: set[int]) -> None:
    stream = scan([0, 1, 2, 3, 9, 10], codec=codec)

    assert FrameIndex.of(stream, 0).groups_beside_holes(stream) == spoilt - {0}
