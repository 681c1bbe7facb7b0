"""What is said of an appearance in words, and text made fit for one line."""

import unicodedata
from fractions import Fraction

from playbill.core.appearances import Appearance
from playbill.core.metadata import Thing
from playbill.core.people import unknown_title

NOBODY = "unknown person"
"""A person whose face is not seen."""


def said(seen: Appearance | Thing) -> str:
    """The name of a person, `unknown 1`, `unknown person`, or the class of an object."""
    if seen.kind == "object":
        return seen.label
    if seen.unknown is not None:
        return unknown_title(seen.unknown)
    match seen:
        case Appearance(person=person):
            return person.name if person else NOBODY
        case Thing():
            return seen.name or NOBODY


def one_line(text: str) -> str:
    r"""`text` without line breaks and control characters, for formats that live by lines.

    >>> one_line("Ada\n Lovelace\x07 \x01")
    'Ada Lovelace'
    """
    held = (sign for sign in text if sign.isspace() or unicodedata.category(sign) != "Cc")
    return " ".join("".join(held).split())


def seconds_text(time_s: Fraction) -> str:
    """Seconds to the microsecond, as short as that goes.

    >>> seconds_text(Fraction(1001, 1000)), seconds_text(Fraction(2)), seconds_text(Fraction(2, 3))
    ('1.001', '2', '0.666667')
    """
    return f"{seconds(time_s):.6f}".rstrip("0").removesuffix(".")


def seconds(time_s: Fraction) -> float:
    """Seconds to the microsecond, as documents have them."""
    return round(float(time_s), 6)


def score(value: float) -> float:
    """A score to four decimals, as documents have it."""
    return round(float(value), 4)


def fraction_text(value: Fraction | None) -> str:
    """A rate as a fraction, `30000/1001`; empty for none."""
    return "" if value is None else f"{value.numerator}/{value.denominator}"
