"""Pictures of faces, by the key that other answers give."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from playbill.errors import NotInArchive
from playbill.server.auth import Reader
from playbill.server.conditional import content_tag, has_already, unchanged
from playbill.server.services import Served

FOLDERS = ("crops", "portraits")
"""Of the blobs; what lies in others is not handed out here."""
CACHE = "private, max-age=3600"

router = APIRouter(prefix="/v1/crops", tags=["crops"])


def crop_address(key: str | None) -> str | None:
    """Where a picture of a face is had from this server."""
    return None if key is None else f"/v1/crops/{key}"


@router.get(
    "/{key:path}",
    summary="The picture of a face.",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {"schema": {"type": "string"}}}}},
)
async def one(
    key: Annotated[str, Path(max_length=300)], request: Request, _: Reader, services: Served
) -> Response:
    """A JPEG; gone for good once its person is forgotten."""
    parts = key.split("/")
    if parts[0] not in FOLDERS or ".." in parts or "" in parts or "\0" in key:
        raise NotInArchive(f"crop {key[:80]!r}: there is no such picture in the archive")
    data = await run_in_threadpool(services.archive.blobs.get, key)
    tag = content_tag(data)
    if has_already(request, tag):
        return unchanged(tag, CACHE)
    return Response(data, media_type="image/jpeg", headers={"ETag": tag, "Cache-Control": CACHE})
