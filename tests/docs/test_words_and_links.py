"""What the documentation names is there: commands, options, files, sections, decisions."""

import re
from pathlib import Path

import pytest
import typer

from playbill.cli.lazy import LazyGroup
from playbill.cli.main import app
from tests.docs.blocks import (
    DOCUMENTS,
    GUIDES,
    ROOT,
    anchors,
    blocks,
    inline_code,
    links,
    playbill_words,
)
from tools.reference_cli import all_commands

DECISIONS = ROOT / "docs" / "decisions"
FOREIGN_OPTIONS = {"--check", "--data-binary", "--logdir"}
"""Options in the documentation that are not those of `playbill`."""


def named(document: Path) -> str:
    return str(document.relative_to(ROOT))


def parse(words: list[str]) -> None:
    """Let typer read a command line as `playbill` would, without doing what it says.

    Variables of the shell stand for numbers, and files need not be there.
    """
    command = typer.main.get_command(app)
    rest = [re.sub(r"^\$\w+$", "1", word) for word in words]
    while isinstance(command, LazyGroup):
        command = command.loaded(rest.pop(0))
    with pytest.MonkeyPatch.context() as patch:
        for parameter in command.params:
            descriptor = getattr(parameter, "type_descriptor", None)
            if descriptor is not None and getattr(descriptor.parameter_info, "exists", False):
                patch.setattr(descriptor.parameter_info, "exists", False)
        command.make_context("playbill", rest)


def test_a_wrong_option_is_noticed() -> None:
    parse(["models", "list"])
    with pytest.raises(Exception, match="--galery"):
        parse(["analyze", "news.mp4", "--galery", "cast.npz"])
    with pytest.raises(KeyError, match="analyse"):
        parse(["analyse"])


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_command_line_can_be_typed(document: Path) -> None:
    for block in blocks(document, "console"):
        for command in block.commands:
            for words in playbill_words(command):
                parse(words)


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_options_in_the_text_exist(document: Path) -> None:
    known = re.findall(
        r"[`/](-[-\w]+)(?=[`/])", (ROOT / "docs" / "reference" / "cli.md").read_text("utf-8")
    )
    known_or_foreign = {*known, *FOREIGN_OPTIONS, "--help", "--version"}
    spelled = [option for code in inline_code(document) for option in re.findall(r"--[\w-]+", code)]

    assert set(spelled) <= known_or_foreign


def test_every_command_is_shown_in_the_guides() -> None:
    words = [
        " ".join(words)
        for guide in GUIDES
        for block in blocks(guide, "console")
        for command in block.commands
        for words in playbill_words(command)
    ]
    missing = [
        command for command, _ in all_commands() if not any(w.startswith(command) for w in words)
    ]

    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_links_lead_somewhere(document: Path) -> None:
    for link in links(document):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), f"{link}: nothing there"
        assert not anchor or anchor in anchors(target), f"{link}: no such heading"


def test_every_decision_stands_in_the_index() -> None:
    listed = set(links(DECISIONS / "README.md"))
    written = {path.name for path in DECISIONS.glob("[0-9]*.md")}

    assert listed == written


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_python_in_the_text_is_python(document: Path) -> None:
    for block in blocks(document, "python"):
        if "reference" not in document.parts:  # signatures stand there
            compile(block.text, str(block), "exec")


def test_pictures_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (ROOT / "docs" / "images").iterdir()}

    assert {name for name, size in sizes.items() if size > 250_000} == set()
