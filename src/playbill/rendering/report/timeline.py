"""The time line of a video, and the table that says the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from playbill.core.appearances import Appearance
from playbill.rendering.colours import hex_colour
from playbill.rendering.report.markup import (
    counted,
    name,
    percent,
    perhaps,
    picture,
    share,
    text,
    thumbnail_picture,
)
from playbill.rendering.thumbnails import Thumbnail, portrait
from playbill.rendering.timecode import length, timecode
from playbill.rendering.timeline import Bar, Row

_TICK_STEPS_S = (
    *(Fraction(tenths, 10) for tenths in (1, 2, 5, 10, 20, 50)),
    *(Fraction(seconds) for seconds in (10, 15, 30, 60, 120, 300, 600, 900)),
    *(Fraction(seconds) for seconds in (1800, 3600, 7200, 14400)),
)
_MAX_TICKS = 8
_PORTRAIT_SIDE = 88


@dataclass(frozen=True, slots=True)
class Scale:
    """The axis of a time line."""

    duration_s: Fraction

    @property
    def step_s(self) -> Fraction:
        """Between two ticks."""
        roomy = (step for step in _TICK_STEPS_S if self.duration_s / step <= _MAX_TICKS)
        return next(roomy, self.duration_s / _MAX_TICKS)

    def place(self, seen: Appearance) -> str:
        """Where a bar lies, for a style sheet; what juts out is cut off."""
        start_s = min(max(seen.span.start_s, Fraction(0)), self.duration_s)
        end_s = min(max(seen.span.end_s, start_s), self.duration_s)
        left, width = share(start_s, self.duration_s), share(end_s - start_s, self.duration_s)
        return f"left:{left};width:{width}"


def timeline_section(
    title: str, rows: Sequence[Row], scale: Scale, pictures: Mapping[int, Thumbnail], nothing: str
) -> str:
    """A heading and the rows below it; `nothing` is the sentence for no rows."""
    heading = f"<h2>{text(title)} <small>{len(rows) or ''}</small></h2>"
    if not rows:
        return f"<section class=lines>{heading}<p class=none>{text(nothing)}</p></section>"
    lines = "".join(_row(row, scale, pictures) for row in rows)
    return (
        f"<section class=lines>{heading}{_axis(scale)}"
        f"<div class=scroll tabindex=-1><ul class=rows>{lines}</ul></div></section>"
    )


def _axis(scale: Scale) -> str:
    step_s = scale.step_s
    ticks = "".join(
        f'<span style="left:{share(step_s * tick, scale.duration_s)}">'
        f"{_tick_label(step_s * tick)}</span>"
        for tick in range(int(scale.duration_s / step_s) + 1)
    )
    return f"<div class=axis aria-hidden=true><div class=ticks><div>{ticks}</div></div></div>"


def _tick_label(time_s: Fraction) -> str:
    """Without what is zero: `0:30`, `1:05:00`, `0:00.5`."""
    hours, minutes, rest = timecode(time_s).split(":")
    seconds, thousandths = rest.split(".")
    short = f"{int(minutes)}:{seconds}" if hours == "00" else f"{int(hours)}:{minutes}:{seconds}"
    tenths = thousandths.rstrip("0")
    return f"{short}.{tenths}" if tenths else short


def _row(row: Row, scale: Scale, pictures: Mapping[int, Thumbnail]) -> str:
    bars = "".join(_bar(row, bar, scale, is_first=place == 0) for place, bar in enumerate(row.bars))
    title = name(row.title) if row.named else text(row.title)
    times = counted(len(row.bars), "time", "times")
    return (
        f'<li class=row data-name="{text(row.title)}" style="--colour:{hex_colour(row.colour)}">'
        f"<div class=who>{_portrait(row, pictures)}"
        f"<div><h3>{title}</h3>{perhaps(row.perhaps)}"
        f"<p>{length(row.total_s)} · {times}</p></div></div>"
        f"<div class=track>{bars}</div></li>"
    )


def _portrait(row: Row, pictures: Mapping[int, Thumbnail]) -> str:
    with_picture = [bar for bar in row.bars if bar.number in pictures]
    if not with_picture:
        return "<span class=swatch></span>"
    best = max(with_picture, key=lambda bar: bar.seen.span.length_s)
    jpeg = portrait(pictures[best.number], _PORTRAIT_SIDE)
    return picture(jpeg, (_PORTRAIT_SIDE, _PORTRAIT_SIDE), "class=portrait")


def _bar(row: Row, bar: Bar, scale: Scale, *, is_first: bool) -> str:
    span = bar.seen.span
    said = f"{row.title}, {timecode(span.start_s)} to {timecode(span.end_s)}"
    return (
        f'<button type=button class=bar tabindex={0 if is_first else -1} data-of="{bar.number}" '
        f'style="{scale.place(bar.seen)}" aria-label="{text(said)}"></button>'
    )


def appearance_table(rows: Sequence[Row], pictures: Mapping[int, Thumbnail]) -> str:
    """Every appearance, by time: what the time line shows, for reading and for printing."""
    in_order = sorted(
        ((bar, row) for row in rows for bar in row.bars), key=lambda entry: entry[0].seen.span
    )
    if not in_order:
        return ""
    lines = "".join(_table_row(row, bar, pictures.get(bar.number)) for bar, row in in_order)
    heads = "".join(
        f"<th scope=col{' class=number' if is_number else ''}>{head}</th>"
        for head, is_number in (
            ("Who or what", False),
            ("From", True),
            ("To", True),
            ("Length", True),
            ("Looks", True),
            ("Score", True),
            ("Picture", False),
        )
    )
    summary = counted(len(in_order), "appearance", "appearances")
    return (
        f"<details class=table><summary>The same as a table: {summary}</summary>"
        f"<div class=scroll><table><thead><tr>{heads}</tr></thead>"
        f"<tbody>{lines}</tbody></table></div></details>"
    )


def _table_row(row: Row, bar: Bar, thumbnail: Thumbnail | None) -> str:
    span, title = bar.seen.span, name(row.title) if row.named else text(row.title)
    cells = "".join(
        f"<td class=number>{cell}</td>"
        for cell in (
            timecode(span.start_s),
            timecode(span.end_s),
            length(span.length_s),
            f"{bar.seen.frames:,}",
            percent(bar.seen.score),
        )
    )
    shown, at = "", ""
    if thumbnail:
        shown, at = thumbnail_picture(thumbnail), f' data-at="{timecode(thumbnail.time_s)}"'
    return (
        f'<tr id="a{bar.number}" data-name="{text(row.title)}" '
        f'style="--colour:{hex_colour(row.colour)}"{at}>'
        f"<th scope=row>{title}</th>{cells}<td>{shown}</td></tr>"
    )
