"""Appearances in rows: one per person, with or without a name, and one per class."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from playbill.core.appearances import Appearance
from playbill.core.metadata import FrameMetadata
from playbill.core.people import Candidate, unknown_title
from playbill.core.subjects import Subject
from playbill.core.timespan import join_spans
from playbill.rendering.colours import Rgb, colour_of

NOBODY_KNOWN = "People without a name"
OTHERS = "Other people"
"""Where some are told apart by number: those whose faces are not seen."""


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
    perhaps: tuple[Candidate, ...] = ()
    """Whom somebody without a name may be, the likeliest first."""

    @property
    def total_s(self) -> Fraction:
        """Seconds in the picture; what overlaps counts once."""
        spans = join_spans(bar.seen.span for bar in self.bars)
        return sum((span.length_s for span in spans), Fraction(0))

    @property
    def longest(self) -> Bar:
        """The appearance to show for the row where there is room for one."""
        return max(self.bars, key=lambda bar: bar.seen.span.length_s)


def people_rows(
    appearances: Iterable[Appearance], frames: Iterable[FrameMetadata] = ()
) -> list[Row]:
    """Those with a name by their time in the picture, then those with a number, then the others.

    From `frames` those with a number get their candidates.
    """
    likely = candidates_of(frames)
    rows = [
        replace(row, perhaps=likely.get(row.bars[0].seen.unknown or 0, ()))
        for row in sorted(_rows(appearances, "person"), key=_rank)
    ]
    if any(row.bars[0].seen.unknown for row in rows) and rows[-1].title == NOBODY_KNOWN:
        rows[-1] = replace(rows[-1], title=OTHERS)
    return rows


def candidates_of(frames: Iterable[FrameMetadata]) -> dict[int, tuple[Candidate, ...]]:
    """Number of somebody without a name -> whom they may be, as where they are likeliest."""
    found: dict[int, tuple[Candidate, ...]] = {}
    for thing in (thing for frame in frames for thing in frame.things):
        if thing.unknown is None or thing.match is None or not thing.match.candidates:
            continue
        best = thing.match.candidates[0].probability
        if thing.unknown not in found or best > found[thing.unknown][0].probability:
            found[thing.unknown] = thing.match.candidates
    return found


def object_rows(appearances: Iterable[Appearance]) -> list[Row]:
    """Classes of objects by their time in the picture."""
    return _rows(appearances, "object")


def _rows(appearances: Iterable[Appearance], kind: str) -> list[Row]:
    bars: dict[Subject, list[Bar]] = defaultdict(list)
    for number, seen in enumerate(appearances):
        if seen.kind == kind:
            bars[seen.subject].append(Bar(number, seen))
    rows = [_row(row) for row in bars.values()]
    return sorted(rows, key=lambda row: (-row.total_s, row.title))


def _rank(row: Row) -> int:
    if row.named:
        return 0
    return 2 if row.title == NOBODY_KNOWN else 1


def _row(bars: list[Bar]) -> Row:
    first = bars[0].seen
    colour = colour_of(first.kind, first.class_id, named=first.person is not None)
    in_order = tuple(sorted(bars, key=lambda bar: bar.seen.span))
    return Row(_title(first), first.person is not None, colour, in_order)


def _title(seen: Appearance) -> str:
    if seen.kind == "object":
        return seen.label
    if seen.unknown is not None:
        return unknown_title(seen.unknown).capitalize()
    return seen.person.name if seen.person else NOBODY_KNOWN
