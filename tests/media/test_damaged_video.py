from pathlib import Path

import numpy as np
import pytest

from playbill.core.frame import Frame
from playbill.core.run import Coverage
from playbill.media.damage import DamageFilter
from playbill.media.sampling import EveryNth
from playbill.media.survey import Limits, survey
from playbill.media.units import wanted_units
from playbill.media.video import SampledVideo
from tests.support.clips import numbered_clip, read_number
from tests.support.glimpses import Glimpses

X264 = {"g": "12", "bf": "3", "preset": "veryfast"}
FRAMES = 96


def spoil(path: Path, start: float, end: float) -> Path:
    """Overwrite a part of a file, given as fractions of its length, with noise."""
    data = bytearray(path.read_bytes())
    first, last = int(len(data) * start), int(len(data) * end)
    data[first:last] = np.random.default_rng(7).bytes(last - first)
    path.write_bytes(data)
    return path


def fast_start(path: Path, *, codec: str = "libx264", options: dict[str, str] = X264) -> Path:
    """An MP4 whose table of contents comes first, so that damage hits pictures alone."""
    return numbered_clip(
        path,
        frames=FRAMES,
        codec=codec,
        options=options,
        container_options={"movflags": "+faststart"},
    )


def read(path: Path, every: int) -> tuple[list[Frame], Coverage]:
    with SampledVideo.open(path, every) as video:
        return list(video), video.coverage


@pytest.mark.parametrize("every", [1, 3, 10])
@pytest.mark.parametrize(
    ("codec", "options"),
    [
        ("libx264", X264),
        ("libx264", X264 | {"x264-params": "open-gop=1"}),
        ("libx265", {"x265-params": "keyint=12:bframes=3:log-level=none"}),
    ],
    ids=["h264", "h264-open", "hevc"],
)
def test_a_damaged_group_in_the_middle_is_counted_and_the_rest_analysed(
    tmp_path: Path, codec: str, options: dict[str, str], every: int
) -> None:
    path = fast_start(tmp_path / "a.mp4", codec=codec, options=options)
    truth = [frame.image for frame in read(path, 1)[0]]

    frames, coverage = read(spoil(path, 0.5, 0.54), every)

    assert coverage.expected == len(range(0, FRAMES, every))
    assert coverage.corrupt > 0 or every == 10
    assert all(np.array_equal(frame.image, truth[frame.index]) for frame in frames)
    given = {frame.index for frame in frames}
    assert given >= set(range(0, FRAMES // 4, every))
    assert given >= {index for index in range(FRAMES * 3 // 4, FRAMES) if index % every == 0}


def test_frames_predicted_from_damaged_ones_are_not_given(tmp_path: Path) -> None:
    path = fast_start(tmp_path / "a.mp4", options=X264 | {"g": "96"})
    truth = {frame.index: frame.image for frame in read(path, 1)[0]}

    frames, coverage = read(spoil(path, 0.5, 0.51), 1)

    assert FRAMES // 3 < coverage.analysed == len(frames) < FRAMES * 2 // 3
    assert all(np.array_equal(frame.image, truth[frame.index]) for frame in frames)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("x264", ["open-gop=0", "open-gop=1"])
def test_a_frame_whose_damage_the_decoder_conceals_is_not_given(
    tmp_path: Path, x264: str, threads: int
) -> None:
    path = fast_start(tmp_path / "a.mp4", options=X264 | {"x264-params": x264})
    truth = [frame.image for frame in read(path, 1)[0]]
    spoil(path, 0.5, 0.5 + 20 / path.stat().st_size)

    with SampledVideo.open(path, 1, threads=threads) as video:
        assert all(np.array_equal(frame.image, truth[frame.index]) for frame in video)
        assert 0 < video.coverage.corrupt < FRAMES // 4


def test_a_broken_last_frame_is_not_given(tmp_path: Path) -> None:
    """Decoders of several frames at a time give it without a mark."""
    path = numbered_clip(tmp_path / "a.ts", frames=FRAMES, options=X264)
    with SampledVideo.open(path, 1) as video:
        truth = [frame.image for frame in video]
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])

    with SampledVideo.open(path, 1, threads=2) as video:
        frames = list(video)

    assert len(frames) > FRAMES // 3
    for frame in frames[:-3]:
        assert np.array_equal(frame.image, truth[frame.index])
    assert all(any(np.array_equal(frame.image, image) for image in truth) for frame in frames)


def test_frames_behind_the_end_of_a_cut_file_are_counted_as_damaged(tmp_path: Path) -> None:
    path = fast_start(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])

    frames, coverage = read(path, 1)

    assert coverage.expected == FRAMES
    assert 0 < len(frames) == coverage.analysed < FRAMES
    assert [read_number(frame.image) for frame in frames] == [frame.index for frame in frames]


@pytest.mark.parametrize("suffix", [".mkv", ".ts", ".mpg", ".avi"])
def test_a_stream_with_a_hole_is_read_up_to_it_and_after_it(tmp_path: Path, suffix: str) -> None:
    codec = "mpeg2video" if suffix == ".mpg" else "libx264"
    options = {"g": "12", "bf": "2"} if suffix == ".mpg" else X264
    path = numbered_clip(tmp_path / f"a{suffix}", frames=FRAMES, codec=codec, options=options)

    frames, coverage = read(spoil(path, 0.45, 0.5), 1)

    numbers = [read_number(frame.image) for frame in frames]
    assert numbers == sorted(set(numbers))
    assert set(range(FRAMES // 5)) | set(range(FRAMES * 3 // 4, FRAMES)) <= set(numbers)
    assert coverage.analysed + coverage.corrupt <= FRAMES


def test_a_damaged_first_group_does_not_shift_the_count(tmp_path: Path) -> None:
    path = fast_start(tmp_path / "a.mp4")
    header = path.read_bytes().index(b"mdat") / path.stat().st_size

    frames, coverage = read(spoil(path, header + 0.01, header + 0.06), 1)

    assert coverage.expected == FRAMES
    assert coverage.corrupt > 0
    assert [read_number(frame.image) for frame in frames] == [frame.index for frame in frames]


def test_glimpses_are_given_once_when_decoding_starts_over(tmp_path: Path) -> None:
    glimpses = Glimpses()
    path = spoil(fast_start(tmp_path / "a.mp4"), 0.5, 0.54)

    with SampledVideo.open(path, 5, observe=glimpses) as video:
        list(video)

    assert glimpses.forgotten
    assert glimpses.indices == sorted(set(glimpses.indices))


def test_damage_costs_its_own_unit_alone(tmp_path: Path) -> None:
    """Everywhere else no more is decoded than in the sound file."""
    path, every = fast_start(tmp_path / "a.mp4"), 6
    sound, damaged = Glimpses(), Glimpses()
    with SampledVideo.open(path, every, observe=sound) as video:
        list(video)
    spoil(path, 0.5, 0.54)
    with SampledVideo.open(path, every, observe=damaged) as video:
        list(video)

    facts = survey(path, Limits())
    assert facts.frames is not None
    places = facts.frames.position[list(set(sound.indices) ^ set(damaged.indices))]
    units = [u.packets for u in wanted_units(facts.scan, facts.frames, EveryNth(every))]
    touched = [u for u in units if ((places >= u.start) & (places < u.stop)).any()]
    assert damaged.forgotten == len(touched) == 1
    assert ((places >= touched[0].start) & (places < touched[0].stop)).all()


Feed = tuple[int, bool]
"""A frame's index, and whether it is damaged."""


@pytest.mark.parametrize(
    ("fed", "safe"),
    [
        ([(0, False), (1, False), (2, False), (3, False), (4, False)], [0, 1, 2, 3, 4]),
        ([(0, False), (2, False), (3, False), (4, False)], [0, 4]),
        ([(0, False), (1, False), (3, False), (4, False)], [4]),
        ([(0, False), (1, False), (2, True), (3, False), (4, False)], [0, 4]),
        ([(1, False), (2, False), (3, False), (4, False)], [4]),
        ([(0, False), (1, False), (2, False), (3, False)], [0, 1, 2]),
        ([], []),
    ],
)
def test_damage_reaches_what_is_decoded_after_it_in_its_group(
    fed: list[Feed], safe: list[int]
) -> None:
    """I0 P2 B1 P3 | I4: the first four are one group; B1 is predicted from P2, shown after it."""
    position, group = np.array([0, 2, 1, 3, 4]), np.array([1, 1, 1, 1, 2])
    damage = DamageFilter[str](position, group)
    given: list[int] = []

    for index, damaged in fed:
        given += [i for i, _ in damage.feed(index, f"frame {index}", damaged=damaged)]
    given += [i for i, _ in damage.finish()]

    assert given == safe
