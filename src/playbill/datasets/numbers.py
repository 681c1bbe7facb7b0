"""Numbers as short as they can be written without being others."""

from collections.abc import Callable
from dataclasses import dataclass, field

MOST_DIGITS = 17


def shortest_with(value: float, is_right: Callable[[float], bool]) -> float:
    """`value` at the fewest decimals with which `is_right` still holds; `value` where none does.

    >>> shortest_with(332.77 - 120.46, lambda width: 120.46 + width == 332.77)
    212.31
    """
    for decimals in range(MOST_DIGITS):
        rounded = round(value, decimals)
        if is_right(rounded):
            return rounded
    return value


def text_of(value: float) -> str:
    """A number with as many digits as it takes to read it back, never with an exponent."""
    text = format(value, ".17f").rstrip("0") if "e" in repr(value) else repr(value)
    return text.removesuffix(".0").removesuffix(".") if "." in text else text


def whole_of(text: str | None) -> int | None:
    """The whole number, 0 or more, that a text is; None where it is none, or one beyond reason.

    >>> whole_of(" 12 "), whole_of("-1"), whole_of("9" * 5000), whole_of(None)
    (12, None, None, None)
    """
    text = (text or "").strip()
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None


@dataclass(slots=True)
class Numbering:
    """Gives every row a number of its own: the one it has, unless that is taken."""

    first_free: int = 1
    """Where to look for a free number."""
    kept: set[int] = field(default_factory=set)
    """Numbers that rows had. Those given anew are not here: they are a run without gaps."""
    renumbered: int = 0
    """How many did not get the one they had."""
    _first: int = field(init=False)

    def __post_init__(self) -> None:
        self._first = self.first_free

    def take(self, wanted: int | None) -> int:
        """`wanted` if it is free; otherwise the next free number."""
        if wanted is not None and not self._is_taken(wanted):
            self.kept.add(wanted)
            return wanted
        self.renumbered += wanted is not None
        while self.first_free in self.kept:
            self.first_free += 1
        self.first_free += 1
        return self.first_free - 1

    def _is_taken(self, number: int) -> bool:
        return number in self.kept or self._first <= number < self.first_free
