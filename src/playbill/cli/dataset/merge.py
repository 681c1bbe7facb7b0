"""`playbill dataset merge`: COCO and VOC as one data set of 80 classes."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from playbill.cli.console import out, warn
from playbill.core.atomic import atomic_path
from playbill.datasets.folders import new_folder
from playbill.datasets.layout import lay_out_coco
from playbill.datasets.merge import WORDS, MergedDataset, MergeReport, merge
from playbill.datasets.opening import open_objects, write_objects
from playbill.datasets.problems import Problem, ProblemList, refuse
from playbill.datasets.stats import histogram_counts, object_stats
from playbill.datasets.writing import Written
from playbill.plots.histogram import histogram_png

SHOWN = 5
"""Omissions of each reason; `merge.json` has all."""
REPORT, HISTOGRAM = "merge.json", "classes.png"


def merge_command(
    sources: Annotated[
        list[Path],
        typer.Argument(
            readable=False, help="Data sets: COCO first, its labels rule; then VOC and others."
        ),
    ],
    target: Annotated[Path, typer.Option("--out", "-o", help="The new folder.")],
    to: Annotated[
        Literal["coco", "voc", "yolo"], typer.Option("--to", help="The format to write.")
    ] = "coco",
    copy: Annotated[
        bool, typer.Option("--copy", help="Copy the pictures instead of linking to them.")
    ] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out what is wrong instead of stopping.")
    ] = False,
) -> None:
    """Put labelled pictures together as one data set of COCO's 80 classes.

    A picture that is in several, or there twice, is taken once, from the data set named first:
    the same file, the same photograph by its Flickr number, or the same picture saved anew. What
    was left out, and why, is written to merge.json, and the classes are drawn to classes.png.

    $ playbill dataset merge instances_train2017.json VOCdevkit/ --out merged/
    """
    problems = ProblemList()
    on_problem = problems if skip_bad else refuse
    datasets = [open_objects(source, on_problem=on_problem) for source in sources]
    merged, report = merge(datasets, target.resolve().name)
    found = list(dict.fromkeys(problems.problems))
    with new_folder(target) as folder:
        written = _write(merged, folder, to, copy=copy)
        with atomic_path(folder / REPORT) as part:
            part.write_text(_document(report, found), "utf-8", errors="backslashreplace")
        counts = histogram_counts(object_stats(merged))
        drawn = histogram_png(counts, title=merged.name, of="objects")
        (folder / HISTOGRAM).write_bytes(drawn)
    _tell(target, report, written, found)


def _write(merged: MergedDataset, folder: Path, to: str, *, copy: bool) -> Written:
    if to == "coco":
        return lay_out_coco(merged, folder, "merged", copy=copy)
    return write_objects(merged, folder, format=to, copy=copy)


def _document(report: MergeReport, problems: list[Problem]) -> str:
    document = asdict(report) | {"problems": [asdict(problem) for problem in problems]}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _tell(target: Path, report: MergeReport, written: Written, problems: list[Problem]) -> None:
    out().print(
        f"{escape(str(target))}: {written.pictures:,} pictures with {written.objects:,} objects",
        soft_wrap=True,
    )
    for dataset, taken in report.taken.items():
        reasons = report.reasons(dataset)
        left_out = "".join(f"; {count:,} not: {WORDS[why]}" for why, count in reasons.items())
        out().print(f"  {escape(dataset)}: {taken:,} taken{left_out}", soft_wrap=True)
        for reason in reasons:
            _tell_omissions(report, dataset, reason)
        for label, count in report.dropped_objects[dataset].items():
            warn(f"{dataset}: {count:,} objects of class {label!r} left out, none of the 80")
    for problem in problems[:SHOWN]:
        warn(str(problem))
    if len(problems) > SHOWN:
        warn(f"... and {len(problems) - SHOWN:,} more problems in {target / REPORT}")
    if written.lost:
        lost = ", ".join(f"{count:,} {what}" for what, count in written.lost.items())
        warn(f"{target}: the format cannot hold: {lost}")


def _tell_omissions(report: MergeReport, dataset: str, reason: str) -> None:
    found = [one for one in report.omitted if (one.dataset, one.reason) == (dataset, reason)]
    for one in found[:SHOWN]:
        told = f" ({one.instead})" if one.instead else ""
        out().print(f"    {escape(one.name)}{escape(told)}", soft_wrap=True)
    if len(found) > SHOWN:
        out().print(f"    ... and {len(found) - SHOWN:,} more in {REPORT}")
