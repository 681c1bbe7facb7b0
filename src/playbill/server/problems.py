"""Refusals as RFC 9457 `application/problem+json`: what, where, found, expected."""

import errno
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from playbill.errors import (
    ArchiveError,
    ArchiveUnavailable,
    Conflict,
    DatasetError,
    DocumentError,
    ExportError,
    ExtraMissing,
    GalleryError,
    MediaError,
    ModelError,
    NotInArchive,
    OutputError,
    PlaybillError,
    TrainingError,
)

MEDIA_TYPE = "application/problem+json"
RETRY_S = 5

STATUS: Mapping[type[PlaybillError], int] = MappingProxyType(
    {
        MediaError: 422,
        ModelError: 503,
        GalleryError: 422,
        DatasetError: 422,
        TrainingError: 422,
        ExtraMissing: 501,
        DocumentError: 422,
        ExportError: 422,
        NotInArchive: 404,
        Conflict: 409,
        ArchiveUnavailable: 503,
        ArchiveError: 422,
        OutputError: 507,
        PlaybillError: 422,
    }
)
"""What each of Playbill's refusals is in HTTP; of an error's classes the nearest counts."""

_TITLES: Mapping[int, str] = MappingProxyType({460: "Checksum Mismatch"})
"""Of statuses that are not HTTP's own: 460 is tus's."""
_SENTENCE = re.compile(
    r"(?P<where>[^:]{1,200}): .*?(?:, found (?P<found>.*?))?(?:, expected (?P<expected>.*))?",
    re.DOTALL,
)


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


def of_error(error: PlaybillError) -> Problem:
    """What one of Playbill's refusals is in HTTP."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    sentence = str(error)
    parts = _SENTENCE.fullmatch(sentence)
    return Problem(
        status,
        sentence,
        _slug(type(error).__name__),
        where=parts["where"] if parts else None,
        found=parts["found"] if parts else None,
        expected=parts["expected"] if parts else None,
        headers={"Retry-After": str(RETRY_S)} if status == 503 else {},
    )


def to_json(problem: Problem, instance: str) -> dict[str, Any]:
    """The body: RFC 9457's members, and ours where they are known."""
    title = _TITLES.get(problem.status) or HTTPStatus(problem.status).phrase
    ours = {"where": problem.where, "found": problem.found, "expected": problem.expected}
    return {
        "type": f"urn:playbill:problem:{problem.kind or _slug(title)}",
        "title": title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": instance,
        **{name: text for name, text in ours.items() if text is not None},
        **problem.more,
    }


def response_of(problem: Problem, instance: str) -> JSONResponse:
    """The answer."""
    return JSONResponse(
        jsonable_encoder(to_json(problem, instance)),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=dict(problem.headers),
    )


def problem_of(error: Exception) -> Problem:
    """What any error is in HTTP; one that nobody foresaw is logged and tells nothing of itself."""
    match error:
        case Problem():
            return error
        case PlaybillError():
            return of_error(error)
        case RequestValidationError():
            return _invalid(error)
        case HTTPException():
            headers = dict(error.headers or {})
            return Problem(error.status_code, str(error.detail), headers=headers)
        case DataError():
            return Problem(422, "a value is not one that the data base keeps", "invalid")
        case _:
            return _unforeseen(error)


def _unforeseen(error: Exception) -> Problem:
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Problem(507, "the server's disk is full: nothing was kept", "disk-full")
    if isinstance(error, MemoryError):
        return busy("the server has no memory left for this now", RETRY_S)
    if isinstance(error, ClientDisconnect):
        return Problem(400, "the sender went away before the end of the body", "gone")
    return Problem(500, "the server failed; its log says why", "bug")


def add_handlers(app: FastAPI) -> None:
    """Let every refusal of `app` be a problem; what nobody foresaw is `requests.Requests`'s."""

    async def answer(request: Request, error: Exception) -> JSONResponse:
        return response_of(problem_of(error), instance_of(request.scope))

    for kind in (Problem, PlaybillError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, answer)


def instance_of(scope: Mapping[str, Any]) -> str:
    """What the problem is about: the request, by its id in the log."""
    return f"urn:uuid:{scope.get('state', {}).get('request_id', '')}"


def _invalid(error: RequestValidationError) -> Problem:
    errors = [_one_invalid(entry) for entry in error.errors()]
    first = errors[0] if errors else {"where": "request", "what": "is invalid"}
    return Problem(
        422,
        f"{first['where']}: {first['what']}"
        + (f", and {n} more" if (n := len(errors) - 1) > 0 else ""),
        "invalid",
        where=first["where"],
        found=first.get("found"),
        more={"errors": errors},
    )


def _one_invalid(entry: Mapping[str, Any]) -> dict[str, str]:
    where = ".".join(str(part) for part in entry.get("loc", ()))
    what = str(entry.get("msg", "is invalid"))
    found = entry.get("input")
    shown = {} if found is None or isinstance(found, dict | list) else {"found": str(found)[:100]}
    return {"where": where or "request", "what": what, **shown}


def _slug(name: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name)
    return re.sub(r"[^a-z]+", "-", words.lower()).strip("-")
