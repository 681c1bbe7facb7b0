"""Tracks, the faces of one person through one shot: listed, and decided about one by one."""

from fastapi import APIRouter

from playbill.archive.decisions.clusters import separate, split
from playbill.archive.decisions.naming import assign, reject
from playbill.archive.tracks import faces_of, list_tracks
from playbill.server.auth import Labeller, Reader
from playbill.server.once import OnceRoute
from playbill.server.params import After, IdQuery, Limit, NumberPath
from playbill.server.routes.crops import crop_address
from playbill.server.schemas.people import (
    AssignBody,
    FaceShown,
    RejectBody,
    SeparateBody,
    Separated,
    SplitBody,
    SplitDone,
    TrackShown,
    TracksPage,
)
from playbill.server.schemas.shared import Decided
from playbill.server.services import Served

router = APIRouter(prefix="/v1/tracks", tags=["tracks"], route_class=OnceRoute)


@router.get("", summary="Tracks of what is shown.")
def some(
    *,
    _: Reader,
    services: Served,
    cluster_id: IdQuery = None,
    person_id: IdQuery = None,
    media_id: IdQuery = None,
    after: After = None,
    limit: Limit = 50,
) -> TracksPage:
    """Of one group, person or medium, or of all; by number."""
    page = services.archive.database.read(
        lambda tx: list_tracks(
            tx,
            cluster_id=cluster_id,
            person_id=person_id,
            media_id=media_id,
            after=after,
            limit=limit,
        )
    )
    items = [TrackShown.model_validate(track) for track in page.items]
    for track in items:
        track.crop = crop_address(track.crop)
    return TracksPage(items=items, next=page.next)


@router.get("/{track_id}/faces", summary="The faces of a track.")
def faces(track_id: NumberPath, _: Reader, services: Served) -> list[FaceShown]:
    """In order of time."""
    found = services.archive.database.read(lambda tx: faces_of(tx, track_id))
    shown = [FaceShown.model_validate(face) for face in found]
    for face in shown:
        face.crop = crop_address(face.crop)
    return shown


@router.post("/assign", summary="Say who these tracks are.")
def assign_some(body: AssignBody, caller: Labeller, services: Served) -> Decided:
    """These alone, not their whole groups."""
    seq = services.archive.database.write(
        lambda tx: assign(
            tx, caller.who, body.tracks, body.person_id, even_if_together=body.even_if_together
        )
    )
    return Decided(seq=seq)


@router.post("/reject", summary="Say who these tracks are not.")
def reject_some(body: RejectBody, caller: Labeller, services: Served) -> Decided:
    """Whatever a machine will find later."""
    seq = services.archive.database.write(
        lambda tx: reject(tx, caller.who, body.tracks, body.person_id)
    )
    return Decided(seq=seq)


@router.post("/separate", summary="Put tracks of a group into a new one.")
def separate_some(body: SeparateBody, caller: Labeller, services: Served) -> Separated:
    """They look alike to the machine, and are somebody else."""
    seq, cluster_id = services.archive.database.write(
        lambda tx: separate(tx, caller.who, body.tracks)
    )
    return Separated(seq=seq, cluster_id=cluster_id)


@router.post("/{track_id}/split", summary="Take faces out of a track.")
def split_one(
    track_id: NumberPath, body: SplitBody, caller: Labeller, services: Served
) -> SplitDone:
    """They get a track of their own, about which nothing is decided yet."""
    seq, new = services.archive.database.write(
        lambda tx: split(tx, caller.who, track_id, body.faces)
    )
    return SplitDone(seq=seq, track_id=new)
