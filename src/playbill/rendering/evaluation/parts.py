"""What the pages of all three evaluations are made of."""

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template

from playbill.core.atomic import atomic_path
from playbill.evaluation.rates import Rate
from playbill.evaluation.record import EvaluationRun
from playbill.rendering.report.markup import facts, text
from playbill.rendering.report.record import models_table, moment

LIGHT_INK, DARK_INK = "#1c1b19", "#ebe8e2"
"""Those of the style sheet, for charts."""
_SENTENCES = 8
"""Of one kind that a notice holds."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A measure of one network."""

    markup: str
    value: float | None = None
    """To be compared; None: nothing to compare."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A line of a table of networks side by side."""

    title: str
    about: str
    cells: tuple[Cell, ...]
    better: Callable[[Iterable[float]], float] | None = None
    """`max` or `min`; None: neither."""


def write_page(
    target: Path, *, title: str, summary: str, data: str, notice: str, body: str, run: EvaluationRun
) -> None:
    """Put a page together and write it; all but `title` is markup.

    The page loads nothing, and its own content policy forbids the browser everything else.

    Raises:
        OutputError: the file cannot be written.
    """
    page = Template(_asset("evaluation.html")).substitute(
        title=text(title),
        style=_asset("report.css") + _asset("evaluation.css"),
        summary=summary,
        facts=data,
        notice=notice,
        body=body,
        record=_record(run),
    )
    with atomic_path(target) as temporary:
        temporary.write_text(page, encoding="utf-8")


def section(title: str, body: str, lead: str = "") -> str:
    """A part of the page; `body` is markup. Nothing of nothing."""
    said = f"<p class=lead>{text(lead)}</p>" if lead else ""
    return f"<section><h2>{text(title)}</h2>{said}{body}</section>" if body else ""


def notice(sentences: Sequence[str], before: str) -> str:
    """What a reader has to know first; the first few of many sentences."""
    if not sentences:
        return ""
    more = len(sentences) - _SENTENCES
    shown = [*sentences[:_SENTENCES], *([f"... and {more:,} more"] if more > 0 else [])]
    items = "".join(f"<li>{text(sentence)}</li>" for sentence in shown)
    return f"<div class=notice>{text(before)}<ul>{items}</ul></div>"


def measures_table(heads: Sequence[str], measures: Iterable[Measure]) -> str:
    """Networks side by side, the best of each line marked."""
    lines = "".join(_line(measure) for measure in measures)
    columns = "".join(f"<th scope=col>{text(head)}</th>" for head in heads)
    return (
        f"<div class=scroll><table class=measures><thead><tr><th></th>{columns}</tr></thead>"
        f"<tbody>{lines}</tbody></table></div>"
    )


def plain_table(heads: Sequence[str], lines: Iterable[Sequence[str]], kind: str = "") -> str:
    """A table whose first column names the line; cells are markup."""
    rows = "".join(
        f"<tr><th scope=row>{first}</th>{''.join(f'<td>{cell}</td>' for cell in rest)}</tr>"
        for first, *rest in lines
    )
    columns = "".join(f"<th scope=col>{text(head)}</th>" for head in heads)
    return (
        f"<div class=scroll><table class='measures {text(kind)}'><thead><tr>{columns}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def share(value: float) -> str:
    """A share as a percentage.

    >>> share(0.99312), share(0.0), share(1.0)
    ('99.31 %', '0 %', '100 %')
    """
    return f"{value * 100:.2f}".rstrip("0").rstrip(".") + " %"


def rate_cell(rate: Rate | None) -> Cell:
    """A share with its interval and n."""
    if rate is None:
        return Cell("-")
    span = f"{share(rate.low)} to {share(rate.high)}, n = {rate.n:,}"
    return Cell(f"{share(rate.value)}<small>{span}</small>", rate.value)


def number_cell(value: float | None, form: str) -> Cell:
    """A number as `form` writes it."""
    return Cell("-") if value is None else Cell(text(format(value, form)), value)


def chart(draw: Callable[[str], bytes], caption: str, *, wide: bool = False) -> str:
    """A picture that follows the reader's light or dark; `draw` takes the colour of its ink."""
    light, dark = (_svg_uri(draw(ink)) for ink in (LIGHT_INK, DARK_INK))
    return (
        f"<figure{' class=wide' if wide else ''}><picture>"
        f'<source media="(prefers-color-scheme: dark)" srcset="{dark}">'
        f'<img src="{light}" alt="{text(caption)}"></picture>'
        f"<figcaption>{text(caption)}</figcaption></figure>"
    )


def _line(measure: Measure) -> str:
    values = [cell.value for cell in measure.cells if cell.value is not None]
    best = measure.better(values) if measure.better and len(values) > 1 else None
    cells = "".join(
        f"<td{' class=best' if best is not None and cell.value == best else ''}>{cell.markup}</td>"
        for cell in measure.cells
    )
    about = f"<small>{text(measure.about)}</small>" if measure.about else ""
    return f"<tr><th scope=row>{text(measure.title)}{about}</th>{cells}</tr>"


def _record(run: EvaluationRun) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    about = facts(
        [
            ("Started", moment(run.started)),
            ("Took", f"{run.seconds:.1f} s"),
            ("Versions", text(versions)),
        ]
    )
    pairs = sorted(run.settings.items())
    settings = facts((key, f"<code>{text(value)}</code>") for key, value in pairs)
    return (
        "<section class=record><h2>How this was measured</h2>"
        f"{about}{models_table(run.models)}"
        + (f"<h3>Settings</h3>{settings}" if pairs else "")
        + "</section>"
    )


def _svg_uri(svg: bytes) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode('ascii')}"


def _asset(file_name: str) -> str:
    return (files("playbill.rendering") / "assets" / file_name).read_text(encoding="utf-8")
