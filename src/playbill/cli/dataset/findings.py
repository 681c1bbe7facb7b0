"""How findings about training data are shown."""

from pathlib import Path

from rich.markup import escape

from playbill.cli.console import out
from playbill.datasets.findings import Finding, FindingKind
from playbill.datasets.people import place_of
from playbill.pipeline.name_check import NameCheck, NameDoubt

SHOWN = 5
SHOWN_NAMES = 25


def show_findings(findings: list[Finding], *, show_all: bool) -> None:
    """Print findings by kind, what is worst for a training first."""
    by_kind: dict[FindingKind, list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: finding.is_note):
        by_kind.setdefault(finding.kind, []).append(finding)
    for kind, found in by_kind.items():
        colour = "yellow" if found[0].is_note else "red"
        _line(f"[bold {colour}]{kind}[/]  {len(found):,}")
        shown = found if show_all else found[:SHOWN]
        for finding in shown:
            _line(f"  {escape(str(finding))}")
        _more(len(found) - len(shown))
    if not findings:
        _line("the pictures are all right")


def show_names(checked: NameCheck, source: Path, *, show_all: bool) -> None:
    """Print likely wrong names, surest first, with what they rest on."""
    told = len(checked.doubts)
    looked_at = checked.pictures - len(checked.unusable)
    _line(
        f"[bold {'red' if told else 'green'}]wrong-name[/]  {told:,} likely, of {looked_at:,} "
        f"faces of {checked.people:,} people"
    )
    shown = checked.doubts if show_all else checked.doubts[:SHOWN_NAMES]
    for doubt in shown:
        _line(f"  {escape(_sentence(doubt, source))}")
    _more(told - len(shown))


def _sentence(doubt: NameDoubt, source: Path) -> str:
    place, name = place_of(doubt.picture.path, source), doubt.picture.name
    if doubt.own_score is None:
        own = f"the only sound picture of {name}"
    else:
        own = f"scores {doubt.own_score:.2f} with {name}"
    if doubt.looks_like is not None:
        return f"{place}: {own}, {doubt.other_score or 0:.2f} with {doubt.looks_like}"
    if doubt.instead_of is not None:
        other = place_of(doubt.instead_of, source)
        return f"{place}: {own}: this or {other} shows somebody else"
    return f"{place}: {own}, and is like nobody else here"


def _more(number: int) -> None:
    if number > 0:
        _line(f"  ... and {number:,} more (--all)")


def _line(text: str) -> None:
    out().print(text, soft_wrap=True)
