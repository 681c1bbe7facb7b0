"""The page of face networks side by side."""

from collections.abc import Callable
from pathlib import Path

from playbill.evaluation.faces.closed_set import MIN_PICTURES, ClosedSet
from playbill.evaluation.faces.evaluate import FaceData, FaceEvaluation, FaceResult
from playbill.evaluation.faces.groups import Group
from playbill.evaluation.faces.open_set import FPIRS, OpenSet
from playbill.plots.trade_off import identification_svg, roc_svg
from playbill.rendering.evaluation.parts import (
    Cell,
    Measure,
    chart,
    measures_table,
    notice,
    number_cell,
    rate_cell,
    section,
    share,
    write_page,
)
from playbill.rendering.report.markup import counted, facts, name, text

Results = tuple[FaceResult, ...]


def write_face_page(evaluation: FaceEvaluation, target: Path) -> None:
    """Write one HTML page that shows `evaluation`.

    Raises:
        OutputError: the file cannot be written.
    """
    data, results = evaluation.data, evaluation.networks
    write_page(
        target,
        title=f"Face networks on {data.folder}",
        summary=_summary(evaluation),
        data=facts(_facts(data)),
        notice=_notices(data, results),
        body=section("Side by side", _side_by_side(results), _lead(results))
        + section("Trade-offs", _charts(results))
        + section(
            "By kind of picture",
            _groups(results),
            "People with at least two pictures; the gallery and the strangers are of all kinds.",
        ),
        run=evaluation.run,
    )


def _summary(evaluation: FaceEvaluation) -> str:
    """The network that puts the right person first most often, in one sentence."""
    ranked = [
        (closed.first.value, result.network.name)
        for result in evaluation.networks
        for closed in result.closed_sets[:1]
    ]
    if not ranked:
        return "Nothing could be measured."
    best, network = max(ranked)
    return f"{name(network)} puts the right person first for {share(best)} of the faces asked for."


def _facts(data: FaceData) -> list[tuple[str, str]]:
    pairs = [
        ("Pictures", f"{data.pictures:,}"),
        ("People", f"{data.people:,}"),
        ("With two pictures or more", f"{data.people_with_two:,}"),
    ]
    if data.left_out:
        pairs.append(("Left out by the list", f"{data.left_out:,}"))
    return [*pairs, ("SHA-256 of the data", f"<code>{text(data.sha256[:12])}...</code>")]


def _notices(data: FaceData, results: Results) -> str:
    missing = [
        sentence if len(results) == 1 else f"{result.network.name}: {sentence}"
        for result in results
        for sentence in result.not_measured
    ]
    no_face = counted(len(data.without_face), "picture shows", "pictures show")
    return (
        notice(data.without_face, f"{no_face} no face; they count as not recognised.")
        + notice(data.unreadable, "Pictures that could not be read, and were left out.")
        + notice(missing, "Not measured.")
    )


def _lead(results: Results) -> str:
    opened = results[0].open_set
    strangers = (
        f" Open set: strangers are {opened.strangers_are}, "
        f"{counted(opened.strangers, 'picture', 'pictures')} of {opened.stranger_people:,} people."
        if opened
        else ""
    )
    return (
        "Galleries hold half of everybody's pictures, the other half is asked for, five times with "
        "other halves. Under each share: where it lies with 95 % confidence, and how many were "
        f"asked for.{strangers}"
    )


def _side_by_side(results: Results) -> str:
    measures = [_pairs(results)]
    measures += [_closed(results, least) for least in MIN_PICTURES]
    measures += [_open(results, place) for place in range(len(FPIRS))]
    measures += [*_in_use(results), *_costs(results)]
    shown = [line for line in measures if any(cell.markup != "-" for cell in line.cells)]
    return measures_table([result.network.name for result in results], shown)


def _pairs(results: Results) -> Measure:
    def cell(result: FaceResult) -> Cell:
        found = result.verification
        if found is None:
            return Cell("-")
        error = f"&plusmn; {share(found.standard_error)}, n = {found.pairs:,}"
        return Cell(f"{share(found.accuracy)}<small>{error}</small>", found.accuracy)

    about = "Accuracy over folds without common people, and its standard error"
    return Measure("Pairs: the same person?", about, tuple(map(cell, results)), max)


def _closed(results: Results, least: int) -> Measure:
    def found(result: FaceResult) -> ClosedSet | None:
        return next((one for one in result.closed_sets if one.min_pictures == least), None)

    sets = [found(result) for result in results]
    people = next((one.people for one in sets if one), 0)
    return Measure(
        f"Right person first, {least} pictures or more",
        f"Closed set of {counted(people, 'person', 'people')}",
        tuple(rate_cell(one.first if one else None) for one in sets),
        max,
    )


def _open(results: Results, place: int) -> Measure:
    opened: list[OpenSet | None] = [result.open_set for result in results]
    return Measure(
        f"FNIR at FPIR {share(FPIRS[place])}",
        "Known faces missed when at most so many strangers get a name",
        tuple(rate_cell(one.points[place].fnir if one else None) for one in opened),
        min,
    )


def _in_use(results: Results) -> list[Measure]:
    in_use = [result.in_use for result in results]
    return [
        Measure(
            "As enrolled: own name given",
            "By the method and the threshold that playbill enrol chooses",
            tuple(rate_cell(one.named if one else None) for one in in_use),
            max,
        ),
        Measure(
            "As enrolled: another's name given",
            "",
            tuple(rate_cell(one.wrong if one else None) for one in in_use),
            min,
        ),
        Measure(
            "As enrolled: strangers named",
            "People with one picture",
            tuple(rate_cell(one.strangers_named if one else None) for one in in_use),
        ),
        Measure(
            "Leave one out, nearest picture",
            "Every picture asked for when all others are enrolled",
            tuple(rate_cell(result.leave_one_out.nearest) for result in results),
            max,
        ),
    ]


def _costs(results: Results) -> list[Measure]:
    alone = tuple(number_cell(result.time.alone_ms, ".1f") for result in results)
    batch = tuple(number_cell(result.time.batch_ms, ".1f") for result in results)
    size = tuple(number_cell(result.megabytes, ".1f") for result in results)
    turns = f"Median of {results[0].time.rounds}, in turns"
    return [
        Measure("Milliseconds a face, alone", turns, alone, min),
        Measure("Milliseconds a face, 32 together", turns, batch, min),
        Measure("Megabytes on the disk", "", size, min),
    ]


def _charts(results: Results) -> str:
    pairs = {
        result.network.name: [(p.false_match, p.true_match) for p in result.verification.curve]
        for result in results
        if result.verification
    }
    opened = {
        result.network.name: [(p.fpir, p.fnir) for p in result.open_set.curve]
        for result in results
        if result.open_set
    }
    charts = []
    if pairs:
        charts.append(
            chart(lambda ink: roc_svg(pairs, ink=ink), "Pairs: further up and left is better.")
        )
    if opened:
        caption = "Open set, mean of five seeds: further down and left is better."
        charts.append(chart(lambda ink: identification_svg(opened, ink=ink), caption))
    return f"<div class=charts>{''.join(charts)}</div>" if charts else ""


def _groups(results: Results) -> str:
    names = list(dict.fromkeys(group.name for result in results for group in result.groups))
    measures = [_group(results, each, "first", max, "right person first") for each in names]
    measures += [
        _group(results, each, "fnir", min, f"FNIR at FPIR {share(FPIRS[0])}") for each in names
    ]
    shown = [line for line in measures if any(cell.value is not None for cell in line.cells)]
    return measures_table([result.network.name for result in results], shown) if shown else ""


def _group(
    results: Results, kind: str, field: str, better: Callable[..., float], about: str
) -> Measure:
    def group(result: FaceResult) -> Group | None:
        return next((one for one in result.groups if one.name == kind), None)

    found = [group(result) for result in results]
    cells = tuple(rate_cell(getattr(one, field) if one else None) for one in found)
    return Measure(f"{kind[0].upper()}{kind[1:]}: {about}", "", cells, better)
