"""The table of networks in docs/models.md, from the rows of `model_table`."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.environments import ROOT
from benchmarks.rows import Row

PAGE = ROOT / "docs" / "models.md"
START, END = "<!-- table -->", "<!-- /table -->"


def write_tables(page: Path, rows: Sequence[Row]) -> None:
    """Put the rows between the two markers of `page`, a table for each task; of no row, nothing.

    Raises:
        ValueError: a marker is missing.
    """
    if not tables(rows):
        return
    text = page.read_text("utf-8")
    if START not in text or END not in text:
        raise ValueError(f"{page}: no place for the table: expected {START} and {END}")
    before, rest = text.split(START, 1)
    _, after = rest.split(END, 1)
    page.write_text(f"{before}{START}\n\n{tables(rows)}\n\n{END}{after}", "utf-8")


def tables(rows: Sequence[Row]) -> str:
    """Markdown: of each task a table with a line for each network, and what was measured how."""
    parts = []
    for task in ("faces", "objects"):
        mine = [row for row in rows if row.what.startswith(f"{task}, ")]
        if not mine:
            continue
        titles = [title for title, _ in _figures(mine[0])]
        lines = [f"| network | {' | '.join(titles)} |", "|---" * (len(titles) + 1) + "|"]
        for row in mine:
            values = " | ".join(value for _, value in _figures(row))
            lines.append(f"| `{row.what.removeprefix(f'{task}, ')}` | {values} |")
        parts.append("\n".join([*lines, "", f"{mine[0].note}."]))
    return "\n\n".join(parts)


def _figures(row: Row) -> list[tuple[str, str]]:
    """What a row measured, as titles and values."""
    pairs = (part.rpartition(" = ") for part in row.measured.split("; "))
    return [(title, value) for title, _, value in pairs]


def measured(figures: Sequence[tuple[str, str]]) -> str:
    """What a row says of titles and values, so that `tables` can take it apart again."""
    return "; ".join(f"{title} = {value}" for title, value in figures)
