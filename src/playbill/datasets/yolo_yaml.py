"""The little of YAML that YOLO's `data.yaml` is made of.

Understood are the members of the top level that are asked for: a plain or quoted text, a list or a
mapping of such, in block form or in brackets. Anything else under a wanted name is refused with its
line; what stands under other names (scripts, augmentation settings) is passed over.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from playbill.datasets.reading import read_text
from playbill.errors import DatasetError

Value = str | list[str] | dict[str, str]
"""Texts are as written: `yes` and `007` stay so."""

_MEMBER = re.compile(r"""(["']?)(?P<name>[^\s"'#:][^"'#:]*?)\1\s*:(?:\s+(?P<rest>.*))?$""")
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_ITEM = re.compile(r"\s*-(?:\s+(?P<rest>.*))?$")
_QUOTED = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""")
_QUOTED_OR_COMMENT = re.compile(rf"(?P<quoted>{_QUOTED.pattern})|{_COMMENT.pattern}")


def read_members(path: Path, is_wanted: Callable[[str], bool]) -> dict[str, Value]:
    """The wanted members of the top level of a YAML file; one without a value is left out.

    Raises:
        DatasetError: the file cannot be read, or has a wanted member that is not understood.
    """
    members: dict[str, Value] = {}
    for line, name, rest, below in _members(read_text(path)):
        if not is_wanted(name):
            continue
        try:
            value = _value(rest, below)
        except ValueError as error:
            raise DatasetError(f"{path}: line {line}: {name}: {error}") from error
        if name in members:
            raise DatasetError(f"{path}: line {line}: {name} is given a second time")
        if value:
            members[name] = value
    return members


def _members(text: str) -> Iterator[tuple[int, str, str, list[str]]]:
    """For each member of the top level: line, name, rest of the line, lines below."""
    current: tuple[int, str, str, list[str]] | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        match = _MEMBER.match(line)
        if match and not line.startswith("- "):
            if current:
                yield current
            current = (number, match["name"], (match["rest"] or "").strip(), [])
        elif current and line.strip() and not line.lstrip().startswith("#"):
            current[3].append(line.rstrip())
    if current:
        yield current


def _value(rest: str, below: list[str]) -> Value:
    if rest.startswith(("[", "{")):
        return _flow(" ".join(_outside_quotes(line) for line in [rest, *below]))
    if _without_comment(rest):
        if below:
            raise ValueError(f"found {below[0].strip()!r} below, expected a text in one line")
        return _text(rest)
    if not below:
        return ""
    if len({len(line) - len(line.lstrip()) for line in below}) > 1:
        raise ValueError("the lines below are not all indented alike, expected a list or a mapping")
    items = [_ITEM.match(line) for line in below]
    if all(items):
        return [_text(item["rest"] or "") for item in items if item]
    return _mapping([line.strip() for line in below])


def _mapping(lines: list[str]) -> dict[str, str]:
    members: dict[str, str] = {}
    for line in lines:
        match = _MEMBER.match(line)
        if match is None:
            raise ValueError(f"found {line!r}, expected `0: name`")
        _add(members, match["name"], _text(match["rest"] or ""))
    return members


def _add(members: dict[str, str], name: str, value: str) -> None:
    if name in members:
        raise ValueError(f"{name} is given a second time")
    members[name] = value


def _text(written: str) -> str:
    """A plain or quoted text with nothing but a comment behind it."""
    written = written.strip()
    quoted = _QUOTED.match(written)
    if quoted:
        if _without_comment(written[quoted.end() :]):
            raise ValueError(f"found {written!r}, expected nothing behind the closing quote")
        return _unquoted(quoted[0])
    plain = _without_comment(written)
    if plain[:1] in set("[]{}&*!|>@`\"'%?,") or ": " in plain:
        raise ValueError(f"found {plain!r}, expected a plain or quoted text")
    return "" if plain in {"~", "null"} else plain


def _unquoted(quoted: str) -> str:
    if quoted.startswith("'"):
        return quoted[1:-1].replace("''", "'")
    try:
        text: str = json.loads(quoted)
    except json.JSONDecodeError as error:
        raise ValueError(f"found {quoted}, expected no escapes but those of JSON") from error
    return text


def _without_comment(text: str) -> str:
    return _COMMENT.sub("", text).strip()


def _outside_quotes(line: str) -> str:
    """The line without its comment; the sign of one may stand in quotes."""
    return _QUOTED_OR_COMMENT.sub(lambda match: match["quoted"] or "", line)


def _flow(text: str) -> list[str] | dict[str, str]:
    """A list in brackets or a mapping in braces, on one line."""
    closing = "]" if text[0] == "[" else "}"
    items, end = _flow_items(text, closing)
    if _without_comment(text[end:]):
        raise ValueError(f"found {text[end:].strip()!r} behind the closing bracket")
    return items if closing == "]" else _mapping(items)


def _flow_items(text: str, closing: str) -> tuple[list[str], int]:
    items: list[str] = []
    at, start = 1, 1
    while at < len(text):
        quoted = _QUOTED.match(text, at) if not text[start:at].strip(": 0123456789") else None
        if quoted:
            at = quoted.end()
        elif text[at] in {",", closing}:
            item = text[start:at].strip()
            if item:
                items.append(_text(item) if closing == "]" else item)
            elif text[at] == ",":
                raise ValueError("found a comma with nothing before it")
            if text[at] == closing:
                return items, at + 1
            start = at = at + 1
        elif text[at] in "[]{}":
            raise ValueError(f"found {text[at]!r} inside brackets, expected plain or quoted texts")
        else:
            at += 1
    raise ValueError(f"expected a closing {closing!r}")
