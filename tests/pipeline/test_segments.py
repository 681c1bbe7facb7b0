"""A video analysed in segments says what the video analysed at once says, to the last bit."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from playbill.core.frame import Image
from playbill.core.run import Coverage
from playbill.core.sightings import Sightings
from playbill.errors import MediaError
from playbill.media import plan, reading
from playbill.pipeline.analyze import Analyzer
from playbill.pipeline.hooks import Progress
from playbill.pipeline.segment_findings import SegmentFindings
from playbill.pipeline.segments import Segment, cut, uncut
from playbill.pipeline.surveyed import SurveyCache, SurveyedMedia
from tests.media.kinds import KINDS, MPEG2, X264, X265, vp8
from tests.media.test_damaged_video import spoil
from tests.pipeline.test_analyzing import analyzer
from tests.support.clips import numbered_clip
from tests.support.same_sightings import assert_same_sightings

FRAMES = 72
TINTS = ((1.0, 0.2, 0.2), (0.2, 1.0, 0.2), (0.3, 0.3, 1.0), (0.0, 0.0, 0.0))
"""Ada, Charles, a dog and nobody."""
SHOT = 13


def tinted(picture: Image, number: int) -> Image:
    """Every shot has a colour of its own, and every other one is a negative."""
    shot = number // SHOT
    picture = 255 - picture if shot % 2 else picture
    return np.asarray(picture * np.array(TINTS[shot % 4]), np.uint8)


def h264(folder: Path) -> Path:
    options = X264 | {"x264-params": "scenecut=0"}
    return numbered_clip(folder / "a.mp4", frames=FRAMES, options=options, paint=tinted)


def h264_open(folder: Path) -> Path:
    options = X264 | {"x264-params": "open-gop=1:b-pyramid=normal:scenecut=0"}
    return numbered_clip(folder / "a.mp4", frames=FRAMES, options=options, paint=tinted)


def h264_long_groups(folder: Path) -> Path:
    options = X264 | {"g": "45"}
    return numbered_clip(folder / "a.mkv", frames=FRAMES, options=options, paint=tinted)


def hevc_open(folder: Path) -> Path:
    options = {"x265-params": X265 + ":open-gop=1"}
    return numbered_clip(
        folder / "a.mp4", frames=FRAMES, codec="libx265", options=options, paint=tinted
    )


def variable_rate(folder: Path) -> Path:
    return numbered_clip(
        folder / "a.mkv", frames=FRAMES, options=X264, paint=tinted, durations=(1, 2, 5)
    )


def broadcast(folder: Path) -> Path:
    return numbered_clip(folder / "a.ts", frames=FRAMES, options=X264, paint=tinted)


def mpeg2(folder: Path) -> Path:
    return numbered_clip(
        folder / "a.mpg", frames=FRAMES, codec="mpeg2video", options=MPEG2, paint=tinted
    )


def pictures_alone(folder: Path) -> Path:
    return numbered_clip(
        folder / "a.mov", frames=FRAMES, codec="mjpeg", pix_fmt="yuvj422p", paint=tinted
    )


SHOTS = (
    h264,
    h264_open,
    h264_long_groups,
    hevc_open,
    variable_rate,
    broadcast,
    mpeg2,
    pictures_alone,
)
UNNOTICED = (hevc_open.__name__, pictures_alone.__name__)
"""Some damage passes these decoders unnoticed: they then show what lies about in memory."""


@pytest.fixture(scope="module", params=SHOTS, ids=lambda kind: kind.__name__)
def clip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = request.param(tmp_path_factory.mktemp(request.param.__name__))
    return path


def in_segments(judge: Analyzer, media: SurveyedMedia, segments: Sequence[Segment]) -> Sightings:
    """Analyse segments last first, each by itself, and keep them as bytes in between."""
    kept = [judge.analyse_segment(media, part).to_bytes() for part in reversed(segments)]
    return judge.settle(media, [SegmentFindings.from_bytes(data) for data in kept])


def at_borders(media: SurveyedMedia, every: int, places: Sequence[int]) -> list[Segment]:
    """Segments that begin at the wanted frames of these places."""
    whole = uncut(media, every)
    starts = sorted({0, *(place % whole.frames * every for place in places)})
    return [
        Segment(i, first, end, len(range(first, end, every)))
        for i, (first, end) in enumerate(zip(starts, [*starts[1:], whole.end_frame], strict=True))
    ]


def assert_cutting_makes_no_difference(path: Path, every: int, places: Sequence[int] = ()) -> None:
    judge = analyzer(every=every)
    media, whole = judge.survey(path), judge.sightings(path)
    assert_same_sightings(in_segments(judge, media, cut(media, every, 0.04)), whole)
    if media.video is not None and media.video.frames is not None:
        borders = at_borders(media, every, places)
        assert_same_sightings(in_segments(judge, media, borders), whole)


@pytest.mark.parametrize("every", [2, 7])
def test_segments_say_what_the_whole_says(clip: Path, every: int) -> None:
    assert_cutting_makes_no_difference(clip, every, range(7, FRAMES, 11))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_clip_can_be_cut(
    kind: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where packets can be sought they are."""
    monkeypatch.setattr(reading, "FAR", 1)

    assert_cutting_makes_no_difference(kind(tmp_path), 3, [2, 3, 9, 11])


FEW = settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@FEW
@given(every=st.integers(1, 20), places=st.lists(st.integers(0, FRAMES), max_size=6))
def test_it_does_not_matter_where_the_borders_are(
    clip: Path, every: int, places: list[int]
) -> None:
    judge = analyzer(every=every)
    media = judge.survey(clip)

    found = in_segments(judge, media, at_borders(media, every, places))

    assert_same_sightings(found, judge.sightings(clip))


@FEW
@given(
    every=st.integers(1, 12),
    places=st.lists(st.integers(0, FRAMES), max_size=4),
    at=st.floats(0.05, 0.95),
    share=st.sampled_from([0.0005, 0.01, 0.05]),
)
def test_damage_does_not_show_where_the_borders_are(
    clip: Path, every: int, places: list[int], at: float, share: float
) -> None:
    damaged = damaged_copy(clip, at, at + share)
    judge = analyzer(every=every)
    try:
        whole = judge.sightings(damaged)
    except MediaError:
        return  # its table of contents was hit
    media = judge.survey(damaged)
    cuts = [cut(media, every, 0.04)]
    if media.video and media.video.frames is not None:
        cuts.append(at_borders(media, every, places))
    given_out = [frame.index for frame in whole.analysis.frames]

    for segments in cuts:
        found = in_segments(judge, media, segments)
        if clip.parent.name.startswith(UNNOTICED):
            assert [frame.index for frame in found.analysis.frames] == given_out
        else:
            assert_same_sightings(found, whole)


def damaged_copy(clip: Path, start: float, end: float) -> Path:
    damaged = clip.with_name(f"damaged{clip.suffix}")
    damaged.write_bytes(clip.read_bytes())
    return spoil(damaged, start, end)


def test_the_number_of_threads_makes_no_difference(clip: Path) -> None:
    damaged = damaged_copy(clip, 0.5, 0.53)
    one, more = (
        Analyzer(
            analyzer().networks,
            analyzer().recogniser,
            replace(analyzer(every=3).settings, threads=threads),
        )
        for threads in (1, 3)
    )

    assert_same_sightings(more.sightings(damaged), one.sightings(damaged))


def test_cutting_covers_every_wanted_frame_once(clip: Path) -> None:
    media = analyzer().survey(clip)

    segments = cut(media, 3, 0.5)

    assert len(segments) > 1
    assert [part.number for part in segments] == list(range(len(segments)))
    wanted = [range(part.first_frame, part.end_frame, 3) for part in segments]
    assert [len(frames) for frames in wanted] == [part.frames for part in segments]
    assert [index for frames in wanted for index in frames] == list(range(0, FRAMES, 3))


def test_segments_are_at_least_as_long_as_asked_for_but_the_last(tmp_path: Path) -> None:
    media = analyzer().survey(h264(tmp_path))

    starts = [part.first_frame for part in cut(media, 12, 1)]

    assert starts == [0, 36]


def test_no_border_lies_where_decoding_cannot_begin(tmp_path: Path) -> None:
    path = numbered_clip(tmp_path / "a.mp4", frames=FRAMES, options=X264 | {"g": "500"})

    assert len(cut(analyzer().survey(path), 5, 0.5)) == 1


def test_a_picture_is_one_segment(tmp_path: Path) -> None:
    Pillow.new("RGB", (96, 64), (60, 60, 250)).save(tmp_path / "dog.png")
    judge = analyzer()
    media = judge.survey(tmp_path / "dog.png")

    (segment,) = cut(media, 30)

    whole = judge.sightings(tmp_path / "dog.png")
    assert segment == Segment(0, 0, 1, 1)
    assert_same_sightings(in_segments(judge, media, [segment]), whole)


@pytest.mark.parametrize("seconds", [0, -1])
def test_segments_without_length_are_a_bug_of_the_caller(tmp_path: Path, seconds: float) -> None:
    media = analyzer().survey(h264(tmp_path))

    with pytest.raises(ValueError, match="above 0"):
        cut(media, 1, seconds)


@pytest.mark.parametrize("wrong", [(-1, 0, 9, 1), (0, -1, 9, 1), (0, 0, 9, 0), (0, 5, 9, 5)])
def test_segments_that_cannot_be_are_refused(wrong: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="a segment"):
        Segment(*wrong)


def test_the_frames_of_a_segment_that_was_put_aside_count_as_corrupt(tmp_path: Path) -> None:
    judge = analyzer(every=3)
    path = h264(tmp_path)
    media, whole = judge.survey(path), judge.sightings(path)
    segments = cut(media, 3, 1)

    done = [judge.analyse_segment(media, part) for part in segments if part.number != 1]
    settled = judge.settle(media, done)

    aside = segments[1]
    assert settled.analysis.run.frames == Coverage(24, 24 - aside.frames, aside.frames)
    expected = [
        frame.index
        for frame in whole.analysis.frames
        if not aside.first_frame <= frame.index < aside.end_frame
    ]
    assert [frame.index for frame in settled.analysis.frames] == expected


def test_a_medium_of_which_nothing_was_done_is_settled_too(tmp_path: Path) -> None:
    judge = analyzer(every=3)

    settled = judge.settle(judge.survey(h264(tmp_path)), [])

    assert settled.analysis.run.frames == Coverage(24, 0, 24)
    assert settled.analysis.run.models == judge.networks.uses
    assert (settled.analysis.frames, settled.tracks, settled.stretches) == ((), (), ())


def test_settling_findings_of_something_else_is_a_bug_of_the_caller(tmp_path: Path) -> None:
    judge = analyzer(every=10)
    media = judge.survey(h264(tmp_path))
    found = judge.analyse_segment(media, uncut(media, 10))

    with pytest.raises(ValueError, match="overlap"):
        judge.settle(media, [found, found])
    with pytest.raises(ValueError, match=r"another medium than a\.mp4"):
        judge.settle(media, [replace(found, media_sha256="00" * 32)])


def test_the_run_knows_when_it_was_begun_and_how_long_it_took(tmp_path: Path) -> None:
    judge = analyzer(every=10)
    media = judge.survey(h264(tmp_path))
    found = [judge.analyse_segment(media, part) for part in cut(media, 10, 1)]
    moment = judge.sightings(media.path).analysis.run.started

    run = judge.settle(media, found, started=moment).analysis.run

    assert run.started == moment
    assert run.seconds == pytest.approx(sum(part.seconds for part in found))


def test_a_part_of_a_video_that_cannot_be_cut_is_a_bug_of_the_caller(tmp_path: Path) -> None:
    judge = analyzer(every=10)
    media = judge.survey(vp8(tmp_path))

    assert len(cut(media, 10, 0.1)) == 1
    with pytest.raises(ValueError, match="known before they are decoded"):
        judge.analyse_segment(media, Segment(0, 0, 20, 2))


def test_progress_of_a_segment_is_that_of_its_own_frames(tmp_path: Path) -> None:
    judge = analyzer(every=6)
    media = judge.survey(h264(tmp_path))
    seen: list[Progress] = []

    judge.analyse_segment(media, cut(media, 6, 1)[1], seen.append)

    assert [(told.done, told.expected) for told in seen] == [(n, 6) for n in range(1, 7)]
    assert seen[0].time_s == Fraction(36, 25)


def test_surveys_are_remembered_until_the_file_changes(tmp_path: Path) -> None:
    path, cache = h264(tmp_path), SurveyCache(room=1)

    first = cache.survey(path)
    assert cache.survey(path) is first
    path.write_bytes(path.read_bytes() + b"\0")
    changed = cache.survey(path)
    assert changed.info.sha256 != first.info.sha256

    Pillow.new("RGB", (8, 8)).save(tmp_path / "other.png")
    cache.survey(tmp_path / "other.png")
    assert cache.survey(path) is not changed, "there was room for one"


def test_a_survey_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no such file"):
        SurveyCache().survey(tmp_path / "none.mp4")


def test_units_as_short_as_can_be_change_nothing(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "LEAST_PACKETS", 1)

    assert_cutting_makes_no_difference(clip, 5, range(0, FRAMES, 13))
