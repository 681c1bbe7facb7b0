import resource
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from playbill.errors import OutputError
from playbill.media.images import read_image
from playbill.media.probe import probe
from playbill.media.video import SampledVideo
from playbill.media.writer import VideoWriter, write_image
from tests.support.clips import SIZE_WH, numbered_picture, read_number

NTSC = Fraction(30000, 1001)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with VideoWriter(path, SIZE_WH, NTSC) as video:
        for number in range(20):
            video.write(numbered_picture(number))

    info = probe(path)
    assert (info.codec, info.size_wh, info.frame_rate) == ("h264", SIZE_WH, NTSC)
    with SampledVideo.open(path, 1) as read:
        frames = list(read)
    assert [read_number(frame.image) for frame in frames] == list(range(20))
    assert frames[3].time_s == 3 / NTSC
    off = frames[9].image.astype(float) - numbered_picture(9)
    assert np.abs(off[40:].mean(axis=(0, 1))).max() < 2


@pytest.mark.parametrize(("size_wh", "stored_wh"), [((65, 33), (66, 34)), ((64, 33), (64, 34))])
def test_odd_sizes_get_one_more_row_or_column(
    tmp_path: Path, size_wh: tuple[int, int], stored_wh: tuple[int, int]
) -> None:
    path = tmp_path / "a.mp4"
    with VideoWriter(path, size_wh, Fraction(25)) as video:
        video.write(np.full((size_wh[1], size_wh[0], 3), 200, np.uint8))

    assert probe(path).size_wh == stored_wh


def test_a_video_starts_to_play_before_it_is_all_there(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with VideoWriter(path, SIZE_WH, Fraction(25)) as video:
        video.write(numbered_picture(0))

    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(path)) as container:
        assert container.streams.video[0].pix_fmt == "yuv420p"


@pytest.mark.parametrize("stop", [ValueError, KeyboardInterrupt])
def test_a_video_that_is_broken_off_leaves_nothing(
    tmp_path: Path, stop: type[BaseException]
) -> None:
    def write_and_stop() -> None:
        with VideoWriter(tmp_path / "a.mp4", SIZE_WH, Fraction(25)) as video:
            video.write(numbered_picture(0))
            raise stop

    with pytest.raises(stop):
        write_and_stop()

    assert not list(tmp_path.iterdir())


def test_a_picture_of_another_size_is_a_bug_of_the_caller(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match=r"must be \(256, 144\), got \(8, 8\)"),
        VideoWriter(tmp_path / "a.mp4", SIZE_WH, Fraction(25)) as video,
    ):
        video.write(np.zeros((8, 8, 3), np.uint8))


def test_a_video_without_pictures_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="no picture was given"),
        VideoWriter(tmp_path / "a.mp4", SIZE_WH, Fraction(25)),
    ):
        pass

    assert not list(tmp_path.iterdir())


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """As on a disk with so many bytes left."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_one_clear_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8)

    def write_video() -> None:
        with VideoWriter(tmp_path / "a.mp4", (320, 240), Fraction(25)) as video:
            for shift in range(60):
                video.write(np.roll(noise, shift * 7, axis=0))

    with room_for(40_000), pytest.raises(OutputError, match="cannot be written: file too large"):
        write_video()
    with room_for(40_000), pytest.raises(OutputError, match="cannot be written: file too large"):
        write_image(tmp_path / "a.png", noise)

    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_one_clear_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="there is no folder"),
        VideoWriter(tmp_path / "none" / "a.mp4", SIZE_WH, Fraction(25)),
    ):
        pass


@pytest.mark.parametrize(("suffix", "allowed"), [(".png", 0), (".jpg", 40), (".JPEG", 40)])
def test_pictures_are_written_by_their_suffix(tmp_path: Path, suffix: str, allowed: int) -> None:
    path = tmp_path / f"a{suffix}"
    write_image(path, numbered_picture(5))

    off = np.abs(read_image(path).astype(int) - numbered_picture(5))
    assert np.percentile(off, 95) <= allowed
    assert list(tmp_path.iterdir()) == [path]


def test_other_suffixes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"written as \.jpg, \.jpeg, \.png, not as '\.bmp'"):
        write_image(tmp_path / "a.bmp", numbered_picture(5))
