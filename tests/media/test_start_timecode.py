"""The time code that a file itself begins with."""

from fractions import Fraction
from pathlib import Path

import pytest

from playbill.media.probe import probe
from tests.support.clips import numbered_clip

NTSC = Fraction(30000, 1001)


def clip(
    folder: Path, suffix: str, timecode: str, rate: Fraction = Fraction(25), *, frames: int = 6
) -> Path:
    codec = "mpeg2video" if suffix == "mxf" else "libx264"
    path = folder / f"a.{suffix}"
    return numbered_clip(path, frames=frames, codec=codec, rate=rate, timecode=timecode)


@pytest.mark.parametrize("suffix", ["mov", "mp4", "mxf", "mkv"])
@pytest.mark.parametrize(
    ("said", "rate"),
    [
        ("01:00:00:00", Fraction(25)),
        ("23:59:59:24", Fraction(25)),
        ("10:00:00;00", NTSC),
        ("10:00:00:00", NTSC),
    ],
)
def test_it_is_read_as_it_was_written(
    suffix: str, said: str, rate: Fraction, tmp_path: Path
) -> None:
    assert probe(clip(tmp_path, suffix, said, rate)).start_timecode == said


@pytest.mark.parametrize("suffix", ["mov", "mp4", "mkv", "ts", "avi"])
def test_a_file_without_one_has_none(suffix: str, tmp_path: Path) -> None:
    assert probe(clip(tmp_path, suffix, "")).start_timecode is None


def test_mxf_always_says_one(tmp_path: Path) -> None:
    """ffmpeg writes 0 where it is told none, as the format asks."""
    assert probe(clip(tmp_path, "mxf", "")).start_timecode == "00:00:00:00"


def test_a_time_code_track_that_belongs_to_no_other_counts_too(tmp_path: Path) -> None:
    path = clip(tmp_path, "mov", "10:20:30:05")
    alone = path.read_bytes().replace(b"tref", b"free")
    path.write_bytes(alone)

    assert alone.count(b"tmcd")
    assert probe(path).start_timecode == "10:20:30:05"


@pytest.mark.parametrize(
    "said",
    [
        "noon",
        "10:00:00",
        "1:00:00:00",
        "24:00:00:00",
        "10:60:00:00",
        "10:00:60:00",
        "-01:00:00:00",
        "10:00:00:00\n",
        "١٠:00:00:00",  # noqa: RUF001 - digits, but not those of time code
        "10:00:00:00 (camera A)",
    ],
)
def test_what_is_no_time_code_is_none_and_no_error(said: str, tmp_path: Path) -> None:
    assert probe(clip(tmp_path, "mkv", said)).start_timecode is None


def test_tags_of_before_utf_8_are_no_error(tmp_path: Path) -> None:
    """Titles and names of cameras come in whatever code their makers' programs had."""
    path = clip(tmp_path, "mkv", "caf\u00e9")
    old = path.read_bytes().replace("caf\u00e9".encode(), b"caf\xe9\xe9")
    path.write_bytes(old)

    assert b"\xe9\xe9" in old
    assert probe(path).start_timecode is None
