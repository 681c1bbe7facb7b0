"""`playbill dataset stats`: how much of what there is, and as a picture."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from playbill.cli.console import out, warn
from playbill.cli.dataset.options import AsJson, KindOption, Pictures, Source, left_out
from playbill.cli.options import Without
from playbill.core.atomic import atomic_path
from playbill.datasets.kinds import guess_kind
from playbill.datasets.opening import open_objects
from playbill.datasets.people import find_people
from playbill.datasets.problems import ProblemList
from playbill.datasets.stats import (
    ObjectStats,
    PeopleStats,
    Spread,
    histogram_counts,
    object_stats,
    people_stats,
)
from playbill.plots.histogram import histogram_png

SHOWN_PEOPLE = 10


def stats(
    source: Source,
    kind: KindOption = None,
    pictures: Pictures = None,
    without: Without = None,
    histogram: Annotated[
        Path | None, typer.Option(help="Draw how often each class is there: a PNG.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Count classes, boxes and people, and draw the histogram of classes.

    $ playbill dataset stats instances_train.json --histogram classes.png
    """
    problems = ProblemList()
    found: ObjectStats | PeopleStats
    if (kind or guess_kind(source)) == "people":
        found = people_stats(find_people(source, without=left_out(without)))
    else:
        dataset = open_objects(source, pictures=pictures, outlines=False, on_problem=problems)
        found = object_stats(dataset)
    if histogram is not None:
        with atomic_path(histogram) as part:
            part.write_bytes(_drawn(found, source))
    if as_json:
        text = json.dumps(asdict(found), ensure_ascii=False, indent=1)
        out().print(text, markup=False, soft_wrap=True)
    else:
        lines, table = _people(found) if isinstance(found, PeopleStats) else _objects(found)
        for line in lines:
            out().print(line, soft_wrap=True)
        out().print(table)
    if len(problems):
        counts = ", ".join(f"{count:,} {kind}" for kind, count in problems.counts().items())
        warn(f"{source}: left out of the counts: {counts}; `playbill dataset check` says which")


def _drawn(found: ObjectStats | PeopleStats, source: Path) -> bytes:
    counts = histogram_counts(found)
    title = source.resolve().stem
    if isinstance(found, PeopleStats):
        return histogram_png(counts, title=title, of="pictures", classes="people")
    return histogram_png(counts, title=title, of="objects")


def _objects(found: ObjectStats) -> tuple[list[str], Table]:
    table = Table("class", "objects", "pictures", box=None, padding=(0, 2, 0, 0))
    for count in sorted(found.classes, key=lambda count: -count.objects):
        table.add_row(escape(count.label), f"{count.objects:,}", f"{count.pictures:,}")
    sizes = ", ".join(f"{number:,} {size}" for size, number in found.sizes.items())
    lines = [
        f"[bold]{escape(found.name)}[/]  {found.pictures:,} pictures "
        f"({found.without_objects:,} without objects), {found.objects:,} objects "
        f"({found.crowds:,} crowds), {len(found.classes):,} classes",
        f"objects a picture: {_spread(found.objects_a_picture)}",
        f"sizes as COCO counts them: {sizes}",
    ]
    if found.box_sides_px:
        lines.append(f"sides of boxes in pixels: {_spread(found.box_sides_px)}")
    return lines, table


def _people(found: PeopleStats) -> tuple[list[str], Table]:
    table = Table("person", "pictures", box=None, padding=(0, 2, 0, 0))
    for name, count in found.people[:SHOWN_PEOPLE]:
        table.add_row(escape(name), f"{count:,}")
    more = len(found.people) - SHOWN_PEOPLE
    if more > 0:
        table.add_row(f"... {more:,} more", "")
    at_least = ", ".join(
        f"{people:,} with {least} or more"
        for least, people in found.with_at_least.items()
        if people
    )
    lines = [
        f"[bold]{len(found.people):,} people[/], {found.pictures:,} pictures",
        f"pictures a person: {_spread(found.pictures_a_person)}",
    ]
    return ([*lines, f"people: {at_least}"] if at_least else lines), table


def _spread(spread: Spread) -> str:
    return (
        f"{spread.least:.4g} to {spread.most:.4g}, median {spread.median:.4g}, "
        f"mean {spread.mean:.4g}, standard deviation {spread.deviation:.4g}"
    )
