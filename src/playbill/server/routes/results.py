"""What was found in a medium: documents and exports, and its frames as pictures."""

from io import BytesIO
from pathlib import Path as FilePath
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from PIL import Image
from sqlalchemy import Connection

from playbill.archive.document import document_text
from playbill.archive.documents import analysis_of, analysis_today, document_of
from playbill.archive.media import MediaRow, get_media
from playbill.archive.runs import get_run
from playbill.core.analysis import Analysis
from playbill.errors import MediaError, NotInArchive
from playbill.exports.accept import accepted_format
from playbill.exports.formats import FORMATS, export_chunks
from playbill.library.places import file_of
from playbill.media.images import read_image
from playbill.media.sampling import Only
from playbill.media.video import SampledVideo
from playbill.server.attachments import attachment
from playbill.server.auth import Reader
from playbill.server.conditional import content_tag, has_already, unchanged
from playbill.server.params import IdPath, IdQuery
from playbill.server.problems import Problem
from playbill.server.routes.images import DOCUMENT
from playbill.server.services import Served, Services
from playbill.server.surveys import Surveys
from playbill.version import __version__

QUALITY = 85
MOST_SIDE = 65_500
"""Of a JPEG, in pixels; larger pictures are made smaller."""
CACHE = "private, max-age=86400, immutable"
"""A frame of a medium never changes."""

router = APIRouter(prefix="/v1/media", tags=["media"])


@router.get(
    "/{media_id}/document",
    summary="What was found in a medium.",
    response_class=Response,
    responses={
        200: {
            "content": {format_.media_type.partition(";")[0]: {} for format_ in FORMATS.values()}
            | {"application/json": {"schema": DOCUMENT}},
            "description": "The document `playbill/1`, or another format.",
        }
    },
)
def document(
    *,
    media_id: IdPath,
    request: Request,
    _: Reader,
    services: Served,
    format_: Annotated[
        str | None,
        Query(alias="format", max_length=40, description=f"One of {', '.join(FORMATS)}."),
    ] = None,
    accept: Annotated[str, Header(max_length=1000)] = "",
    run: Annotated[IdQuery, Query(description="Of this run; else of the one shown.")] = None,
    as_made: Annotated[
        bool, Query(description="As the run said it; else with the names of today.")
    ] = False,
) -> Response:
    """With the names of today, or as it was made, byte for byte what the command line gives."""
    name = format_ or accepted_format(accept)
    if name is None:
        raise Problem(
            406,
            f"Accept: found {accept[:100]!r}, expected the type of a format: {', '.join(FORMATS)}",
            "not-acceptable",
            where="Accept",
        )
    if name == "json" and as_made:
        text = services.archive.database.read(lambda tx: document_of(tx, _run(tx, media_id, run)))
        tag = content_tag(text)
        if has_already(request, tag):
            return unchanged(tag)
        return Response(text, media_type="application/json", headers=_checked_again(tag))
    analysis = services.archive.database.read(lambda tx: _analysis(tx, media_id, run, as_made))
    base = str(request.base_url)
    # Formats may note when they were made, and who made them.
    tag = content_tag(document_text(analysis), name, base, __version__, weak=True)
    if has_already(request, tag):
        return unchanged(tag)
    here = f"{base}v1/media/{media_id}"
    chunks = export_chunks([analysis], name, base_url=here, file_url=f"{here}/file")
    target = FORMATS[name]
    stem = FilePath(analysis.media.name).stem
    return StreamingResponse(
        chunks,
        media_type=target.media_type,
        headers={
            "Content-Disposition": attachment(f"{stem}{target.suffix}"),
            **_checked_again(tag),
        },
    )


def _checked_again(tag: str) -> dict[str, str]:
    """Kept by the sender, who asks each time whether it is still so: names change."""
    return {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept"}


@router.get(
    "/{media_id}/frames/{index}.jpg",
    summary="One frame of a medium.",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {"schema": {"type": "string"}}}}},
)
async def frame(
    *,
    media_id: IdPath,
    index: Annotated[int, Path(ge=0, le=2**31)],
    request: Request,
    _: Reader,
    services: Served,
    width: Annotated[
        int | None, Query(ge=16, le=8192, description="Make it this wide, if it is wider.")
    ] = None,
) -> Response:
    """Counted as in the document: decoded frames from 0, in the order they are shown."""
    read = services.archive.database.read
    media = await to_thread.run_sync(read, lambda tx: get_media(tx, media_id))
    tag = content_tag(media.info.sha256, f"{index} {width} {QUALITY}")
    if has_already(request, tag):
        return unchanged(tag, CACHE)
    limiter = services.decoding
    data = await to_thread.run_sync(_jpeg, services, media, index, width, limiter=limiter)
    return Response(data, media_type="image/jpeg", headers={"ETag": tag, "Cache-Control": CACHE})


def _run(tx: Connection, media_id: str, run_id: str | None) -> str:
    """The run that is asked for.

    Raises:
        NotInArchive: there is no such run of this medium, or it is not analysed yet.
    """
    media = get_media(tx, media_id)
    wanted = run_id or media.run_id
    if wanted is None:
        raise NotInArchive(f"media {media_id!r}: it is not analysed yet")
    if get_run(tx, wanted).media_id != media_id:
        raise NotInArchive(f"run {wanted!r}: there is no such run of media {media_id!r}")
    return wanted


def _analysis(tx: Connection, media_id: str, run_id: str | None, as_made: bool) -> Analysis:  # noqa: FBT001
    wanted = _run(tx, media_id, run_id)
    return analysis_of(tx, wanted) if as_made else analysis_today(tx, wanted)


def _jpeg(services: Services, media: MediaRow, index: int, width: int | None) -> bytes:
    """One frame, upright, as a JPEG.

    Raises:
        MediaError: the file is gone or cannot be read.
        NotInArchive: the medium has no such frame.
    """
    name = media.info.name
    with file_of(services.archive, media) as path:
        try:
            pixels = _pixels(services.surveys, media, path, index)
        except MediaError as error:
            raise MediaError(str(error).replace(str(path), name)) from error
    if pixels is None:
        raise NotInArchive(f"frame {index}: {name} has no such frame")
    picture = Image.fromarray(pixels)
    across, down = picture.size
    scale = min((width or across) / across, MOST_SIDE / across, MOST_SIDE / down)
    if scale < 1:
        picture = picture.resize((max(1, round(across * scale)), max(1, round(down * scale))))
    target = BytesIO()
    picture.save(target, "JPEG", quality=QUALITY)
    return target.getvalue()


def _pixels(surveys: Surveys, media: MediaRow, path: FilePath, index: int) -> Any:
    if media.info.kind == "image":
        return read_image(path) if index == 0 else None
    with SampledVideo(path, surveys.of(media, path), Only.of([index]), threads=2) as video:
        return next((found.image for found in video if found.index == index), None)
