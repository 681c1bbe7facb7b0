"""Members of a large JSON object, one element at a time.

Only one element is held at a time. The standard library's scanner is used piece by piece: it takes
6 s for the annotations of a COCO file of 550 MB, where ijson takes 17 s, and as long again for each
other member that is wanted.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from playbill.datasets.reading import unreadable
from playbill.errors import DatasetError

PIECE = 1 << 20
"""Characters read at a time."""

LONGEST_TOKEN = 16
"""No literal and no escape of JSON has as many characters (`-Infinity`)."""

CUT_NUMBER = 2
"""So many characters can follow a number that is cut off: of `1e-7` the scanner takes the 1 if the
window ends before the 7."""

_SPACE = re.compile(r"[ \t\n\r]*")


def stream_members(path: Path, arrays: frozenset[str]) -> Iterator[tuple[str, Any]]:
    """Walk through the top level of a JSON object in the order of the file.

    A member named in `arrays` must be an array: its elements come one by one, each as (name,
    element). Any other member comes once, whole.

    Raises:
        DatasetError: the file cannot be read, or is not such JSON; says in which line.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            yield from _Stream(path, file).members(arrays)
    except OSError as error:
        raise unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path}: is not UTF-8 text, expected JSON: {error.reason}") from error


class _Stream:
    """A window on the text of a file."""

    def __init__(self, path: Path, file: TextIO) -> None:
        self.path = path
        self.file = file
        self.text = ""
        self.at = 0
        self.ended = False
        self.lines_before = 0
        """Line ends before `text`."""
        self.decode = json.JSONDecoder().raw_decode

    def members(self, arrays: frozenset[str]) -> Iterator[tuple[str, Any]]:
        self._take("{")
        if not self._try("}"):
            more = True
            while more:
                name = self._value()
                if not isinstance(name, str):
                    raise self._error("expected the name of a member in double quotes")
                self._take(":")
                if name in arrays:
                    for element in self._elements():
                        yield name, element
                else:
                    yield name, self._value()
                more = self._try(",")
            self._take("}")
        if self._peek():
            raise self._error("expected the end of the file")

    def _elements(self) -> Iterator[Any]:
        self._take("[")
        if self._try("]"):
            return
        more = True
        while more:
            yield self._value()
            more = self._try(",")
        self._take("]")

    def _value(self) -> Any:
        """The JSON value that comes next."""
        self._peek()
        piece = PIECE
        while True:
            try:
                value, end = self.decode(self.text, self.at)
            except json.JSONDecodeError as error:
                if self._may_be_cut_off(error) and self._read(piece):
                    piece *= 2
                    continue
                raise self._error(error.msg.lower(), error.pos) from error
            except ValueError as error:  # a number of thousands of digits
                raise self._error(str(error).partition(";")[0].lower()) from error
            except RecursionError as error:
                raise self._error("it is nested too deeply") from error
            if end + CUT_NUMBER < len(self.text) or not self._read(piece):
                self.at = end
                return value

    def _may_be_cut_off(self, error: json.JSONDecodeError) -> bool:
        """Whether more text could mend it: the scanner stumbled near the end of the window."""
        return error.msg.startswith("Unterminated") or error.pos > len(self.text) - LONGEST_TOKEN

    def _peek(self) -> str:
        """The next character that is no space; empty at the end of the file."""
        while True:
            match = _SPACE.match(self.text, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.text):
                return self.text[self.at]
            if not self._read(PIECE):
                return ""

    def _try(self, mark: str) -> bool:
        if self._peek() != mark:
            return False
        self.at += 1
        return True

    def _take(self, mark: str) -> None:
        if not self._try(mark):
            raise self._error(f"expected {mark!r}")

    def _read(self, characters: int) -> bool:
        """Move the window on: drop what was used, add what comes."""
        if self.ended:
            return False
        piece = self.file.read(characters)
        if not piece:
            self.ended = True
            return False
        self.lines_before += self.text.count("\n", 0, self.at)
        self.text, self.at = self.text[self.at :] + piece, 0
        return True

    def _error(self, expected: str, at: int | None = None) -> DatasetError:
        at = self.at if at is None else at
        line = self.lines_before + self.text.count("\n", 0, at) + 1
        found = repr(self.text[at : at + 20]) if at < len(self.text) else "the end of the file"
        return DatasetError(f"{self.path}: line {line}: not valid JSON: {expected}, found {found}")
