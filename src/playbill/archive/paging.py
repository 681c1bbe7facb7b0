"""Pages of long lists: a cursor says where the last page ended, so rows that come and go move none.

A cursor is opaque to whoever carries it: the sort key of a page's last row.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Generic, TypeVar

from playbill.archive.packing import is_text
from playbill.errors import ArchiveError

T = TypeVar("T")
Key = str | int | float
MAX_LIMIT = 1000
"""Rows on one page, at most."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows, and where the next ones begin."""

    items: tuple[T, ...]
    next: str | None
    """The cursor of the page after this one; None: this is the last one."""


def cursor_of(*key: Key) -> str:
    """The sort key of a page's last row, as text for an address."""
    packed = json.dumps(key, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def key_of(cursor: str, *kinds: type) -> tuple[Key, ...]:
    """The sort key in a cursor: one value of each of `kinds`.

    Raises:
        ArchiveError: no list gave this cursor.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (UnicodeError, binascii.Error, ValueError, RecursionError) as error:
        raise _strange(cursor) from error
    if not isinstance(key, list) or tuple(map(type, key)) != kinds or not all(map(_fits, key)):
        raise _strange(cursor)
    return tuple(key)


def page_limit(limit: int) -> int:
    """`limit` itself.

    Raises:
        ArchiveError: a page cannot be so long.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise ArchiveError(f"limit: expected 1 to {MAX_LIMIT} rows on a page, found {limit}")
    return limit


def paged(rows: Sequence[T], limit: int, keys: Sequence[tuple[Key, ...]]) -> Page[T]:
    """A page of at most `limit` of `rows`, of which one more than that was asked for."""
    more = len(rows) > limit
    return Page(tuple(rows[:limit]), cursor_of(*keys[limit - 1]) if more else None)


def _fits(value: Key) -> bool:
    """Whether a data base can compare it with a column's values."""
    if isinstance(value, str):
        return is_text(value)
    return -(2**63) <= value < 2**63 if isinstance(value, int) else isfinite(value)


def _strange(cursor: str) -> ArchiveError:
    shown = cursor if len(cursor) <= 40 else f"{cursor[:40]}…"
    return ArchiveError(f"cursor: expected one that the page before gave, found {shown!r}")
