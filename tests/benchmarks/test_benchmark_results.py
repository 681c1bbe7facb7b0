"""What was measured is kept with when and where, and shown whole."""

import json
from pathlib import Path

import pytest

from benchmarks.machine import Machine, this_machine
from benchmarks.results import Circumstances, Results, load_results, save_results
from benchmarks.rows import Row
from benchmarks.runner import Outcome
from benchmarks.table import END, START, markdown_table, write_into

MACHINE = Machine("Abacus 9", 2, ("amx_bf16",), 23.5, "Linux 6", "CPython 3.11.7")
MONDAY = Circumstances("2026-11-02T10:00:00+00:00", "abc1234", MACHINE, {"numpy": "2.4.6"})
FRIDAY = Circumstances("2026-11-06T10:00:00+00:00", "def5678", MACHINE, {"numpy": "2.4.7"})


def outcome(measured: str, *, met: bool = True, busy_before: float = 0.0) -> Outcome:
    return Outcome((Row("speed", ">= 5 x", measured, met, "in turns"),), 1.5, busy_before)


def test_a_benchmark_that_is_not_run_again_keeps_its_rows_and_date() -> None:
    results = Results.empty().with_outcome("svm", outcome("3 min"), MONDAY)
    results = results.with_outcome("memory", outcome("1 GB"), FRIDAY)

    assert results.measured["svm"].circumstances == MONDAY.date
    assert results.measured["svm"].outcome == outcome("3 min")
    assert list(results.circumstances) == [MONDAY.date, FRIDAY.date]


def test_circumstances_go_when_nothing_was_measured_in_them_any_more() -> None:
    results = Results.empty().with_outcome("svm", outcome("3 min"), MONDAY)
    results = results.with_outcome("svm", outcome("2 min"), FRIDAY)

    assert list(results.circumstances) == [FRIDAY.date]


def test_results_stand_in_the_order_of_the_registry() -> None:
    results = Results.empty().with_outcome("memory", outcome("1 GB"), MONDAY)
    results = results.with_outcome("video_decode", outcome("2 x"), MONDAY)

    assert list(results.measured) == ["video_decode", "memory"]


def test_saved_results_load_as_they_were(tmp_path: Path) -> None:
    results = Results.empty().with_outcome("svm", outcome("3 min", busy_before=42.0), MONDAY)
    save_results(results, tmp_path / "results.json")

    assert load_results(tmp_path / "results.json") == results


def test_results_of_another_schema_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(json.dumps({"schema": "playbill-benchmarks/9"}))

    with pytest.raises(ValueError, match="schema is playbill-benchmarks/9, expected"):
        load_results(path)


def test_without_a_file_nothing_was_measured(tmp_path: Path) -> None:
    assert load_results(tmp_path / "results.json") == Results.empty()


def test_the_table_says_what_when_and_on_what() -> None:
    results = Results.empty().with_outcome("svm", outcome("3 | 4", met=False), MONDAY)
    results = results.with_outcome("memory", outcome("1 GB"), FRIDAY)

    lines = markdown_table(results).splitlines()

    assert lines[2] == r"| `svm` | speed | >= 5 x | 3 \| 4 | **no** | in turns | 1 |"
    assert lines[3] == "| `memory` | speed | >= 5 x | 1 GB | yes | in turns | 2 |"
    assert lines[5] == (
        "1. 2026-11-02T10:00:00+00:00, commit abc1234. 2 cores of Abacus 9 with amx_bf16; "
        "23.5 GiB. Linux 6, CPython 3.11.7, numpy 2.4.6."
    )


def test_a_row_from_a_busy_machine_says_so() -> None:
    results = Results.empty().with_outcome("svm", outcome("9 min", busy_before=55.4), MONDAY)

    assert "in turns; other work took 55 % of the processors" in markdown_table(results)


def test_only_what_stands_between_the_markers_is_written_anew(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"# Before\n\n{START}\nold\n{END}\n\n# After\n")
    results = Results.empty().with_outcome("svm", outcome("3 min"), MONDAY)

    write_into(readme, results)
    write_into(readme, results)

    text = readme.read_text()
    assert text.startswith(f"# Before\n\n{START}\n\n| benchmark |")
    assert text.endswith(f"numpy 2.4.6.\n\n{END}\n\n# After\n")
    assert "old" not in text


def test_a_page_without_a_place_for_results_is_refused(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"{START} and no end")

    with pytest.raises(ValueError, match="no place for results"):
        write_into(readme, Results.empty())


def test_a_machine_is_read_off_its_own_files(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text(
        "processor : 0\nmodel name : Abacus\ncpu family : 6\nmodel : 167\nstepping : 1\n"
        "flags : fpu avx2 amx_bf16\n\nprocessor : 1\nmodel name : Other\n"
    )
    (tmp_path / "meminfo").write_text("MemTotal:       25165824 kB\nMemFree: 1 kB\n")

    machine = this_machine(tmp_path)

    assert machine.cpu == "Abacus (family 6, model 167, stepping 1)"
    assert machine.flags == ("avx2", "amx_bf16")
    assert machine.memory_gib == 24.0


def test_a_machine_that_tells_nothing_of_itself_is_no_error(tmp_path: Path) -> None:
    machine = this_machine(tmp_path)

    assert machine.memory_gib == 0.0
    assert machine.flags == ()
