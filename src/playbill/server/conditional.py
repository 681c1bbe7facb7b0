"""Answers to those who have something already: ETags of contents, 304, and parts of files."""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import IO

from fastapi import Request, Response

from playbill.server.problems import Problem

READ_AT_ONCE = 1 << 20
_TAG = re.compile(r'(?:W/)?("[^"]*")')
_SPAN = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def content_tag(*parts: str | bytes, weak: bool = False) -> str:
    """The ETag of what these parts tell apart; a weak one: it may be written another way."""
    digest = sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return f'{"W/" if weak else ""}"{digest.hexdigest()[:32]}"'


def has_already(request: Request, tag: str) -> bool:
    """Whether the sender has just this (RFC 9110, If-None-Match: weak ETags match too)."""
    return tag.removeprefix("W/") in _TAG.findall(request.headers.get("If-None-Match", ""))


def unchanged(tag: str, cache: str = "private, no-cache") -> Response:
    """304: what the sender has is still so."""
    return Response(status_code=304, headers={"ETag": tag, "Cache-Control": cache})


def span_of(request: Request, tag: str, size: int) -> range | None:
    """The bytes that are asked for; None: all, also where several parts or nonsense are asked for.

    Raises:
        Problem: 416, there are none of these.
    """
    found = _SPAN.fullmatch(request.headers.get("Range", "").strip())
    if found is None or request.headers.get("If-Range", tag) != tag:
        return None
    first, last = found.groups()
    if first:
        span = range(int(first), min(int(last) + 1, size) if last else size)
        if last and int(last) < int(first):
            return None
    elif last:
        span = range(max(0, size - int(last)), size)
    else:
        return None
    if not span:
        raise Problem(
            416,
            f"Range: found {found[0]}, expected bytes below {size:,}",
            "range-not-satisfiable",
            where="Range",
            found=found[0],
            headers={"Content-Range": f"bytes */{size}"},
        )
    return span


def pieces(source: IO[bytes], span: range) -> Iterator[bytes]:
    """These bytes of a file, which is closed after them."""
    with source:
        source.seek(span.start)
        left = len(span)
        while left and (data := source.read(min(left, READ_AT_ONCE))):
            left -= len(data)
            yield data
