"""Half-open spans of exact time, judged by counting ticks."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbill.core.timespan import TimeSpan, join_spans

unhurried = settings(deadline=None, max_examples=70)
Ticks = tuple[int, int]


@st.composite
def ticks(draw: st.DrawFn) -> Ticks:
    start = draw(st.integers(0, 9))
    return start, draw(st.integers(start + 1, 10))


def span(start: int, end: int) -> TimeSpan:
    """Ticks are thirds of a second, which floats cannot hold."""
    return TimeSpan(Fraction(start, 3), Fraction(end, 3))


@pytest.mark.parametrize(("start", "end"), [(1, 1), (2, 1)])
def test_a_span_that_does_not_end_after_it_starts_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="must end after it starts"):
        span(start, end)


def test_a_span_holds_its_start_and_not_its_end() -> None:
    assert Fraction(1, 3) in span(1, 4)
    assert Fraction(4, 3) not in span(1, 4)
    assert span(1, 4).length_s == 1


@pytest.mark.parametrize(
    ("spans", "max_gap", "joined"),
    [
        ([], 0, []),
        ([(0, 1)], 0, [(0, 1)]),
        ([(0, 1), (1, 2)], 0, [(0, 2)]),
        ([(1, 2), (0, 1)], 0, [(0, 2)]),
        ([(0, 1), (2, 3)], 0, [(0, 1), (2, 3)]),
        ([(0, 1), (2, 3)], 1, [(0, 3)]),
        ([(0, 9), (2, 3)], 0, [(0, 9)]),
        ([(0, 9), (2, 3), (9, 10)], 0, [(0, 10)]),
    ],
)
def test_spans_that_touch_overlap_or_lie_close_are_joined(
    spans: list[Ticks], max_gap: int, joined: list[Ticks]
) -> None:
    found = join_spans((span(*s) for s in spans), max_gap_s=Fraction(max_gap, 3))

    assert found == [span(*s) for s in joined]


@unhurried
@given(ticks(), ticks())
def test_spans_overlap_when_they_share_a_tick(a: Ticks, b: Ticks) -> None:
    shared = set(range(*a)) & set(range(*b))

    assert span(*a).overlaps(span(*b)) == bool(shared)
    assert span(*b).overlaps(span(*a)) == bool(shared)


@unhurried
@given(st.lists(ticks(), max_size=5))
def test_joined_spans_hold_the_same_ticks_and_lie_apart(spans: list[Ticks]) -> None:
    joined = join_spans(span(*s) for s in spans)

    covered = {t for s in spans for t in range(*s)}
    assert {t for t in range(11) if any(Fraction(t, 3) in s for s in joined)} == covered
    assert all(a.end_s < b.start_s for a, b in pairwise(joined))
