"""The file of a medium as it came, whole or in part."""

import mimetypes
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse

from playbill.archive.archive import Archive
from playbill.archive.blobs import Blobs
from playbill.archive.media import MediaRow, get_media
from playbill.errors import MediaError, NotInArchive
from playbill.server.attachments import attachment
from playbill.server.auth import Reader
from playbill.server.conditional import has_already, pieces, span_of, unchanged
from playbill.server.params import IdPath
from playbill.server.services import Served

FETCHED_AT_ONCE = 8 << 20
CACHE = "private, max-age=86400, immutable"
_BYTES = {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}

router = APIRouter(prefix="/v1/media", tags=["media"])


@router.head(
    "/{media_id}/file", summary="How large the file of a medium is.", response_class=Response
)
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
    span = span_of(request, tag, media.bytes_)
    sent = span or range(media.bytes_)
    wanted = range(0) if request.method == "HEAD" else sent
    data = _bytes_of(services.archive, media, wanted)
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
        data,
        status_code=200 if span is None else 206,
        media_type=media_type(media.info.name),
        headers=headers,
    )


def media_type(name: str) -> str:
    """Of a picture or video by its name; of all else, and of what can hold scripts, bytes."""
    guessed, _ = mimetypes.guess_type(name)
    fine = guessed is not None and guessed.startswith(("image/", "video/")) and "xml" not in guessed
    return guessed if fine and guessed else "application/octet-stream"


def _bytes_of(archive: Archive, media: MediaRow, span: range) -> Iterator[bytes]:
    """These bytes of the file, which is as it was when it was added.

    Raises:
        MediaError: it is gone, or was altered.
    """
    name, place = media.info.name, media.place
    if place is None:
        raise MediaError(f"{name}: it is not known where the file of this medium lies")
    path = media.file or archive.blobs.local_path(place)
    try:
        if path is None:
            _require_same(media, archive.blobs.size(place))
            return _fetched(archive.blobs, place, span)
        _require_same(media, path.stat().st_size)
        return pieces(path.open("rb"), span)
    except (OSError, NotInArchive) as error:
        raise MediaError(f"{name}: the file of this medium is gone") from error


def _require_same(media: MediaRow, size: int) -> None:
    if size != media.bytes_:
        raise MediaError(
            f"{media.info.name}: the file of this medium was altered, found {size:,} bytes, "
            f"expected {media.bytes_:,}"
        )


def _fetched(blobs: Blobs, key: str, span: range) -> Iterator[bytes]:
    """From an object store: what is asked for and no more, a few MiB in memory at a time."""
    for start in range(span.start, span.stop, FETCHED_AT_ONCE):
        yield blobs.part(key, range(start, min(start + FETCHED_AT_ONCE, span.stop)))
