"""The code blocks, commands and links of the documentation."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
GUIDES = (
    ROOT / "docs" / "tutorial.md",
    ROOT / "docs" / "how-to.md",
    *sorted((ROOT / "docs" / "how-to").glob("*.md")),
)
OPERATORS = frozenset({"|", "||", "&", "&&", ";", ">", ">>", "<"})


@dataclass(frozen=True)
class Block:
    """A fenced block: ```` ```console run ```` has the language `console` and is to be run."""

    document: Path
    line: int
    language: str
    runs: bool
    text: str

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"

    @property
    def commands(self) -> list[str]:
        """What stands behind a `$`, with the lines that go on after a backslash."""
        found: list[str] = []
        goes_on = False
        for line in self.text.splitlines():
            if goes_on:
                found[-1] += f"\n{line}"
            elif line.startswith("$ "):
                found.append(line[2:])
            goes_on = (goes_on or line.startswith("$ ")) and line.endswith("\\")
        return found

    @property
    def shown(self) -> list[str]:
        """The lines that the commands are said to print; of Python blocks none are shown."""
        if self.language == "python":
            return []
        commands = {f"$ {command}" for command in self.commands}
        typed = {line for command in commands for line in command.splitlines()}
        return [line for line in self.text.splitlines() if line.strip() and line not in typed]


def blocks(document: Path, language: str) -> list[Block]:
    """The blocks of that language, in order."""
    text = document.read_text("utf-8")
    fences = re.finditer(r"^```(\w+)( run)?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [
        Block(document, text.count("\n", 0, fence.start()) + 1, fence[1], bool(fence[2]), fence[3])
        for fence in fences
        if fence[1] == language
    ]


def playbill_words(command: str) -> list[list[str]]:
    """The words behind each `playbill` of a shell command."""
    lexer = shlex.shlex(command.replace("\\\n", " "), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    found: list[list[str]] = []
    inside = False
    for word in lexer:
        if word in OPERATORS:
            inside = False
        elif word == "playbill":
            found.append([])
            inside = True
        elif inside:
            found[-1].append(word)
    return found


def links(document: Path) -> list[str]:
    """The targets of links and pictures outside of code."""
    text = re.sub(r"^```.*?^```$", "", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"\]\(([^)\s]+)\)", text)


def inline_code(document: Path) -> list[str]:
    """What stands between single backquotes outside of blocks."""
    text = re.sub(r"^```.*?^```$", "", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)


def anchors(document: Path) -> set[str]:
    """What a link may name behind `#`: headings in lower case, with hyphens."""
    heads = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
