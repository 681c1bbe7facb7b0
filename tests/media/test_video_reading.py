"""One conformance class, run over every kind of clip against a full decode by plain PyAV."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import Colorspace, Interpolation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playbill.core.frame import Frame, Image
from playbill.core.run import Coverage
from playbill.media.sampling import EveryNth
from playbill.media.settled import SettledReader
from playbill.media.survey import Limits, survey
from playbill.media.video import SampledVideo
from tests.media.kinds import (
    KINDS,
    clock_that_wraps,
    cut_off,
    edit_list,
    no_times,
    ntsc_frame_rate,
    strung_together,
    variable_frame_rate,
)
from tests.support.clips import full_decode, read_number
from tests.support.glimpses import Glimpses

UNTIMED = {no_times, strung_together}
"""Their files' times are missing or jump, so that a full decode does not tell them either."""
REORDERED = 3
"""So many frames before the end of a cut may stand in for those that came after it."""


@dataclass(frozen=True)
class Clip:
    kind: str
    path: Path
    timed: bool
    truth: list[tuple[Fraction, Image]]
    """Time and picture of every frame, in presentation order."""


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.__name__)
def clip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Clip:
    path = request.param(tmp_path_factory.mktemp(request.param.__name__))
    return Clip(request.param.__name__, path, request.param not in UNTIMED, list(decoded(path)))


def decoded(path: Path) -> Iterator[tuple[Fraction, Image]]:
    first = None
    for frame in full_decode(path):
        if frame.is_corrupt:
            continue
        pts, ticks = frame.pts or 0, frame.time_base or Fraction(0)
        first = pts if first is None else first
        rgb = frame.to_ndarray(
            format="rgb24",
            src_colorspace=Colorspace.ITU601,
            dst_color_range="JPEG",
            interpolation=Interpolation.BILINEAR
            | Interpolation.ACCURATE_RND
            | Interpolation.FULL_CHR_H_INT,
            threads=1,
        )
        yield (pts - first) * ticks, np.rot90(rgb, frame.rotation // 90).astype(np.uint8)


def assert_same(frames: list[Frame], clip: Clip, wanted: range) -> None:
    assert [frame.index for frame in frames] == list(wanted)
    for frame in frames:
        time_s, image = clip.truth[frame.index]
        assert np.array_equal(frame.image, image), frame.index
        assert frame.time_s == time_s or not clip.timed


class TestEveryKindOfClip:
    @pytest.mark.parametrize("threads", [1, 2])
    @pytest.mark.parametrize("every", [1, 5, 12, 30])
    def test_frames_are_those_of_a_full_decode(self, clip: Clip, every: int, threads: int) -> None:
        with SampledVideo.open(clip.path, every, threads=threads) as video:
            frames = list(video)

        assert_same(frames, clip, range(0, len(clip.truth), every))

    def test_pictures_say_the_number_of_their_index(self, clip: Clip) -> None:
        with SampledVideo.open(clip.path, 7) as video:
            said = [(frame.index, read_number(frame.image)) for frame in video]

        numbers = [read_number(image) for _, image in clip.truth]
        assert said == [(index, numbers[index]) for index in range(0, len(numbers), 7)]
        whole = numbers[:-REORDERED] if clip.kind == cut_off.__name__ else numbers
        if clip.kind != strung_together.__name__:
            assert whole == list(range(numbers[0], numbers[0] + len(whole)))

    def test_coverage_adds_up(self, clip: Clip) -> None:
        with SampledVideo.open(clip.path, 5) as video:
            given_out = len(list(video))
            assert video.coverage.analysed == given_out
            assert video.coverage.corrupt == 0 or clip.kind == cut_off.__name__
            assert abs(video.expected - video.coverage.expected) <= 1

    def test_frames_asked_for_by_index_are_given_in_order(self, clip: Clip) -> None:
        last = len(clip.truth) - 1
        indices = {last // 2, last, last // 3}
        with SampledVideo.open(clip.path, indices=[*indices, 10**6]) as video:
            frames = list(video)

        assert [frame.index for frame in frames] == sorted(indices)
        for frame in frames:
            assert np.array_equal(frame.image, clip.truth[frame.index][1])

    def test_a_part_is_what_the_whole_has_there(self, clip: Clip) -> None:
        facts, every = survey(clip.path, Limits()), 4
        if facts.frames is None:
            with pytest.raises(ValueError, match="known before they are decoded"):
                SampledVideo(clip.path, facts, EveryNth(every), part=range(4))
            return
        for part in (range(9), range(8, 21), range(20, 22), range(21, 24), range(24, 99)):
            with SampledVideo(clip.path, facts, EveryNth(every), part=part) as video:
                frames = list(video)
                wanted = [i for i in range(0, len(clip.truth), every) if i in part]
                assert [frame.index for frame in frames] == wanted
                assert video.coverage.analysed == len(wanted)
            for frame in frames:
                assert np.array_equal(frame.image, clip.truth[frame.index][1])

    def test_glimpses_come_in_order_before_the_frames_they_show(self, clip: Clip) -> None:
        glimpses = Glimpses()
        with SampledVideo.open(clip.path, 7, observe=glimpses) as video:
            for frame in video:
                assert frame.index in glimpses.indices

        assert glimpses.indices == sorted(set(glimpses.indices))
        for glimpse in glimpses.seen:
            assert max(glimpse.luma.shape) <= 64
            brightness = clip.truth[glimpse.index][1].mean()
            assert abs(float(glimpse.luma.mean()) - brightness) < 25

    def test_nothing_has_to_be_decoded_twice(
        self, clip: Clip, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if clip.kind == cut_off.__name__:
            pytest.skip("the last packet is damaged")

        def doubt(*_: object) -> None:
            raise AssertionError("the plan did not hold")

        monkeypatch.setattr(SettledReader, "read", doubt)
        for every in (1, 4, 12, 17):
            with SampledVideo.open(clip.path, every) as video:
                assert len(list(video)) == len(range(0, len(clip.truth), every))

    @settings(
        max_examples=5,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(every=st.integers(1, 40))
    def test_every_step_gives_the_same_frames(self, clip: Clip, every: int) -> None:
        with SampledVideo.open(clip.path, every, threads=1) as video:
            assert_same(list(video), clip, range(0, len(clip.truth), every))


def test_times_of_a_variable_frame_rate_are_those_of_the_frames(tmp_path: Path) -> None:
    with SampledVideo.open(variable_frame_rate(tmp_path), 1) as video:
        times = [frame.time_s for frame in video]

    assert times[:5] == [Fraction(tick, 25) for tick in (0, 1, 3, 8, 9)]


def test_times_at_an_ntsc_rate_are_exact(tmp_path: Path) -> None:
    with SampledVideo.open(ntsc_frame_rate(tmp_path), 7) as video:
        assert video.info.frame_rate == Fraction(30000, 1001)
        assert video.info.duration_s == 50 * Fraction(1001, 30000)
        assert [frame.time_s for frame in video][2] == 14 * Fraction(1001, 30000)


def test_times_run_on_where_the_clock_wraps(tmp_path: Path) -> None:
    with SampledVideo.open(clock_that_wraps(tmp_path), 1) as video:
        assert [frame.time_s for frame in video] == [Fraction(index, 25) for index in range(50)]
        assert video.info.duration_s == 2


@pytest.mark.parametrize("kind", [no_times, strung_together])
def test_times_run_on_where_the_file_has_none_or_they_jump(
    kind: type[object], tmp_path: Path
) -> None:
    with SampledVideo.open(kind(tmp_path), 1) as video:  # type: ignore[arg-type, call-arg]
        assert [frame.time_s for frame in video] == [Fraction(index, 25) for index in range(50)]
        assert video.info.duration_s == 2


def test_what_an_edit_list_leaves_out_is_no_frame(tmp_path: Path) -> None:
    with SampledVideo.open(edit_list(tmp_path), 1) as video:
        first = next(iter(video))

    assert (first.index, first.time_s) == (0, Fraction(0))
    assert read_number(first.image) == 10


def test_less_is_decoded_than_there_is(tmp_path: Path) -> None:
    path = KINDS[0](tmp_path)
    glimpses = Glimpses()

    with SampledVideo.open(path, 24, observe=glimpses) as video:
        list(video)

    assert glimpses.indices == [0, 24, 48]


def test_the_decoder_is_named(tmp_path: Path) -> None:
    with SampledVideo.open(KINDS[0](tmp_path)) as video:
        assert video.decoder == f"PyAV {av.__version__}, FFmpeg {av.ffmpeg_version_info}"


def test_the_coverage_is_not_known_before_the_end(tmp_path: Path) -> None:
    with SampledVideo.open(KINDS[0](tmp_path), 10) as video:
        next(iter(video))
        with pytest.raises(ValueError, match="after the last frame"):
            _ = video.coverage
        list(video)
        assert video.coverage == Coverage(5, 5, 0)


@pytest.mark.parametrize("every", [0, -1])
def test_a_step_below_one_is_a_bug_of_the_caller(tmp_path: Path, every: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        SampledVideo.open(tmp_path / "any.mp4", every)
