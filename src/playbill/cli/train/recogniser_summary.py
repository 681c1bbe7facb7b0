"""What a person wants to read after the training of a recogniser."""

from math import ceil, floor

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from playbill.evaluation.rates import Rate
from playbill.evaluation.recogniser.result import (
    DoubtfulName,
    MethodResult,
    RecogniserData,
    RecogniserEvaluation,
)


def method_table(evaluation: RecogniserEvaluation) -> RenderableType:
    """Methods side by side on what was held out; under the one that answers, its intervals."""
    data = evaluation.data
    single = f"; {data.people_with_one} with one, not measured" if data.people_with_one else ""
    lines = [f"[bold]{escape(data.folder)}[/]  {data.pictures} pictures of {data.people} people"]
    lines[0] += single
    lines += [escape(note) for note in evaluation.not_measured]
    if not evaluation.methods:
        return Group(*lines, f"answers by {evaluation.method}")
    lines.append(
        f"held out: {data.held} pictures"
        + (f", and {data.strangers} of {_strangers(data)}" if data.strangers else "")
    )
    table = Table("", *_COLUMNS, box=None, padding=(0, 2, 0, 0))
    for one in evaluation.methods:
        rates = _rates(one)
        table.add_row(one.method, *(_value(rate) for rate in rates))
        if one.method == evaluation.method:
            table.add_row("(answers)", *(_span(rate) for rate in rates), style="dim")
    return Group(*lines, table)


def sentence(doubt: DoubtfulName) -> str:
    """What is doubtful about a picture."""
    return (
        f"{doubt.place}: enrolled as {doubt.person}, looks like {doubt.looks_like} "
        f"(score {doubt.score:.2f}): a wrong name?"
    )


def _strangers(data: RecogniserData) -> str:
    people = data.stranger_people
    return "1 stranger" if people == 1 else f"{people} strangers"


_COLUMNS = (
    "comes\nfirst",
    "right\nname",
    "another's\nname",
    "no\nname",
    "strangers\nnamed",
    "FNIR at\nFPIR 1 %",
)


def _rates(one: MethodResult) -> tuple[Rate | None, ...]:
    """In the order of `_COLUMNS`."""
    missed = one.at_fpir.fnir if one.at_fpir else None
    return (one.first, one.right, one.wrong, one.unknown, one.strangers_named, missed)


def _value(rate: Rate | None) -> str:
    return "-" if rate is None else f"{rate.value:.3f}"


def _span(rate: Rate | None) -> str:
    """The interval, rounded to the outside."""
    if rate is None:
        return ""
    return f"{floor(rate.low * 100) / 100:.2f}-{ceil(rate.high * 100) / 100:.2f}"
