"""Frames of real clips by their numbers, whatever container keeps their times."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from playbill.core.analysis import Analysis
from playbill.core.metadata import FrameMetadata
from playbill.exports.counting import FrameCounter, has_constant_rate
from tests.support.analyses import ADA, analysis_of
from tests.support.clips import numbered_clip
from tests.support.exported import (
    INTRA,
    NTSC,
    clip_analysis,
    exported,
    picture,
    seen,
    times_of,
    varying_clip,
)

FILM = Fraction(24000, 1001)
FAST = Fraction(60000, 1001)


def counter_of(analysis: Analysis) -> FrameCounter:
    assert analysis.media.frame_rate
    return FrameCounter.of(analysis, analysis.media.frame_rate)


def steady(rate: Fraction, said: Fraction, *, hours: int, per_second: int) -> Analysis:
    """A medium of `rate`, of which its container says `said`, with stamps of so many ticks."""
    frames = range(0, int(rate * 3600 * hours), int(rate * 60))
    made = analysis_of(
        *(FrameMetadata(i, Fraction(round(i / rate * per_second), per_second), ()) for i in frames)
    )
    return replace(made, media=replace(made.media, frame_rate=said))


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "webm", "ts", "flv"])
@pytest.mark.parametrize("rate", [FILM, Fraction(24), NTSC, FAST], ids=lambda r: f"{float(r):.2f}")
def test_every_frame_has_its_number_in_every_container(
    suffix: str, rate: Fraction, tmp_path: Path
) -> None:
    path = tmp_path / f"clip.{suffix}"
    codec, options = ("libvpx", {}) if suffix == "webm" else ("libx264", INTRA)
    numbered_clip(path, frames=60, rate=rate, codec=codec, options=options)
    times = times_of(path)
    analysis = clip_analysis(path, {ADA: (7, 50)})
    counter = counter_of(analysis)

    assert counter.rate.fps == rate
    assert [counter.frame_at(time_s) for time_s in times] == list(range(60))
    assert counter.frame_at(analysis.media.duration_s or Fraction(0)) == 60
    assert has_constant_rate(analysis) is True


@pytest.mark.parametrize(
    ("rate", "said", "standard"),
    [
        (Fraction(2398, 100), Fraction(2398, 100), FILM),
        (Fraction(2997, 100), Fraction(2997, 100), NTSC),
        (NTSC, Fraction(989, 33), NTSC),
        (FAST, Fraction(19001, 317), FAST),
    ],
)
def test_nearly_a_standard_rate_is_counted_frame_by_frame_hours_in(
    rate: Fraction, said: Fraction, standard: Fraction
) -> None:
    counter = counter_of(steady(rate, said, hours=5, per_second=1000))

    assert counter.rate.fps == standard
    for frame in range(int(rate * 5 * 3600) - 100, int(rate * 5 * 3600)):
        assert counter.frame_at(Fraction(round(frame / rate * 1000), 1000)) == frame


def test_an_edit_list_of_23_98_does_not_drift() -> None:
    """As PySceneDetect's once did: by the clock, frame 1000 would be called 999."""
    rate = Fraction(2398, 100)
    made = steady(rate, rate, hours=1, per_second=1_000_000)
    at_1000 = replace(made, appearances=(seen(ADA, 1000 / rate, 2000 / rate),))
    long = replace(at_1000, media=replace(at_1000.media, duration_s=Fraction(3600)))

    assert (
        "* LOC: 00:00:41:16 GREEN   Ada Lovelace (until 00:01:23:08;"
        in exported(long, "edl").decode()
    )


def test_30_is_not_29_97() -> None:
    assert counter_of(steady(NTSC, Fraction(30), hours=1, per_second=1000)).steady is None


def test_a_medium_that_loses_a_tenth_of_a_second_is_laid_out_by_the_clock() -> None:
    frames = (
        FrameMetadata(30 * i, 30 * i / NTSC + (Fraction(1, 10) if i >= 50 else 0), ())
        for i in range(100)
    )
    counter = counter_of(analysis_of(*frames))

    assert (counter.steady, counter.frame_at(Fraction(10))) == (None, 299)


def test_a_varying_rate_is_no_constant_one(tmp_path: Path) -> None:
    analysis = clip_analysis(varying_clip(tmp_path), {}, every=7)

    assert (has_constant_rate(analysis), counter_of(analysis).steady) == (False, None)


def test_a_picture_has_no_rate() -> None:
    assert has_constant_rate(picture()) is None
