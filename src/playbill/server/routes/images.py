"""Pictures in, documents out; nothing of them is kept."""

import asyncio
import json
from time import perf_counter
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from playbill.errors import MediaError, PlaybillError
from playbill.server.auth import Analyst
from playbill.server.incoming import Received, received
from playbill.server.once import once
from playbill.server.pictures import Described, Pictures
from playbill.server.problems import Problem, instance_of, to_json
from playbill.server.refusals import problem_of
from playbill.server.services import Served, Services
from playbill.server.settings import ServerSettings
from playbill.server.timing import timing_of
from playbill.server.zips import Refused, Room, is_zip, take_out

router = APIRouter(prefix="/v1/images", tags=["images"])

PICTURE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["image"],
                    "properties": {"image": {"type": "string", "format": "binary"}},
                }
            },
            "image/*": {"schema": {"type": "string", "format": "binary"}},
        },
    },
    "parameters": [
        {
            "name": "name",
            "in": "query",
            "required": False,
            "schema": {"type": "string"},
            "description": "What a bare picture is called in the document.",
        }
    ],
}

DOCUMENT = {"$ref": "#/components/schemas/Document"}
BATCH_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "images": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                        }
                    },
                }
            },
            "application/zip": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
BATCH_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["results"],
    "properties": {
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string"},
                    "document": DOCUMENT,
                    "problem": {"$ref": "#/components/schemas/ProblemBody"},
                },
            },
        }
    },
}


@router.post(
    "",
    summary="Who and what is in a picture.",
    openapi_extra=PICTURE_BODY,
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": DOCUMENT}}}},
)
async def one(request: Request, caller: Analyst, services: Served) -> Response:
    """The document `playbill/1`, byte for byte what `playbill analyze --out` writes."""
    timing, began = timing_of(request), perf_counter()
    async with received(request, services.incoming, most_files=1, name="picture") as form:
        timing.note("receive", perf_counter() - began)
        if not form.files:
            raise Problem(422, "body: found no file, expected a picture", "invalid", where="body")
        picture = form.files[0]

        async def work() -> Response:
            told = await _describe(services.pictures, picture)
            timing.note("wait", told.waited_s)
            timing.note("analyse", told.analysed_s)
            timing.note("write", told.written_s)
            return Response(told.text, media_type="application/json")

        return await once(request, caller.who, form.digest(), work)


async def _describe(pictures: Pictures, file: Received, *, queued: bool = True) -> Described:
    """What is in one picture; messages do not say where the server keeps it.

    Raises:
        MediaError: it cannot be read.
        Problem: see `Pictures.describe`.
    """
    try:
        return await pictures.describe(file.path, queued=queued)
    except MediaError as error:
        raise MediaError(str(error).replace(str(file.path), file.path.name)) from error


@router.post(
    "/batch",
    summary="Who and what is in each of many pictures.",
    openapi_extra=BATCH_BODY,
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": BATCH_SCHEMA}}}},
)
async def batch(request: Request, caller: Analyst, services: Served) -> Response:
    """Several files in one multipart body, or a ZIP: for each its document or its problem."""
    most = services.settings.max_batch_pictures
    async with received(request, services.incoming, most_files=most, name="pictures.zip") as form:
        if not form.files:
            raise Problem(422, "body: found no file, expected pictures", "invalid", where="body")

        async def work() -> Response:
            return Response(
                await _documents(request, services, form.files), media_type="application/json"
            )

        return await once(request, caller.who, form.digest(), work)


async def _documents(request: Request, services: Services, files: list[Received]) -> str:
    pictures = await to_thread.run_sync(_unpacked, files, services.settings)
    turns = asyncio.Semaphore(services.settings.picture_threads)

    async def one_of_many(picture: Received | Refused) -> str:
        async with turns:
            if await request.is_disconnected():
                raise Problem(400, "the sender went away", "gone")
            return await _result(request, services.pictures, picture)

    tasks = [asyncio.create_task(one_of_many(picture)) for picture in pictures]
    try:
        results = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
    return '{"results": [' + ", ".join(results) + "]}\n"


async def _result(request: Request, pictures: Pictures, picture: Received | Refused) -> str:
    """`{"name": ..., "document": ...}` or `{"name": ..., "problem": ...}` as JSON."""
    name = picture.name if isinstance(picture, Refused) else picture.path.name
    said = f'{{"name": {json.dumps(name, ensure_ascii=False)}, '
    try:
        if isinstance(picture, Refused):
            raise picture.problem
        told = await _describe(pictures, picture, queued=False)
    except (PlaybillError, Problem) as error:
        problem = to_json(problem_of(error), instance_of(request.scope))
        return f'{said}"problem": {json.dumps(problem, ensure_ascii=False)}}}'
    return f'{said}"document": {told.text.rstrip()}}}'


def _unpacked(files: list[Received], settings: ServerSettings) -> list[Received | Refused]:
    """All pictures, those of ZIPs too, in order.

    Raises:
        Problem: 413, all together they are too many, or too large; or see `take_out`.
    """
    found: list[Received | Refused] = []
    room = Room.of(settings)
    for number, file in enumerate(files):
        if is_zip(file.path):
            folder = file.path.parent / f"out-{number}"
            found.extend(take_out(file.path, folder, settings, room))
        else:
            room.take("body", 1)
            found.append(file)
    return found
