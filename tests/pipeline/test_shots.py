"""Cuts, on clips whose cuts are known, with PySceneDetect as the judge."""

from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scenedetect import ContentDetector, detect

from playbill.core.frame import Image
from playbill.core.glimpse import Glimpse
from playbill.media.video import SampledVideo
from playbill.media.writer import VideoWriter
from playbill.pipeline.shots import (
    Passage,
    ShotDetector,
    Step,
    block_histograms,
    correlation,
    find_cuts,
    join_passages,
    tile_means,
)

RATE = Fraction(25)
SIZE_WH = (320, 180)


@cache
def scenery(seed: int) -> Image:
    """A wide picture of soft coloured shapes to pan over."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:180, :960]
    waves = np.zeros((180, 960, 3))
    for channel, _ in product(range(3), range(4)):
        across, down, shift = rng.uniform([0.01, -0.05, 0], [0.05, 0.05, 6])
        waves[..., channel] += np.sin(columns * across + rows * down + shift)
    return np.clip(rng.uniform(50, 200, 3) + 40 * waves, 0, 255).astype(np.uint8)


def shot(seed: int, frame: int, *, light: float = 1.0) -> Image:
    """Frame `frame` of a pan over the scenery of that seed."""
    picture = scenery(seed)[:, 2 * frame : 2 * frame + SIZE_WH[0]]
    return np.ascontiguousarray(picture * light).astype(np.uint8)


def clip(path: Path, lengths: list[int]) -> list[Fraction]:
    """Write shots of these lengths in frames; returns the times of the cuts."""
    with VideoWriter(path, SIZE_WH, RATE) as writer:
        for seed, length in enumerate(lengths):
            for frame in range(length):
                writer.write(shot(seed, frame))
    return [Fraction(sum(lengths[:i])) / RATE for i in range(1, len(lengths))]


def cuts_of(path: Path, every: int) -> list[Fraction]:
    detector = ShotDetector()
    with SampledVideo.open(path, every=every, observe=detector) as video:
        for _ in video:
            pass
    return detector.cuts()


@pytest.mark.parametrize("every", [1, 5, 30])
def test_cuts_between_pans_are_found_at_their_exact_times(tmp_path: Path, every: int) -> None:
    truth = clip(tmp_path / "clip.mp4", [60, 45, 80, 50, 70])

    assert cuts_of(tmp_path / "clip.mp4", every) == truth


def test_pyscenedetect_which_looks_at_every_frame_agrees(tmp_path: Path) -> None:
    clip(tmp_path / "clip.mp4", [60, 45, 80, 50, 70])

    judged = detect(str(tmp_path / "clip.mp4"), ContentDetector())

    starts = [round(float(start.seconds), 6) for start, _ in judged[1:]]
    assert [float(cut) for cut in cuts_of(tmp_path / "clip.mp4", 30)] == pytest.approx(starts)


@pytest.mark.models
def test_pyscenedetect_agrees_on_real_footage(data_folder: Path) -> None:
    footage = data_folder / "archive" / "hamilton" / "short_hamilton_clip.mp4"

    judged = detect(str(footage), ContentDetector())

    starts = [float(start.seconds) for start, _ in judged[1:]]
    assert [float(cut) for cut in cuts_of(footage, 30)] == pytest.approx(starts, abs=1e-3)


def cuts_in(*pictures: Image) -> list[float]:
    """The cuts of pictures shown one a second."""
    detector = ShotDetector()
    for second, picture in enumerate(pictures):
        detector.observe(Glimpse(second, Fraction(second), picture[::4, ::4, 0]))
    return [float(cut) for cut in detector.cuts()]


def seen(detector: ShotDetector, *pictures: Image, first: int = 0) -> ShotDetector:
    for second, picture in enumerate(pictures, start=first):
        detector.observe(Glimpse(second, Fraction(second), picture[::4, ::4, 0]))
    return detector


def passages_of(*parts: tuple[int, int]) -> list[Passage]:
    """Of four shots of five pictures, what is seen from one place to another."""
    pictures = [shot(i // 5, i % 5) for i in range(20)]
    return [
        seen(ShotDetector(), *pictures[start:end], first=start).passage() for start, end in parts
    ]


def test_what_is_forgotten_was_never_seen() -> None:
    detector = seen(ShotDetector(), shot(0, 0), shot(0, 1))
    detector.keep()
    seen(detector, shot(1, 0), shot(2, 0), shot(0, 2), first=2)
    detector.forget()
    seen(detector, shot(0, 2), shot(3, 0), first=2)

    plain = seen(ShotDetector(), shot(0, 0), shot(0, 1), shot(0, 2), shot(3, 0))
    assert detector.passage().steps == plain.passage().steps
    assert detector.cuts() == [Fraction(3)]


def test_all_can_be_forgotten() -> None:
    detector = seen(ShotDetector(), shot(0, 0), shot(1, 0))
    detector.forget()

    assert detector.passage() == Passage(None, None, ())


@pytest.mark.parametrize(
    "parts",
    [
        [(0, 20)],
        [(0, 5), (5, 20)],
        [(0, 7), (7, 8), (8, 20)],
        [(0, 12), (5, 20)],
        [(0, 20), (5, 12)],
        [(0, 5), (0, 5), (5, 5), (5, 20)],
    ],
    ids=["whole", "at a cut", "within shots", "overlapping", "inside", "twice and empty"],
)
def test_passages_join_to_what_was_seen_at_once(parts: list[tuple[int, int]]) -> None:
    steps = join_passages(passages_of(*parts))

    (whole,) = passages_of((0, 20))
    assert tuple(steps) == whole.steps
    assert find_cuts(steps) == [Fraction(5), Fraction(10), Fraction(15)]


def test_over_a_missing_passage_there_is_one_long_step() -> None:
    steps = join_passages(passages_of((0, 5), (12, 20)))

    assert [step.stride for step in steps] == [1] * 4 + [8] + [1] * 7


def test_no_pictures_and_one_picture_have_no_cut() -> None:
    assert cuts_in() == []
    assert cuts_in(shot(0, 0)) == []


def test_a_still_picture_has_no_cut() -> None:
    assert cuts_in(*[shot(0, 0)] * 5) == []


def test_a_change_of_light_is_no_cut() -> None:
    assert cuts_in(shot(0, 0), shot(0, 0, light=0.5), shot(0, 0, light=0.5)) == []


@pytest.mark.parametrize(
    ("change", "likeness", "stride", "is_cut"),
    [
        (0.35, 0.1, 1, True),
        (0.35, 0.1, 30, False),
        (0.60, 0.1, 30, True),
        (0.60, 0.5, 30, False),
        (0.60, 0.5, 1, True),
        (0.60, 0.8, 1, False),
        (0.20, 0.1, 1, False),
    ],
)
def test_far_apart_looks_need_a_surer_change(
    change: float, likeness: float, stride: int, *, is_cut: bool
) -> None:
    steps = [Step(1, Fraction(1), 0.02, 0.9, 1), Step(2, Fraction(2), change, likeness, stride)]

    assert find_cuts(steps) == ([Fraction(2)] if is_cut else [])


def test_a_step_that_changes_little_more_than_its_neighbours_is_motion() -> None:
    steps = [Step(i, Fraction(i), change, 0.5, 1) for i, change in enumerate([0.3, 0.4, 0.3])]

    assert find_cuts(steps) == []


WHITE = np.full((180, 320, 3), 255, np.uint8)


def at(*shown: tuple[Image, int]) -> list[int]:
    """The frames at which there are cuts, in a video of 25 frames a second."""
    detector, index = ShotDetector(), 0
    for picture, frames in shown:
        for _ in range(frames):
            detector.observe(Glimpse(index, Fraction(index, 25), picture[::4, ::4, 0]))
            index += 1
    return [int(cut * 25) for cut in detector.cuts()]


@pytest.mark.parametrize("frames", [1, 3, 8])
def test_a_flash_is_no_cut_where_the_picture_comes_back(frames: int) -> None:
    assert at((shot(0, 0), 20), (WHITE, frames), (shot(0, 4), 20)) == []


def test_flashes_one_after_the_other_are_none_either() -> None:
    flashes = [(WHITE, 2), (shot(0, 1), 2), (WHITE, 2)]

    assert at((shot(0, 0), 20), *flashes, (shot(0, 2), 20)) == []


def test_a_cut_that_flashes_is_a_cut() -> None:
    assert at((shot(0, 0), 20), (WHITE, 3), (shot(1, 0), 20)) != []


def test_a_picture_that_comes_back_after_a_second_was_cut_away_from() -> None:
    assert at((shot(0, 0), 20), (shot(1, 0), 25), (shot(0, 0), 20)) == [20, 45]


def test_a_cut_right_behind_a_flash_is_found() -> None:
    shown = [(shot(0, 0), 20), (WHITE, 2), (shot(0, 0), 20), (shot(1, 0), 20)]

    assert at(*shown) == [42]


def test_steps_that_do_not_tell_what_was_seen_are_all_cuts() -> None:
    steps = [Step(i, Fraction(i, 25), change, 0.0, 1) for i, change in enumerate([0, 1, 0, 1])]

    assert find_cuts(steps) == [Fraction(1, 25), Fraction(3, 25)]


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (4, 4), (36, 64), (45, 17)])
def test_a_picture_in_small_has_the_means_of_its_parts(size: tuple[int, int]) -> None:
    height, width = size
    luma = np.random.default_rng(0).integers(0, 256, size).astype(np.uint8)

    tiles = tile_means(luma).reshape(4, 4)

    for row, column in product(range(4), range(4)):
        top, left = row * height // 4, column * width // 4
        bottom = max((row + 1) * height // 4, top + 1)
        right = max((column + 1) * width // 4, left + 1)
        assert tiles[row, column] == int(luma[top:bottom, left:right].mean())


def test_histograms_of_blocks_are_shares() -> None:
    histograms = block_histograms(shot(3, 0)[:, :, 0])

    assert histograms.shape == (3, 3, 16)
    np.testing.assert_allclose(histograms.sum(axis=2), 1, rtol=1e-6)


def test_a_picture_of_one_brightness_is_like_nothing() -> None:
    grey = np.full((9, 9), 100, np.uint8)

    assert correlation(grey, grey) == 0.0
