"""Appearances in rows: one per person, one for everybody without a name, one per class."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from playbill.core.appearances import Appearance
from playbill.core.timespan import join_spans
from playbill.rendering.colours import Rgb, colour_of

NOBODY_KNOWN = "People without a name"


@dataclass(frozen=True, slots=True)
class Bar:
    """One appearance and its place in `Analysis.appearances`."""

    number: int
    seen: Appearance


@dataclass(frozen=True, slots=True)
class Row:
    """One person or class of objects, and when it is seen."""

    title: str
    named: bool
    """Whether `title` is the name of a person."""
    colour: Rgb
    bars: tuple[Bar, ...]
    """In order of time; never empty."""

    @property
    def total_s(self) -> Fraction:
        """Seconds in the picture; what overlaps counts once."""
        spans = join_spans(bar.seen.span for bar in self.bars)
        return sum((span.length_s for span in spans), Fraction(0))

    @property
    def longest(self) -> Bar:
        """The appearance to show for the row where there is room for one."""
        return max(self.bars, key=lambda bar: bar.seen.span.length_s)


def people_rows(appearances: Iterable[Appearance]) -> list[Row]:
    """People by their time in the picture; those without a name in one row at the end."""
    return _rows(appearances, "person")


def object_rows(appearances: Iterable[Appearance]) -> list[Row]:
    """Classes of objects by their time in the picture."""
    return _rows(appearances, "object")


def _rows(appearances: Iterable[Appearance], kind: str) -> list[Row]:
    bars: dict[Hashable, list[Bar]] = defaultdict(list)
    for number, seen in enumerate(appearances):
        if seen.kind == kind:
            person_id = seen.person.id if seen.person else None
            bars[seen.class_id, person_id].append(Bar(number, seen))
    rows = [_row(row) for row in bars.values()]
    return sorted(rows, key=lambda row: (row.title == NOBODY_KNOWN, -row.total_s, row.title))


def _row(bars: list[Bar]) -> Row:
    first = bars[0].seen
    title = first.label
    if first.kind == "person":
        title = first.person.name if first.person else NOBODY_KNOWN
    colour = colour_of(first.kind, first.class_id, named=first.person is not None)
    in_order = tuple(sorted(bars, key=lambda bar: bar.seen.span))
    return Row(title, first.person is not None, colour, in_order)
