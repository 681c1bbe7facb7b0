"""The table of commands: true to what it points at, and no reason to import it."""

import inspect
import os
import subprocess
import sys

import pytest

from playbill.cli.commands import COMMANDS
from playbill.cli.lazy import Command, Group
from playbill.version import __version__
from tests.cli.conftest import Playbill

HEAVY = {
    *("numpy", "cv2", "av", "PIL", "onnx", "openvino", "onnxruntime", "torch", "matplotlib"),
    *("sqlalchemy", "alembic", "fastapi", "uvicorn", "httpx", "fsspec", "pyarrow", "jsonschema_rs"),
}
WHAT_IS_LOADED = """
import sys
from playbill.cli.main import main
sys.argv = ["playbill", *sys.argv[1:]]
try:
    main()
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def loaded_by(*words: str, **environment: str) -> tuple[set[str], str]:
    """The packages that a command line imported, and what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", WHAT_IS_LOADED, *words],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | environment,
    )
    return set(done.stderr.split()), done.stdout


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.words)
def test_the_line_of_a_command_is_the_first_sentence_of_its_function(row: Command | Group) -> None:
    if isinstance(row, Command):
        first, *_ = inspect.cleandoc(row.function().__doc__ or "").split("\n\n")
        assert row.line == first.replace("\n", " ")


def test_every_command_stands_once_and_in_a_group_that_is_there() -> None:
    words = [row.words for row in COMMANDS]
    groups = {"", *(row.words for row in COMMANDS if isinstance(row, Group))}

    assert len(set(words)) == len(words)
    assert {word.rpartition(" ")[0] for word in words} == groups


@pytest.mark.parametrize(
    "words",
    [
        ["--version"],
        ["--help"],
        *([*g.words.split(), "--help"] for g in COMMANDS if isinstance(g, Group)),
    ],
    ids=" ".join,
)
def test_nothing_heavy_is_imported_to_say_what_there_is(words: list[str]) -> None:
    loaded, shown = loaded_by(*words)

    assert shown
    assert "typer" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_the_main_job_does_without_data_base_server_charts_and_training() -> None:
    loaded, _ = loaded_by("analyze", "--help")

    assert {"numpy", "av"} <= loaded
    assert loaded.isdisjoint(HEAVY - {"numpy", "cv2", "av", "PIL"})


def test_importing_the_package_imports_next_to_nothing() -> None:
    seen = "import playbill, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)

    assert set(done.stdout.split()).isdisjoint(HEAVY | {"typer", "rich"})


def test_nothing_heavy_is_imported_to_complete_a_name() -> None:
    loaded, shown = loaded_by(
        _PLAYBILL_COMPLETE="complete_bash", COMP_WORDS="playbill archive jo", COMP_CWORD="2"
    )

    assert shown.split() == ["jobs"]
    assert loaded.isdisjoint(HEAVY)


@pytest.mark.usefixtures("wide")
def test_a_command_is_found_within_groups_of_groups(playbill: Playbill) -> None:
    shown = playbill("archive", "jobs", "priority", "--help").out

    assert "Usage: playbill archive jobs priority" in shown
    assert "JOB" in shown


@pytest.mark.usefixtures("wide")
def test_a_misspelt_command_is_told_its_name(playbill: Playbill) -> None:
    done = playbill("archive", "lits")

    assert done.code == 2
    assert "Did you mean 'list'?" in done.err


def test_the_version_is_that_of_the_package(playbill: Playbill) -> None:
    assert playbill("--version").out == f"{__version__}\n"
