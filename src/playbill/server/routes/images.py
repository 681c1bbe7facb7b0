"""Pictures in, documents out; nothing of them is kept."""

from typing import Any

from fastapi import APIRouter, Request, Response

from playbill.archive.document import document_text
from playbill.errors import MediaError
from playbill.server.auth import Analyst
from playbill.server.incoming import Received, received
from playbill.server.pictures import Pictures
from playbill.server.problems import Problem
from playbill.server.services import Served

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


@router.post(
    "",
    summary="Who and what is in a picture.",
    openapi_extra=PICTURE_BODY,
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
async def one(request: Request, _: Analyst, services: Served) -> Response:
    """The document `playbill/1`, byte for byte what `playbill analyze --out` writes."""
    async with received(request, services.incoming, most_files=1, name="picture") as form:
        if not form.files:
            raise Problem(422, "body: found no file, expected a picture", "invalid", where="body")
        return Response(
            await _document(services.pictures, form.files[0]), media_type="application/json"
        )


async def _document(pictures: Pictures, file: Received) -> str:
    """The document of one picture; messages do not say where the server keeps it.

    Raises:
        MediaError: it cannot be read.
        Problem: see `Pictures.analyze`.
    """
    try:
        return document_text(await pictures.analyze(file.path))
    except MediaError as error:
        raise MediaError(str(error).replace(str(file.path), file.path.name)) from error
