from fractions import Fraction

import pytest

from playbill.rendering.timecode import length, timecode


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (Fraction(0), "00:00:00.000"),
        (Fraction(1001, 1000), "00:00:01.001"),
        (Fraction(30 * 1001, 30000), "00:00:01.001"),
        (Fraction(2, 3), "00:00:00.666"),
        (Fraction(59_999_9, 10_000), "00:00:59.999"),
        (Fraction(86_399), "23:59:59.000"),
        (Fraction(360_000), "100:00:00.000"),
    ],
)
def test_time_codes_are_cut_off_and_never_rounded_up(seconds: Fraction, written: str) -> None:
    assert timecode(seconds) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (Fraction(1, 25), "0.0 s"),
        (Fraction(599, 10), "59.9 s"),
        (Fraction(60), "1 min 0 s"),
        (Fraction(3599), "59 min 59 s"),
        (Fraction(3600), "1 h 0 min"),
    ],
)
def test_lengths_are_as_long_as_they_need_to_be(seconds: Fraction, written: str) -> None:
    assert length(seconds) == written
