"""What a person wants to read after an analysis."""

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from playbill.core.analysis import Analysis
from playbill.core.appearances import Appearance
from playbill.core.people import unknown_title
from playbill.rendering.drawing import label_of
from playbill.rendering.timecode import timecode


def summary(analysis: Analysis) -> RenderableType:
    """Who and what appears when, and how much was looked at."""
    media, frames = analysis.media, analysis.run.frames
    head = f"[bold]{escape(media.name)}[/]  {media.size_wh[0]}x{media.size_wh[1]}"
    if media.duration_s is not None:
        head += f"  {timecode(media.duration_s)}"
    head += f"  {frames.analysed} of {frames.expected} frames analysed"
    if frames.corrupt:
        head += f", [bold red]{frames.corrupt} corrupt[/]"
    return Group(head, _still(analysis) if media.kind == "image" else _appearances(analysis))


def _appearances(analysis: Analysis) -> Table:
    table = Table("who or what", "from", "to", "frames", "score", box=None, padding=(0, 2, 0, 0))
    for appearance in analysis.appearances:
        table.add_row(
            _subject(appearance),
            timecode(appearance.span.start_s),
            timecode(appearance.span.end_s),
            str(appearance.frames),
            f"{appearance.score:.2f}",
        )
    return table


def _still(analysis: Analysis) -> Table:
    table = Table(
        "who or what", "x", "y", "width", "height", "score", box=None, padding=(0, 2, 0, 0)
    )
    for thing in (thing for frame in analysis.frames for thing in frame.things):
        left, top, right, bottom = thing.box_xyxy
        numbers: Iterable[float] = (left, top, right - left, bottom - top)
        name = escape(label_of(thing)[0])
        name = f"[bold]{name}[/]" if thing.name else name
        table.add_row(name, *(f"{number:.0f}" for number in numbers), f"{thing.score:.2f}")
    return table


def _subject(appearance: Appearance) -> str:
    if appearance.person:
        return f"[bold]{escape(appearance.person.name)}[/]"
    if appearance.unknown is not None:
        return unknown_title(appearance.unknown)
    return "somebody unknown" if appearance.kind == "person" else escape(appearance.label)
