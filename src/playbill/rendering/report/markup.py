"""The few things every piece of the page needs. Whoever writes user text writes it through here."""

import base64
import html
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

from playbill.core.people import Candidate
from playbill.rendering.thumbnails import Thumbnail

TIMES = "\N{MULTIPLICATION SIGN}"
"""Between a width and a height."""
_NOT_IN_HTML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def text(value: object) -> str:
    """Any value as text, harmless between tags and between double quotes."""
    return html.escape(_NOT_IN_HTML.sub("\ufffd", str(value)))


def name(value: str) -> str:
    """A name of the user's: harmless, and its direction of writing is its own."""
    return f"<bdi>{text(value)}</bdi>"


def picture(jpeg: bytes, size_wh: tuple[int, int], attributes: str = "") -> str:
    """A picture inside the page; its meaning stands beside it."""
    width, height = size_wh
    return f'<img {attributes} src="{data_uri(jpeg)}" width="{width}" height="{height}" alt="">'


def thumbnail_picture(thumbnail: Thumbnail) -> str:
    """A thumbnail at its own size."""
    return picture(thumbnail.jpeg, thumbnail.size_wh, 'loading="lazy" decoding="async"')


def data_uri(jpeg: bytes) -> str:
    """A JPEG as an address that holds it."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"


def percent(share: float) -> str:
    """A share of 1 as a person reads it.

    >>> percent(0.934), percent(0.01), percent(0.005)
    ('93 %', '1 %', '0.5 %')
    """
    value = share * 100
    return f"{value:.0f} %" if value >= 10 or value == round(value) else f"{value:.2g} %"


def share(part: Fraction, whole: Fraction) -> str:
    """`part` of `whole` for a style sheet."""
    return f"{float(part / whole) * 100:.4f}%"


def counted(number: int, one: str, many: str) -> str:
    """A number and its noun.

    >>> counted(1, "person", "people"), counted(1200, "person", "people")
    ('1 person', '1,200 people')
    """
    return f"{number:,} {one if number == 1 else many}"


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """A list of terms and what they are; the second of each pair is markup."""
    entries = "".join(f"<div><dt>{text(term)}</dt><dd>{what}</dd></div>" for term, what in pairs)
    return f"<dl class=facts>{entries}</dl>"


def perhaps(candidates: Sequence[Candidate]) -> str:
    """Whom somebody without a name may be, with how likely that is; nothing of nobody."""
    if not candidates:
        return ""
    listed = ", ".join(
        f"{name(one.person.name)} ({percent(one.probability)})" for one in candidates
    )
    return f"<p class=perhaps>perhaps {listed}</p>"
