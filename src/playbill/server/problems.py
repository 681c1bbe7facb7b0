"""Refusals as RFC 9457 `application/problem+json`: what, where, found, expected."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from fastapi import Response
from fastapi.encoders import jsonable_encoder

MEDIA_TYPE = "application/problem+json"
_TITLES: Mapping[int, str] = MappingProxyType({460: "Checksum Mismatch"})
"""Of statuses that are not HTTP's own: 460 is tus's."""


@dataclass(slots=True)
class Problem(Exception):
    """A refusal that the server makes itself."""

    status: int
    detail: str
    """One sentence: what, where, found, expected."""
    kind: str | None = None
    """Last part of `type`; None: after the status."""
    where: str | None = None
    found: str | None = None
    expected: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further members of the JSON."""


def not_allowed(detail: str, **more: Any) -> Problem:
    """403: we know who it is, and it is not for them."""
    return Problem(403, detail, "not-allowed", more=more)


def too_large(what: str, found: str, expected: str) -> Problem:
    """413."""
    return Problem(
        413,
        f"{what}: found {found}, expected at most {expected}",
        "too-large",
        where=what,
        found=found,
        expected=f"at most {expected}",
    )


def wrong_type(where: str, found: str, expected: str) -> Problem:
    """415."""
    return Problem(
        415,
        f"{where}: found {found}, expected {expected}",
        "wrong-type",
        where=where,
        found=found,
        expected=expected,
    )


def busy(detail: str, after_s: float, status: int = 503) -> Problem:
    """503, 429 or 409: come again later."""
    kind = {409: "still-at-it", 429: "too-many-requests"}.get(status, "busy")
    return Problem(status, detail, kind, headers={"Retry-After": str(max(1, math.ceil(after_s)))})


def to_json(problem: Problem, instance: str) -> dict[str, Any]:
    """The body: RFC 9457's members, and ours where they are known."""
    title = _TITLES.get(problem.status) or HTTPStatus(problem.status).phrase
    ours = {"where": problem.where, "found": problem.found, "expected": problem.expected}
    return {
        "type": f"urn:playbill:problem:{problem.kind or slug(title)}",
        "title": title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": instance,
        **{name: text for name, text in ours.items() if text is not None},
        **problem.more,
    }


def response_of(problem: Problem, instance: str) -> Response:
    """The answer; of halves of characters, which JSON can hold and UTF-8 cannot, `?` is left."""
    content = jsonable_encoder(to_json(problem, instance))
    said = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Response(
        said.encode("utf-8", "replace"),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=dict(problem.headers),
    )


def instance_of(scope: Mapping[str, Any]) -> str:
    """What the problem is about: the request, by its id in the log."""
    return f"urn:uuid:{scope.get('state', {}).get('request_id', '')}"


def slug(name: str) -> str:
    """A name as the last part of a problem's `type`: `NotInArchive` is `not-in-archive`."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name)
    return re.sub(r"[^a-z]+", "-", words.lower()).strip("-")
