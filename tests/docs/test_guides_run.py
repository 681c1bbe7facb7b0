"""What the guides show is what happens: their blocks are run, in order, in one folder."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import GUIDES, Block, blocks

STAND_INS = {"make demo": "playbill demo"}
"""`make demo` is `playbill demo` in an environment that is there already."""

LEFT_OUT = "..."
"""Alone: any number of lines; within a line: any words."""


def comparable(line: str) -> str:
    """A line without what differs between machines: figures and the width of columns."""
    return " ".join(re.sub(r"\d+(\.\d+)?", "0", line).split())


def is_shown_as(printed: str, shown: str) -> bool:
    parts = comparable(shown).split(LEFT_OUT)
    return re.fullmatch(".*".join(map(re.escape, parts)), comparable(printed)) is not None


def run(block: Block, folder: Path) -> str:
    """What the block prints, to both streams."""
    if block.language == "python":
        words = [sys.executable, "-c", block.text]
    else:
        commands = [STAND_INS.get(command, command) for command in block.commands]
        words = ["bash", "-c", "\n".join(commands)]
    done = subprocess.run(
        words,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, f"{block}: {done.stdout}"
    return done.stdout


def require_shown(block: Block, printed: str) -> None:
    """Every line that is shown is printed, in that order."""
    lines = iter(printed.splitlines())
    for shown in block.shown:
        found = shown == LEFT_OUT or any(is_shown_as(line, shown) for line in lines)
        assert found, f"{block}: {shown!r} is not printed in\n{printed}"


@pytest.mark.models
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("models_folder")
def test_what_the_guides_show_is_what_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")

    for guide in GUIDES:
        both = sorted([*blocks(guide, "console"), *blocks(guide, "python")], key=lambda b: b.line)
        for block in both:
            if block.runs:
                require_shown(block, run(block, tmp_path))


def test_a_line_that_is_not_printed_is_noticed(tmp_path: Path) -> None:
    block = Block(GUIDES[0], 1, "console", True, "$ echo 12 frames\n7 frames\n7 faces\n")

    with pytest.raises(AssertionError, match="7 faces"):
        require_shown(block, run(block, tmp_path))


def test_words_and_figures_may_differ_where_the_guide_says_so() -> None:
    assert is_shown_as("clip.mp4  9 of 25 frames", "clip.mp4 ... frames")
    assert not is_shown_as("clip.mp4  9 of 25 faces", "clip.mp4 ... frames")
