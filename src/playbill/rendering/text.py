"""Words in pictures: any name becomes one line that the built-in font can show.

The font is the one inside OpenCV 5 (Latin, Greek, Cyrillic, Hebrew, Arabic, Chinese, Japanese,
Korean), so a drawing looks the same on every machine. What it lacks (emoji, scripts of India and
South-East Asia) is drawn as question marks.
"""

import re
import unicodedata
from itertools import groupby

import cv2

from playbill.core.frame import Image
from playbill.rendering.colours import Rgb

ELLIPSIS = "…"
_DESCENT = 0.27
"""What hangs below the base line, as a share of the size."""


def one_line(text: str) -> str:
    r"""Composed letters, single blanks, no invisible characters; right-to-left words turned.

    >>> one_line("Ada\n  Lovelace\u200b")
    'Ada Lovelace'
    """
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(map(_drawable, composed))
    return _visual_order(re.sub(r"\s+", " ", visible).strip())


def _drawable(character: str) -> str:
    category = unicodedata.category(character)
    if character.isspace():
        return " "
    if category in {"Cc", "Cf", "Mn", "Me"}:
        return ""
    return "?" if category == "Cs" else character


def _visual_order(line: str) -> str:
    """Turn right-to-left words and their order around: the font draws from the left alone.

    Whole words only, which names are; not the full algorithm of Unicode's annex 9.
    """
    words = line.split(" ")
    if not any(map(_from_right, words)):
        return line
    runs = [
        [word[::-1] for word in reversed(list(run))] if from_right else list(run)
        for from_right, run in groupby(words, key=_from_right)
    ]
    if _from_right(words[0]):
        runs.reverse()
    return " ".join(word for run in runs for word in run)


def _from_right(word: str) -> bool:
    return any(unicodedata.bidirectional(character) in {"R", "AL"} for character in word)


class Lettering:
    """The built-in font at one size, in pixels."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.line_height = size + round(size * _DESCENT)
        self._font = cv2.FontFace("sans")

    def width(self, text: str, weight: int) -> int:
        """Pixels from the first to the last letter of a line of text."""
        if not text:
            return 0
        _, _, width, _ = cv2.getTextSize((1, 1), text, (0, 0), self._font, self.size, weight)
        return int(width)

    def cut(self, text: str, max_width: int, weight: int) -> str:
        """As much of `text` as `max_width` pixels hold, an ellipsis for what is gone."""
        if self.width(text, weight) <= max_width:
            return text
        fits, too_long = 0, len(text)
        while too_long - fits > 1:
            middle = (fits + too_long) // 2
            if self.width(text[:middle].rstrip() + ELLIPSIS, weight) <= max_width:
                fits = middle
            else:
                too_long = middle
        return text[:fits].rstrip() + ELLIPSIS

    def write(self, image: Image, text: str, at: tuple[int, int], colour: Rgb, weight: int) -> None:
        """Put a line of text into `image`, the left top of its line box at `at`."""
        left, top = at
        base = (left, top + self.size - round(self.size * 0.06))
        cv2.putText(image, text, base, colour, self._font, self.size, weight)
