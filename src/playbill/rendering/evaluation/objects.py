"""The page of object networks side by side."""

from pathlib import Path

from playbill.evaluation.objects.evaluate import ObjectData, ObjectEvaluation, ObjectResult
from playbill.evaluation.objects.precision import AveragePrecision
from playbill.plots.confusion import MOST, confusion_svg
from playbill.plots.trade_off import precision_svg
from playbill.rendering.evaluation.misses import missed_pictures
from playbill.rendering.evaluation.parts import (
    Measure,
    chart,
    measures_table,
    notice,
    number_cell,
    plain_table,
    section,
    write_page,
)
from playbill.rendering.report.markup import facts, name, text

Results = tuple[ObjectResult, ...]
_FIGURES = (
    ("ap", "AP", "Mean over IoU 0.50 to 0.95 and over the classes"),
    ("ap50", "AP50", "At IoU 0.5"),
    ("ap75", "AP75", "At IoU 0.75"),
    ("ap_small", "AP, small objects", "Less than 32 x 32 pixels"),
    ("ap_medium", "AP, medium objects", ""),
    ("ap_large", "AP, large objects", "96 x 96 pixels and more"),
    ("ar100", "AR100", "Recall with at most 100 detections a picture"),
)
"""Fields of `AveragePrecision` as they are called, and what they mean."""


def write_object_page(evaluation: ObjectEvaluation, target: Path) -> None:
    """Write one HTML page that shows `evaluation`, with pictures as long as they can be read.

    Raises:
        OutputError: the file cannot be written.
    """
    data, results = evaluation.data, evaluation.networks
    write_page(
        target,
        title=f"Object networks on {data.name}",
        summary=_summary(results),
        data=facts(_facts(data)),
        notice=_notices(data, results),
        body=section("Side by side", _side_by_side(results))
        + section("Precision and recall", _curves(results))
        + "".join(_network(result) for result in results),
        run=evaluation.run,
    )


def _summary(results: Results) -> str:
    judged = [(one.judgement.overall.ap, one.network.name) for one in results]
    best, network = max((ap or 0.0, of) for ap, of in judged)
    return f"{name(network)} reaches an average precision of {best:.3f}."


def _facts(data: ObjectData) -> list[tuple[str, str]]:
    return [
        ("Pictures", f"{data.pictures:,}"),
        ("Objects", f"{data.objects:,}"),
        ("Classes with an object", f"{data.classes:,}"),
        ("Left out: crowds, difficult", f"{data.ignored:,}"),
    ]


def _notices(data: ObjectData, results: Results) -> str:
    unknown = [
        f"{result.network.name}: {', '.join(result.unknown_labels)}"
        for result in results
        if result.unknown_labels
    ]
    return (
        notice(data.unreadable, "Pictures that could not be used, and were left out.")
        + notice(data.problems, "What is wrong with the data set.")
        + notice(unknown, "Labels that a network does not know, and that it is not judged by.")
    )


def _side_by_side(results: Results) -> str:
    def figure(field: str) -> list[float | None]:
        overall: list[AveragePrecision] = [one.judgement.overall for one in results]
        return [getattr(one, field) for one in overall]

    measures = [
        Measure(title, about, tuple(number_cell(ap, ".3f") for ap in figure(field)), max)
        for field, title, about in _FIGURES
    ]
    best = [one.best for one in results]
    measures += [
        Measure(
            "Best F1, all classes together",
            "At IoU 0.5",
            tuple(number_cell(one.f1 if one else None, ".3f") for one in best),
            max,
        ),
        Measure(
            "... from a score of",
            "What to set for --min-score",
            tuple(number_cell(one.score if one else None, ".2f") for one in best),
        ),
        Measure(
            "Milliseconds a picture",
            f"Median of {results[0].time.rounds}, one by one, in turns",
            tuple(number_cell(one.time.ms, ".1f") for one in results),
            min,
        ),
        Measure(
            "Megabytes on the disk",
            "",
            tuple(number_cell(one.megabytes, ".1f") for one in results),
            min,
        ),
    ]
    return measures_table([one.network.name for one in results], measures)


def _curves(results: Results) -> str:
    curves = {
        one.network.name: [(point.recall, point.precision) for point in one.judgement.curve]
        for one in results
        if one.judgement.curve
    }
    if not curves:
        return ""
    drawn = chart(lambda ink: precision_svg(curves, ink=ink), "At IoU 0.5, mean over the classes.")
    return f"<div class=charts>{drawn}</div>"


def _network(result: ObjectResult) -> str:
    confusion = result.confusion
    rows, columns = [*confusion.labels, "(nothing)"], [*confusion.labels, "(missed)"]
    caption = (
        f"What detections of a score of {confusion.score:.2f} or more take objects for, at IoU 0.5."
    )
    if len(confusion.labels) >= MOST:
        caption += f" The {MOST - 1} classes with the most in them."
    drawn = chart(
        lambda ink: confusion_svg(confusion.counts, rows, columns, ink=ink), caption, wide=True
    )
    title = result.network.name
    return (
        section(f"{title}: what is taken for what", drawn)
        + section(f"{title}: classes", _classes(result))
        + section(f"{title}: the worst pictures", missed_pictures(result.worst))
    )


def _classes(result: ObjectResult) -> str:
    best = {one.label: one.best for one in result.best_by_class}
    lines = []
    for one in sorted(result.judgement.classes, key=lambda each: -(each.ap or 0)):
        score = best.get(one.label)
        cells = [number_cell(value, ".3f").markup for value in (one.ap, one.ap50, one.ar100)]
        f1 = [f"{score.f1:.3f}", f"{score.score:.2f}"] if score else ["-", "-"]
        lines.append([text(one.label), f"{one.objects:,}", *cells, *f1])
    heads = ("class", "objects", "AP", "AP50", "AR100", "best F1", "from a score of")
    table = plain_table(heads, lines)
    return f"<details><summary>{len(lines)} classes</summary>{table}</details>"
