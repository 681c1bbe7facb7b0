"""The file of a medium as it came, whole or in part."""

import mimetypes
from collections.abc import Callable
from pathlib import Path
from typing import IO, Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse

from playbill.archive.archive import Archive
from playbill.archive.media import MediaRow, get_media
from playbill.errors import MediaError, NotInArchive
from playbill.server.attachments import attachment
from playbill.server.auth import Reader
from playbill.server.conditional import has_already, pieces, span_of, unchanged
from playbill.server.params import IdPath
from playbill.server.services import Served

CACHE = "private, max-age=86400, immutable"
_BYTES = {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}

router = APIRouter(prefix="/v1/media", tags=["media"])


@router.get(
    "/{media_id}/file",
    summary="The file of a medium.",
    response_class=Response,
    responses={200: _BYTES, 206: {**_BYTES, "description": "The part that Range asks for."}},
)
def one(
    media_id: IdPath,
    request: Request,
    _: Reader,
    services: Served,
    _range: Annotated[
        str | None, Header(alias="Range", max_length=200, description="`bytes=0-1023`.")
    ] = None,
) -> Response:
    """As it came, byte for byte; its ETag is its sha256. Of several ranges, all is sent."""
    media = services.archive.database.read(lambda tx: get_media(tx, media_id))
    tag = f'"{media.info.sha256}"'
    if has_already(request, tag):
        return unchanged(tag, CACHE)
    source = _opened(services.archive, media)
    span = span_of(request, tag, media.bytes_)
    sent = span or range(media.bytes_)
    headers = {
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Cache-Control": CACHE,
        "Content-Length": str(len(sent)),
        "Content-Disposition": attachment(media.info.name),
    }
    if span is not None:
        headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{media.bytes_}"
    return StreamingResponse(
        pieces(source, sent),
        status_code=200 if span is None else 206,
        media_type=media_type(media.info.name),
        headers=headers,
    )


def media_type(name: str) -> str:
    """Of a picture or video by its name; of all else, and of what can hold scripts, bytes."""
    guessed, _ = mimetypes.guess_type(name)
    fine = guessed is not None and guessed.startswith(("image/", "video/")) and "xml" not in guessed
    return guessed if fine and guessed else "application/octet-stream"


def _opened(archive: Archive, media: MediaRow) -> IO[bytes]:
    """The file, which is as it was when it was added.

    Raises:
        MediaError: it is gone, or was altered.
    """
    name, place = media.info.name, media.place
    if place is None:
        raise MediaError(f"{name}: it is not known where the file of this medium lies")
    try:
        if Path(place).is_absolute():
            path = Path(place)
            return _unaltered(media, path.stat().st_size, lambda: path.open("rb"))
        return _unaltered(media, archive.blobs.size(place), lambda: archive.blobs.reading(place))
    except (OSError, NotInArchive) as error:
        raise MediaError(f"{name}: the file of this medium is gone") from error


def _unaltered(media: MediaRow, size: int, opened: Callable[[], IO[bytes]]) -> IO[bytes]:
    if size != media.bytes_:
        raise MediaError(
            f"{media.info.name}: the file of this medium was altered, found {size:,} bytes, "
            f"expected {media.bytes_:,}"
        )
    return opened()
