"""Names that people gave, in charts: any text, none of it taken for a formula."""

import unicodedata

from matplotlib.font_manager import findfont, get_font

MOST_LETTERS = 28
_GONE = "\N{WHITE SQUARE}"


def written(name: str) -> str:
    r"""The name in one line, cut where long: for SVG, whose letters the reader's machine has.

    >>> print(written("two\nlines"), written("$5"))
    two lines \$5
    """
    line = " ".join(name.split())
    shown = "".join(_GONE if _is_invisible(letter) else letter for letter in line)
    short = shown if len(shown) <= MOST_LETTERS else f"{shown[: MOST_LETTERS - 1]}…"
    return short.replace("$", r"\$")  # matplotlib would set what stands between two as formulas


def drawable(name: str) -> str:
    """The same for PNG: a box for each character that the font of pictures lacks."""
    known = get_font(findfont("DejaVu Sans")).get_charmap()
    return "".join(letter if ord(letter) in known else _GONE for letter in written(name))


def _is_invisible(letter: str) -> bool:
    """Whether neither a font nor XML has it: control characters and halves of surrogate pairs."""
    return unicodedata.category(letter) in {"Cc", "Cs", "Cn"}
