from dataclasses import replace
from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentimelineio.opentime import RationalTime

from playbill.exports.timecode import STANDARD, TimecodeRate, nearest_rate

RATES = {f"{float(rate.fps):.3f}": rate for rate in STANDARD}
each_rate = pytest.mark.parametrize("rate", RATES.values(), ids=RATES)
DROPPING = [rate for rate in STANDARD if rate.drop]


def said_by_opentime(frame: int, rate: TimecodeRate) -> str:
    said: str = otio.opentime.to_timecode(RationalTime(frame, float(rate.fps)), float(rate.fps))
    return said


def test_numbers_are_dropped_at_29_97_and_59_94_and_nowhere_else() -> None:
    assert [name for name, rate in RATES.items() if rate.drop] == ["29.970", "59.940"]


@each_rate
def test_every_frame_of_twenty_minutes_is_named_as_opentime_names_it(rate: TimecodeRate) -> None:
    for frame in range(0, 20 * 60 * rate.count, 1 if rate.drop else 37):
        assert rate.timecode(frame) == said_by_opentime(frame, rate)


@each_rate
def test_the_edges_of_every_minute_of_a_day_are_named_as_opentime_names_them(
    rate: TimecodeRate,
) -> None:
    a_day = int(rate.fps * 24 * 60 * 60) - 5
    for minute in range(24 * 60):
        edge = int(minute * 60 * rate.fps)
        for frame in range(max(edge - 3, 0), min(edge + 4, a_day)):
            assert rate.timecode(frame) == said_by_opentime(frame, rate)


EVERY = [*STANDARD, *(replace(rate, non_drop=True) for rate in DROPPING)]


@settings(max_examples=300)
@given(rate=st.sampled_from(EVERY), frame=st.integers(0, 60 * 60 * 60 * 24))
def test_a_frame_is_found_by_its_name_and_named_as_opentime_names_it(
    rate: TimecodeRate, frame: int
) -> None:
    # Opentime begins anew after 24 hours of real time, numbers that skip nothing a little later.
    frame %= min(rate.day, int(rate.fps * 24 * 60 * 60) - 5)
    time = RationalTime(frame, float(rate.fps))

    assert rate.frame_of(rate.timecode(frame)) == frame
    assert rate.timecode(frame) == otio.opentime.to_timecode(time, float(rate.fps), rate.drop)


@pytest.mark.parametrize("rate", DROPPING, ids=lambda rate: f"{float(rate.fps):.2f}")
def test_numbers_that_are_dropped_name_no_frame(rate: TimecodeRate) -> None:
    for minute in range(60):
        named = rate.frame_of(f"10:{minute:02}:00;00")
        assert (named is None) == (minute % 10 != 0)
        assert replace(rate, non_drop=True).frame_of(f"10:{minute:02}:00:00") is not None


@each_rate
def test_a_second_has_no_more_frames_than_the_rate(rate: TimecodeRate) -> None:
    mark = ";" if rate.drop else ":"
    assert rate.frame_of(f"10:00:00{mark}{rate.count - 1}") is not None
    assert rate.frame_of(f"10:00:00{mark}{rate.count}") is None


@pytest.mark.parametrize("rate", DROPPING, ids=lambda rate: f"{float(rate.fps):.2f}")
def test_dropped_time_code_is_a_clock(rate: TimecodeRate) -> None:
    """ST 12-1: after a day it is 86 ms ahead."""
    hour = rate.count * 3600 - 54 * rate.count // 15

    assert rate.timecode(hour) == "01:00:00;00"
    assert rate.timecode(23 * hour) == "23:00:00;00"
    assert rate.timecode(rate.day - 1) == f"23:59:59;{rate.count - 1}"
    assert 86_400 - rate.time_of(24 * hour) == Fraction(864, 10_000)


@settings(max_examples=300)
@given(rate=st.sampled_from(STANDARD), frame=st.integers(0, 60 * 60 * 60 * 10))
def test_a_frame_is_found_by_its_time_even_as_documents_write_it(
    rate: TimecodeRate, frame: int
) -> None:
    exact = Fraction(frame) / rate.fps
    written = Fraction(str(round(float(exact), 6)))

    assert rate.frame_at(exact) == rate.frame_at(written) == frame


@settings(max_examples=300)
@given(
    rate=st.sampled_from(STANDARD),
    frame=st.integers(0, 60 * 60 * 60),
    within=st.fractions(0, Fraction(999, 1000)),
)
def test_a_moment_within_a_frame_is_never_the_next_frame(
    rate: TimecodeRate, frame: int, within: Fraction
) -> None:
    assert rate.frame_at((frame + within) / rate.fps) == frame


@settings(max_examples=300)
@given(rate=st.sampled_from(STANDARD), frame=st.integers(0, 23 * 60 * 60 * 24))
def test_opentime_reads_back_the_frame(rate: TimecodeRate, frame: int) -> None:
    read = otio.opentime.from_timecode(rate.timecode(frame), float(rate.fps))

    assert read.value == frame


@pytest.mark.parametrize(
    ("average", "nearest"),
    [
        (Fraction(30000, 1001), "29.970"),
        (Fraction(24000, 1001), "23.976"),
        (Fraction(2397, 100), "23.976"),
        (Fraction(2991, 100), "29.970"),
        (Fraction(25), "25.000"),
        (Fraction(10), "23.976"),
        (Fraction(120), "60.000"),
        (Fraction(60000, 1001), "59.940"),
        (Fraction(48000, 1001), "47.952"),
    ],
)
def test_a_rate_that_is_none_is_brought_to_the_nearest(average: Fraction, nearest: str) -> None:
    assert nearest_rate(average) == RATES[nearest]
