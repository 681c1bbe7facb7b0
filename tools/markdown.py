"""Markdown out of rows and docstrings."""

import re
from collections.abc import Iterable, Sequence
from inspect import cleandoc

SECTIONS = ("Args:", "Returns:", "Raises:")


def page(title: str, *parts: str) -> str:
    """A page that says that it is generated; empty parts are left out."""
    note = "<!-- Generated from the code: .venv/bin/python -m tools.reference -->"
    return "\n\n".join([note, f"# {title}", *filter(None, parts)]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar in a cell stays a bar."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines
    )


def code(text: str) -> str:
    """Words as code."""
    return f"`{text}`"


def one_line(text: str) -> str:
    """Text for a cell of a table."""
    return " ".join(cleandoc(text).split())


def docstring(text: str) -> str:
    """A docstring: examples fenced, `Args:` and its like as lists."""
    parts = [_part(part) for part in re.split(r"\n\n+", cleandoc(text))]
    return "\n\n".join(parts)


def _part(part: str) -> str:
    head, _, body = part.partition("\n")
    if head in SECTIONS:
        return f"**{head[:-1]}**\n\n{_items(cleandoc(body))}"
    if part.startswith(">>> "):
        return f"```pycon\n{part}\n```"
    if part.startswith("$ "):
        return f"```console\n{part}\n```"
    return one_line(part)


def _items(body: str) -> str:
    """`name: what it is`, one item each; what is indented goes on with the item before."""
    items = [one_line(item) for item in re.split(r"\n(?=\S)", body)]
    return "\n".join("- " + re.sub(r"^([\w, ]+):", _named, item) for item in items)


def _named(match: re.Match[str]) -> str:
    return ", ".join(code(name) for name in match[1].split(", ")) + ":"
