"""Results as tables: on the screen and in `README.md`."""

from collections.abc import Iterable
from pathlib import Path

from rich.table import Table

from benchmarks.results import Circumstances, Results
from benchmarks.rows import Row
from benchmarks.runner import Outcome

START, END = "<!-- results -->", "<!-- end of results -->"


def screen_table(outcomes: Iterable[tuple[str, Outcome]]) -> Table:
    """What was just run, for `rich` to print."""
    table = Table("benchmark", "what", "must", "measured", "met", "how", title="Playbill")
    for name, outcome in outcomes:
        for row in outcome.rows:
            colour = "green" if row.met else "red"
            met = f"[{colour}]{_met(row)}[/{colour}]"
            how = _how(row, outcome)
            table.add_row(name, row.what, row.must, row.measured, met, how)
    return table


def markdown_table(results: Results) -> str:
    """All results, then the circumstances that each column `run` points to."""
    numbers = {date: number for number, date in enumerate(results.circumstances, start=1)}
    lines = [
        "| benchmark | what | must | measured | met | how | run |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, measured in results.measured.items():
        run = str(numbers[measured.circumstances])
        for row in measured.outcome.rows:
            how = _how(row, measured.outcome)
            told = [f"`{name}`", row.what, row.must, row.measured, _met(row), how, run]
            lines.append(f"| {' | '.join(map(_cell, told))} |")
    lines.append("")
    for date, number in numbers.items():
        lines.append(f"{number}. {_in_words(results.circumstances[date])}")
    return "\n".join(lines)


def write_into(readme: Path, results: Results) -> None:
    """Put the table between the two markers of `readme`.

    Raises:
        ValueError: a marker is missing.
    """
    text = readme.read_text()
    if START not in text or END not in text:
        raise ValueError(f"{readme}: no place for results: expected {START} and {END}")
    before, rest = text.split(START, 1)
    _, after = rest.split(END, 1)
    readme.write_text(f"{before}{START}\n\n{markdown_table(results)}\n\n{END}{after}")


def _in_words(run: Circumstances) -> str:
    machine = run.machine
    flags = ", ".join(machine.flags) or "none of the wider instruction sets"
    hardware = f"{machine.cores} cores of {machine.cpu} with {flags}; {machine.memory_gib} GiB"
    versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    software = f"{machine.system}, {machine.python}, {versions}"
    return f"{run.date}, commit {run.commit}. {hardware}. {software}."


def _met(row: Row) -> str:
    return "yes" if row.met else "**no**"


def _how(row: Row, outcome: Outcome) -> str:
    if not outcome.disturbed:
        return row.note
    busy = f"other work took {outcome.busy_before:.0f} % of the processors"
    return f"{row.note}; {busy}" if row.note else busy


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
