"""What a person wants to read after an evaluation."""

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from playbill.evaluation.faces.evaluate import FaceEvaluation, FaceResult
from playbill.evaluation.gallery.evaluate import GalleryEvaluation
from playbill.evaluation.objects.evaluate import ObjectEvaluation
from playbill.evaluation.rates import Rate

_CONFUSIONS = 10
"""On the screen; the page has them all."""


def face_table(evaluation: FaceEvaluation) -> RenderableType:
    """Networks side by side."""
    data, results = evaluation.data, evaluation.networks
    head = (
        f"[bold]{escape(data.folder)}[/]  {data.pictures} pictures of {data.people} people, "
        f"{data.people_with_two} with two or more; no face found in {len(data.without_face)}"
    )
    table = _table("", *(result.network.name for result in results))
    lines: dict[str, list[str]] = {}
    for result in results:
        for title, value in _face_lines(result):
            lines.setdefault(title, []).append(value)
    for title, values in lines.items():
        table.add_row(title, *values)
    notes = dict.fromkeys(escape(note) for result in results for note in result.not_measured)
    return Group(head, table, *notes)


def _face_lines(result: FaceResult) -> list[tuple[str, str]]:
    verification, opened = result.verification, result.open_set
    lines = []
    if verification:
        error = f"{verification.accuracy:.4f} ± {verification.standard_error:.4f}"
        lines.append((f"pairs ({verification.pairs})", error))
    for closed in result.closed_sets:
        title = f"right person first, {closed.min_pictures} pictures or more (n = {closed.probes})"
        lines.append((title, _share(closed.first)))
    for point in opened.points if opened else ():
        title = f"FNIR at FPIR {point.fpir:.1%} (n = {point.fnir.n})"
        lines.append((title, _share(point.fnir)))
    lines.append(
        (
            f"leave one out (n = {result.leave_one_out.pictures})",
            _share(result.leave_one_out.nearest),
        )
    )
    return [
        *lines,
        ("ms a face, alone", f"{result.time.alone_ms:.1f}"),
        ("ms a face, 32 together", f"{result.time.batch_ms:.1f}"),
        ("megabytes", f"{result.megabytes:.1f}"),
    ]


def object_table(evaluation: ObjectEvaluation) -> RenderableType:
    """Networks side by side."""
    data = evaluation.data
    head = (
        f"[bold]{escape(data.name)}[/]  {data.pictures} pictures, {data.objects} objects of "
        f"{data.classes} classes; {data.ignored} left out as crowds or difficult"
    )
    table = _table("", *(result.network.name for result in evaluation.networks))
    for title, field in (
        ("AP", "ap"),
        ("AP50", "ap50"),
        ("AP75", "ap75"),
        ("AP small", "ap_small"),
        ("AP medium", "ap_medium"),
        ("AP large", "ap_large"),
        ("AR100", "ar100"),
    ):
        figures = [getattr(one.judgement.overall, field) for one in evaluation.networks]
        table.add_row(title, *(_number(figure) for figure in figures))
    shown = [result.shown for result in evaluation.networks]
    table.add_row("precision as it is set", *(_number(one.precision) for one in shown))
    table.add_row("recall as it is set", *(_number(one.recall) for one in shown))
    best = [result.best for result in evaluation.networks]
    table.add_row("best F1", *(_number(one.f1 if one else None) for one in best))
    table.add_row("... from a score of", *(_number(one.score if one else None) for one in best))
    table.add_row("ms a picture", *(f"{one.time.ms:.1f}" for one in evaluation.networks))
    table.add_row("megabytes", *(f"{one.megabytes:.1f}" for one in evaluation.networks))
    return Group(head, table)


def gallery_table(evaluation: GalleryEvaluation) -> RenderableType:
    """Rates, and who is taken for whom."""
    data = evaluation.data
    head = (
        f"[bold]{escape(evaluation.gallery.name)}[/] on [bold]{escape(data.folder)}[/]  "
        f"{data.asked} pictures of {data.known_people} people in the gallery and "
        f"{data.strangers} strangers"
    )
    enrolled = len(data.enrolled)
    notes = [f"{enrolled} pictures were enrolled, and not asked about"] if enrolled else []
    table = _table("", "share")
    for title, rate in (
        ("right name", evaluation.right),
        ("another's name", evaluation.wrong),
        ("FNIR", evaluation.fnir),
        ("FPIR (strangers named)", evaluation.fpir),
    ):
        table.add_row(title, _share(rate))
    confused = evaluation.confusions[:_CONFUSIONS]
    mistakes = _table("who", "is taken for", "pictures") if confused else ""
    for one in confused:
        if isinstance(mistakes, Table):
            mistakes.add_row(escape(one.person), escape(one.taken_for), str(one.pictures))
    return Group(head, *notes, table, mistakes)


def _table(*heads: str) -> Table:
    return Table(*heads, box=None, padding=(0, 2, 0, 0))


def _share(rate: Rate | None) -> str:
    return "-" if rate is None else f"{rate.value:.4f} ({rate.low:.4f} to {rate.high:.4f})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
