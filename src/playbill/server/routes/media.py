"""Media: what is there, what was found in it, and which run is shown."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from playbill.archive import audit
from playbill.archive.decisions.hiding import hide
from playbill.archive.decisions.promoting import promote
from playbill.archive.media import counts_of, get_media, list_media
from playbill.archive.runs import list_runs
from playbill.server.auth import Curator, Reader
from playbill.server.conditional import content_tag, has_already, unchanged
from playbill.server.etags import IfMatch, Match, etag
from playbill.server.once import OnceRoute
from playbill.server.params import After, IdPath, Limit
from playbill.server.schemas.media import MediaPage, MediumShown, PromoteBody, RunShown
from playbill.server.schemas.shared import Decided
from playbill.server.services import Served

router = APIRouter(prefix="/v1/media", tags=["media"], route_class=OnceRoute)


@router.get("", summary="Media, the ones added last first.")
def some(
    *,
    _: Reader,
    services: Served,
    after: After = None,
    limit: Limit = 50,
    kind: Annotated[Literal["image", "video"] | None, Query(description="Only these.")] = None,
    hidden: Annotated[bool, Query(description="The hidden ones too.")] = False,
) -> MediaPage:
    """With how much is known of each."""

    def work(tx: Connection) -> MediaPage:
        page = list_media(tx, after=after or None, limit=limit, kind=kind, hidden=hidden)
        counts = counts_of(tx, [row.id for row in page.items])
        items = [MediumShown.of(row, counts[row.id]) for row in page.items]
        return MediaPage(items=items, next=page.next)

    return services.archive.database.read(work)


@router.get("/{media_id}", summary="One medium.", response_model=MediumShown)
def one(
    media_id: IdPath, request: Request, _: Reader, response: Response, services: Served
) -> MediumShown | Response:
    """With the ETag that a change needs."""

    def work(tx: Connection) -> MediumShown:
        row = get_media(tx, media_id)
        return MediumShown.of(row, counts_of(tx, [media_id])[media_id])

    medium = services.archive.database.read(work)
    # Names change what is known of a medium, and not the medium.
    tag = etag(medium.version, content_tag(medium.model_dump_json()))
    if has_already(request, tag):
        return unchanged(tag)
    response.headers["ETag"] = tag
    return medium


@router.get("/{media_id}/runs", summary="All analyses of a medium.")
def runs(media_id: IdPath, _: Reader, services: Served) -> list[RunShown]:
    """The newest first; runs are only ever added."""

    def work(tx: Connection) -> list[RunShown]:
        shown = get_media(tx, media_id).run_id
        return [RunShown.of(row, shown=row.id == shown) for row in list_runs(tx, media_id)]

    return services.archive.database.read(work)


@router.post("/{media_id}/promote", summary="Show this run, also when newer ones come.")
def promote_one(
    media_id: IdPath, body: PromoteBody, match: IfMatch, caller: Curator, services: Served
) -> Decided:
    """To roll back is to promote the run from before, or to undo this."""

    def work(tx: Connection) -> int:
        _looked_at(tx, match, media_id)
        return promote(tx, caller.who, media_id, body.run_id)

    return Decided(seq=services.archive.database.write(work))


@router.post("/{media_id}/hide", summary="Leave a medium out of lists and searches.")
def hide_one(media_id: IdPath, match: IfMatch, caller: Curator, services: Served) -> Decided:
    """It can be undone."""

    def work(tx: Connection) -> int:
        _looked_at(tx, match, media_id)
        return hide(tx, caller.who, "media", media_id)

    return Decided(seq=services.archive.database.write(work))


def _looked_at(tx: Connection, match: Match, media_id: str) -> None:
    """Nobody else changes anything between this look and the end of the transaction."""
    audit.in_turn(tx)
    match.check(get_media(tx, media_id).version)
