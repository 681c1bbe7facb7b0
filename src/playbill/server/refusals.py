"""What any error is in HTTP, and how the application answers it."""

import errno
import re
from collections.abc import Mapping
from types import MappingProxyType

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

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
from playbill.server.invalid import problem_of_request
from playbill.server.problems import Problem, busy, instance_of, response_of, slug

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

_WHERE = re.compile(r"\A([^:]{1,200}): ")
_FOUND = re.compile(r"[:,] found (.+?)(?=, expected |\Z)", re.DOTALL)
_EXPECTED = re.compile(r"[:,] expected (.+?)(?=, found |\Z)", re.DOTALL)
"""Parts of the sentences that all errors are: what, where, found, expected."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def of_error(error: PlaybillError) -> Problem:
    """What one of Playbill's refusals is in HTTP."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    sentence = str(error)
    parts = [part.search(sentence) for part in (_WHERE, _FOUND, _EXPECTED)]
    where, found, expected = (part[1] if part else None for part in parts)
    return Problem(
        status,
        sentence,
        slug(type(error).__name__),
        where=where,
        found=found,
        expected=expected,
        headers={"Retry-After": str(RETRY_S)} if status == 503 else {},
    )


def problem_of(error: Exception) -> Problem:
    """What any error is in HTTP; one that nobody foresaw is logged and tells nothing of itself."""
    match error:
        case Problem():
            return error
        case PlaybillError():
            return of_error(error)
        case RequestValidationError():
            return problem_of_request(error)
        case HTTPException():
            return _of_framework(error)
        case DataError():
            return Problem(422, "a value is not one that the data base keeps", "invalid")
        case _:
            return _unforeseen(error)


def _of_framework(error: HTTPException) -> Problem:
    """What FastAPI refuses itself; of a body that it could not take, the reason."""
    if isinstance(error.__cause__, Problem):
        return error.__cause__
    if isinstance(error.__cause__, ClientDisconnect):
        return _unforeseen(error.__cause__)
    if error.status_code == 400:
        found = f"what is none ({type(error.__cause__ or error).__name__})"
        return Problem(
            400, f"body: found {found}, expected JSON", "malformed", "body", found, "JSON"
        )
    return Problem(error.status_code, str(error.detail), headers=dict(error.headers or {}))


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

    async def answer(request: Request, error: Exception) -> Response:
        return response_of(problem_of(error), instance_of(request.scope))

    async def no_such_path(request: Request, _: Exception) -> Response:
        return response_of(_no_such_path(request), instance_of(request.scope))

    async def no_such_method(request: Request, _: Exception) -> Response:
        return response_of(_no_such_method(request), instance_of(request.scope))

    for kind in (Problem, PlaybillError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, answer)
    app.add_exception_handler(404, no_such_path)
    app.add_exception_handler(405, no_such_method)


def _no_such_path(request: Request) -> Problem:
    found = request.url.path[:200]
    expected = f"one of those in {request.app.openapi_url}"
    return Problem(
        404,
        f"path: found {found!r}, expected {expected}",
        where="path",
        found=found,
        expected=expected,
    )


def _no_such_method(request: Request) -> Problem:
    routes, scope, found = request.app.routes, request.scope, request.method[:20]

    def is_there(method: str) -> bool:
        asked = {**scope, "method": method}
        return any(route.matches(asked)[0] is Match.FULL for route in routes)

    there = ", ".join(filter(is_there, METHODS))
    return Problem(
        405,
        f"method: found {found}, expected {there}",
        where="method",
        found=found,
        expected=there,
        headers={"Allow": there},
    )
