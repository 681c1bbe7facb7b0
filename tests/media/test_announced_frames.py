"""Frames that a Matroska file announces and does not hold are counted as corrupt."""

from pathlib import Path

import pytest

from playbill.media.video import SampledVideo
from tests.support.clips import numbered_clip


def coverage(path: Path) -> tuple[int, int, int]:
    with SampledVideo.open(path, every=10) as video:
        for _ in video:
            pass
        found = video.coverage
    return found.expected, found.analysed, found.corrupt


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """240 frames, so 24 of them are to be analysed."""
    return numbered_clip(tmp_path / "clip.mkv", frames=240, options={"g": "30"})


def test_a_whole_file_lacks_nothing(clip: Path) -> None:
    assert coverage(clip) == (24, 24, 0)


def test_a_file_that_is_cut_off_lacks_what_was_behind_the_cut(clip: Path) -> None:
    whole = clip.read_bytes()
    clip.write_bytes(whole[: len(whole) // 2])

    expected, analysed, corrupt = coverage(clip)

    assert expected == 24
    assert 10 <= analysed <= 13
    assert corrupt == expected - analysed


def test_a_hole_in_the_middle_is_counted(clip: Path) -> None:
    holed = bytearray(clip.read_bytes())
    middle = len(holed) // 2
    holed[middle : middle + len(holed) // 8] = bytes(len(holed) // 8)
    clip.write_bytes(holed)

    expected, _, corrupt = coverage(clip)

    assert expected == 24
    assert corrupt >= 3


def test_a_variable_frame_rate_says_nothing_of_missing_frames(tmp_path: Path) -> None:
    clip = numbered_clip(tmp_path / "vfr.mkv", frames=60, durations=(1, 3))

    assert coverage(clip)[2] == 0
