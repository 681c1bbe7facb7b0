"""The table of networks in the documentation."""

from pathlib import Path

import pytest

from benchmarks.model_page import END, START, measured, tables, write_tables
from benchmarks.rows import Row


def row(what: str, **figures: str) -> Row:
    return Row(what, "(beside)", measured(list(figures.items())), met=True, note="in one run")


ROWS = [row("faces, a", pairs="0.99", MB="47.1"), row("faces, b", pairs="0.97", MB="20.0")]


def test_each_task_has_a_table_with_a_line_for_each_network() -> None:
    text = tables([*ROWS, row("objects, ssd", AP="0.274")])

    assert text.split("\n\n") == [
        "| network | pairs | MB |\n|---|---|---|\n| `a` | 0.99 | 47.1 |\n| `b` | 0.97 | 20.0 |",
        "in one run.",
        "| network | AP |\n|---|---|\n| `ssd` | 0.274 |",
        "in one run.",
    ]


def test_a_title_with_an_equals_sign_stays_whole() -> None:
    text = measured([("who (n = 12)", "0.9"), ("ms", "3")])

    assert "| who (n = 12) | ms |" in tables([Row("faces, a", "", text, met=True)])


def test_the_rest_of_the_page_stays_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "models.md"
    page.write_text(f"# Before\n\n{START}\nold\n{END}\n\nAfter.\n")

    write_tables(page, ROWS)
    write_tables(page, ROWS)

    text = page.read_text()
    assert text.startswith(f"# Before\n\n{START}\n\n| network")
    assert text.endswith(f"{END}\n\nAfter.\n")
    assert "old" not in text


def test_a_benchmark_that_failed_leaves_the_table(tmp_path: Path) -> None:
    page = tmp_path / "models.md"
    page.write_text(f"{START}\nold\n{END}\n")

    write_tables(page, [Row("model_table", "-", "failed: no data", met=False)])

    assert "old" in page.read_text()


def test_a_page_without_a_place_for_the_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "models.md").write_text("no markers")

    with pytest.raises(ValueError, match="no place for the table"):
        write_tables(tmp_path / "models.md", ROWS)
