"""Videos (and pictures that are to be kept): sent, or named by their path; analysed by jobs."""

from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from playbill.server.auth import Caller, Curator
from playbill.server.incoming import received
from playbill.server.ingest import Taken, Wish, check_wish, take_file, take_path
from playbill.server.once import once
from playbill.server.problems import Problem, too_large
from playbill.server.room import require_room
from playbill.server.schemas.jobs import JobShown
from playbill.server.schemas.media import MediumShown
from playbill.server.schemas.taking import PathBody, TakenShown
from playbill.server.schemas.wishes import WishFields
from playbill.server.services import Served, Services

router = APIRouter(prefix="/v1/videos", tags=["videos"])

VIDEO_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": PathBody.model_json_schema()},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["video"],
                    "properties": {
                        "video": {"type": "string", "format": "binary"},
                        "every": {"type": "integer", "minimum": 1},
                        "priority": {"type": "integer"},
                        "hook": {"type": "string"},
                    },
                }
            },
            "video/*": {"schema": {"type": "string", "format": "binary"}},
        },
    },
    "parameters": [
        {"name": name, "in": "query", "required": False, "schema": schema, "description": said}
        for name, schema, said in (
            ("name", {"type": "string"}, "What a bare video is called."),
            ("every", {"type": "integer", "minimum": 1}, "Of a bare video: every N-th frame."),
            ("priority", {"type": "integer"}, "Of a bare video: more is sooner."),
            ("hook", {"type": "string"}, "Of a bare video: address to be told of its job."),
        )
    ],
}


@router.post(
    "",
    status_code=202,
    summary="Take a video into the archive and analyse it.",
    openapi_extra=VIDEO_BODY,
    response_model=TakenShown,
)
async def take(request: Request, caller: Curator, services: Served) -> Response:
    """As one body, streamed to disk, or `{"path": ...}`; large ones better by `/v1/uploads`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return await _named(request, caller, services)
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and len(announced) < 19:
        require_room(services.archive.folder, int(announced), "body")
    async with received(request, services.incoming, most_files=1, name="video") as form:
        if not form.files:
            raise Problem(422, "body: found no file, expected a video", "invalid", where="body")
        wish = _wish(_without_name(request) | form.fields)
        await to_thread.run_sync(check_wish, services, wish)
        file = form.files[0]

        async def work() -> Response:
            taken = await to_thread.run_sync(
                take_file, services, file.path, file.path.name, wish, caller.who
            )
            return answer(taken)

        return await once(request, caller.who, form.digest(), work)


def answer(taken: Taken) -> Response:
    """202, and where the job is."""
    shown = TakenShown(
        media=MediumShown.of(taken.media), job=JobShown.of(taken.job), is_new=taken.is_new
    )
    headers = {"Location": f"/v1/jobs/{taken.job.id}"}
    return Response(shown.model_dump_json(), 202, headers, "application/json")


async def _named(request: Request, caller: Caller, services: Services) -> Response:
    text = bytearray()
    async for chunk in request.stream():
        text += chunk
        if len(text) > services.settings.max_json_bytes:
            most = f"{services.settings.max_json_bytes:,} bytes"
            raise too_large("body", "more bytes", most)
    try:
        body = PathBody.model_validate_json(bytes(text))
    except ValidationError as error:
        raise _invalid(error) from error
    wish = Wish(body.every, body.priority, body.hook)

    async def work() -> Response:
        taken = await to_thread.run_sync(take_path, services, body.path, wish, caller.who)
        return answer(taken)

    return await once(request, caller.who, body.model_dump_json(), work)


def _without_name(request: Request) -> dict[str, str]:
    """The query of a bare file, without what the file is called."""
    return {name: text for name, text in request.query_params.items() if name != "name"}


def _wish(fields: dict[str, str]) -> Wish:
    try:
        said = WishFields.model_validate(fields)
    except ValidationError as error:
        raise _invalid(error) from error
    return Wish(said.every, said.priority, said.hook)


def _invalid(error: ValidationError) -> RequestValidationError:
    found = error.errors(include_url=False, include_context=False)
    return RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in found])
