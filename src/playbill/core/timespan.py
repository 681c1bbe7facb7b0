"""Exact, half-open spans of time."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True, order=True)
class TimeSpan:
    """The seconds from `start_s` up to, not including, `end_s`.

    >>> TimeSpan(Fraction(1), Fraction(3)).overlaps(TimeSpan(Fraction(3), Fraction(4)))
    False
    """

    start_s: Fraction
    end_s: Fraction

    def __post_init__(self) -> None:
        if not self.start_s < self.end_s:
            raise ValueError(f"a span must end after it starts, got {self.start_s} to {self.end_s}")

    @property
    def length_s(self) -> Fraction:
        """Seconds between start and end."""
        return self.end_s - self.start_s

    def __contains__(self, time_s: Fraction) -> bool:
        return self.start_s <= time_s < self.end_s

    def overlaps(self, other: "TimeSpan") -> bool:
        """Whether some moment lies in both."""
        return self.start_s < other.end_s and other.start_s < self.end_s


def join_spans(spans: Iterable[TimeSpan], *, max_gap_s: Fraction = Fraction(0)) -> list[TimeSpan]:
    """Join spans that touch, overlap or lie at most `max_gap_s` apart; sorted, disjoint."""
    joined: list[TimeSpan] = []
    for span in sorted(spans):
        if joined and span.start_s - joined[-1].end_s <= max_gap_s:
            last = joined[-1]
            joined[-1] = TimeSpan(last.start_s, max(last.end_s, span.end_s))
        else:
            joined.append(span)
    return joined
