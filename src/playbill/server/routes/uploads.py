"""Large files in pieces, by the tus protocol 1.0: broken off, gone on with, checked, or ended."""

import base64
import binascii
import re
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError

from playbill.archive.uploads import UploadRow
from playbill.errors import PlaybillError
from playbill.server.auth import Caller, Curator
from playbill.server.checksums import ALGORITHMS, Checksum
from playbill.server.params import IdPath
from playbill.server.problems import Problem, not_allowed, too_large, wrong_type
from playbill.server.refusals import problem_of
from playbill.server.schemas.taking import UploadShown
from playbill.server.schemas.wishes import WishFields
from playbill.server.services import Served, Services
from playbill.server.tus import Uploading

VERSION = "1.0.0"
MOST_METADATA = 8192
_SHA256 = re.compile(r"[0-9a-f]{64}")


class TusRoute(APIRoute):
    """A route whose refusals say the protocol's version, too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of the route, and what is around it."""
        work = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await work(request)
            except (Problem, PlaybillError, RequestValidationError) as error:
                problem = problem_of(error)
                headers = {**problem.headers, "Tus-Resumable": VERSION}
                raise replace(problem, headers=headers) from error

        return handler


def _tus(request: Request, response: Response) -> None:
    """Every answer says the protocol's version; a request must speak it."""
    response.headers["Tus-Resumable"] = VERSION
    found = request.headers.get("Tus-Resumable")
    if found != VERSION and request.method not in {"OPTIONS", "GET"}:
        raise Problem(
            412,
            f"Tus-Resumable: found {found or 'nothing'}, expected {VERSION}",
            "wrong-version",
            where="Tus-Resumable",
            found=found,
            expected=VERSION,
            headers={"Tus-Version": VERSION},
        )


router = APIRouter(
    prefix="/v1/uploads", tags=["uploads"], dependencies=[Depends(_tus)], route_class=TusRoute
)


@router.options("", status_code=204, summary="What of tus this server speaks.")
def abilities(response: Response, services: Served) -> None:
    """Version, extensions, and how large an upload may be."""
    response.headers["Tus-Version"] = VERSION
    response.headers["Tus-Extension"] = "creation,expiration,checksum,termination"
    response.headers["Tus-Checksum-Algorithm"] = ",".join(ALGORITHMS)
    response.headers["Tus-Max-Size"] = str(services.settings.max_video_bytes)


@router.post(
    "",
    status_code=201,
    summary="Announce an upload.",
    openapi_extra={
        "parameters": [
            {
                "name": "Upload-Length",
                "in": "header",
                "required": True,
                "schema": {"type": "integer", "minimum": 1},
            },
            {
                "name": "Upload-Metadata",
                "in": "header",
                "required": False,
                "schema": {"type": "string"},
                "description": "filename, sha256, every, priority, hook; values in base64.",
            },
        ]
    },
)
def create(request: Request, caller: Curator, response: Response, services: Served) -> UploadShown:
    """`sha256` in the metadata is checked once all is here; the archive gets all or nothing."""
    length = _number(request, "Upload-Length")
    most = services.settings.max_video_bytes
    if length > most:
        raise too_large("Upload-Length", f"{length:,} bytes", f"{most:,} bytes")
    if length == 0:
        raise Problem(422, "Upload-Length: found 0, expected a file with bytes", "invalid")
    said = _metadata(request.headers.get("Upload-Metadata", ""))
    name, sha256 = said.pop("filename", "video"), said.pop("sha256", "").lower() or None
    if sha256 is not None and not _SHA256.fullmatch(sha256):
        raise Problem(
            422,
            f"Upload-Metadata.sha256: found {sha256[:80]!r}, expected 64 hexadecimal digits",
            "invalid",
            where="Upload-Metadata.sha256",
        )
    upload = Uploading(services).begin(caller.who, name, length, sha256, _wishes(said))
    response.headers["Location"] = f"/v1/uploads/{upload.id}"
    _expiry(response, upload, services)
    return UploadShown.model_validate(upload)


@router.head("/{upload_id}", summary="How much of an upload is here.")
def offset(upload_id: IdPath, caller: Curator, response: Response, services: Served) -> None:
    """In `Upload-Offset`: go on from there."""
    upload = _own(upload_id, caller, services)
    response.headers["Upload-Offset"] = str(upload.received)
    response.headers["Upload-Length"] = str(upload.length)
    response.headers["Cache-Control"] = "no-store"
    _expiry(response, upload, services)


@router.get("/{upload_id}", summary="An upload, and what became of it.")
def one(upload_id: IdPath, caller: Curator, services: Served) -> UploadShown:
    """Once it is whole and in the archive it has a medium and a job."""
    return _shown(_own(upload_id, caller, services))


@router.patch(
    "/{upload_id}",
    status_code=204,
    summary="Send a piece of an upload.",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/offset+octet-stream": {
                    "schema": {"type": "string", "format": "binary"}
                }
            },
        },
        "parameters": [
            {
                "name": "Upload-Offset",
                "in": "header",
                "required": True,
                "schema": {"type": "integer", "minimum": 0},
            },
            {
                "name": "Upload-Checksum",
                "in": "header",
                "required": False,
                "schema": {"type": "string"},
                "description": "`sha256 BASE64` of this piece.",
            },
        ],
    },
)
async def append(
    upload_id: IdPath, request: Request, caller: Curator, services: Served
) -> Response:
    """The last piece puts the file into the archive; see `GET` for its medium and job."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/offset+octet-stream":
        raise wrong_type("Content-Type", kind or "nothing", "application/offset+octet-stream")
    at = _number(request, "Upload-Offset")
    checksum = Checksum.read(request.headers.get("Upload-Checksum"))
    upload = await to_thread.run_sync(_own, upload_id, caller, services)
    upload = await Uploading(services).append(upload, at, checksum, request.stream())
    headers = {"Tus-Resumable": VERSION, "Upload-Offset": str(upload.received)}
    response = Response(status_code=204, headers=headers)
    if upload.media_id is None:
        _expiry(response, upload, services)
    else:
        response.headers["Playbill-Media"] = upload.media_id
        response.headers["Playbill-Job"] = str(upload.details["job"])
    return response


@router.delete("/{upload_id}", status_code=204, summary="End an upload, and delete what is here.")
def end(upload_id: IdPath, caller: Curator, services: Served) -> None:
    """What is in the archive already stays there."""
    Uploading(services).end(_own(upload_id, caller, services), caller.who)


def _own(upload_id: str, caller: Caller, services: Services) -> UploadRow:
    """The upload, if the caller began it; for admins, any."""
    upload = Uploading(services).look(upload_id)
    if upload.created_by != caller.who and "admin" not in caller.scopes:
        raise not_allowed("upload: found that of somebody else, expected one's own")
    return upload


def _shown(upload: UploadRow) -> UploadShown:
    shown = UploadShown.model_validate(upload)
    shown.job_id = upload.details.get("job")
    return shown


def _expiry(response: Response, upload: UploadRow, services: Services) -> None:
    moment = Uploading(services).touched_at(upload)
    lasts = timedelta(hours=services.settings.upload_hours)
    response.headers["Upload-Expires"] = format_datetime(moment + lasts, usegmt=True)


def _number(request: Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Problem(
            400,
            f"{header}: found {text[:40] or 'nothing'}, expected a number of bytes",
            "malformed",
            where=header,
            found=text[:40],
        )
    return int(text)


def _metadata(header: str) -> dict[str, str]:
    """Tus's `key BASE64, key BASE64, ...`."""
    if len(header) > MOST_METADATA:
        raise too_large("Upload-Metadata", f"{len(header)} characters", f"{MOST_METADATA}")
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _, value = pair.partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, ValueError) as error:
            raise Problem(
                400,
                f"Upload-Metadata.{key[:40]}: expected UTF-8 text in base64",
                "malformed",
                where="Upload-Metadata",
            ) from error
    return found


def _wishes(said: dict[str, str]) -> dict[str, Any]:
    known = {key: text for key, text in said.items() if key in WishFields.model_fields}
    try:
        return WishFields.model_validate(known).model_dump()
    except ValidationError as error:
        first = error.errors()[0]
        where = f"Upload-Metadata.{'.'.join(str(part) for part in first['loc'])}"
        raise Problem(422, f"{where}: {first['msg']}", "invalid", where=where) from error
