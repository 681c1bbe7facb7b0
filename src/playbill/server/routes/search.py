"""Finding again who and what was seen."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from playbill.archive import search as found
from playbill.archive.search import Moment, Seen, object_class
from playbill.server.auth import Reader
from playbill.server.params import After, Limit
from playbill.server.problems import Problem
from playbill.server.routes.crops import crop_address
from playbill.server.schemas.search import (
    BoxShown,
    MediaRefShown,
    MomentShown,
    MomentsPage,
    NamedShown,
    SubjectShown,
)
from playbill.server.schemas.shared import Id
from playbill.server.services import Served

Ids = Annotated[list[Id], Query(max_length=100)]
Seconds = Annotated[float | None, Query(ge=0, le=1e9, allow_inf_nan=False)]

router = APIRouter(prefix="/v1/search", tags=["search"])


@router.get("", summary="Find moments.")
def moments(
    *,
    _: Reader,
    services: Served,
    person: Annotated[Ids, Query(description="People, by id.")] = [],  # noqa: B006
    cluster: Annotated[Ids, Query(description="Groups of faces, by id.")] = [],  # noqa: B006
    object_: Annotated[
        list[Annotated[str, Query(max_length=60)]],
        Query(alias="object", max_length=20, description="Classes of objects: `car`."),
    ] = [],  # noqa: B006
    together: Annotated[bool, Query(description="All at once, or each for itself.")] = True,
    near: Annotated[bool, Query(description="The others near the first person.")] = False,
    min_seconds: Annotated[float, Query(ge=0, le=1e9, allow_inf_nan=False)] = 0.0,
    media: Annotated[Ids, Query(description="Only in these.")] = [],  # noqa: B006
    from_s: Seconds = None,
    to_s: Seconds = None,
    min_score: Annotated[float | None, Query(ge=0, le=1, allow_inf_nan=False)] = None,
    verified: Annotated[
        bool | None, Query(description="true: named by a decision; false: by the machine.")
    ] = None,
    text: Annotated[str, Query(max_length=500, pattern=r"^[^\x00]*$")] = "",
    added_from: datetime | None = None,
    added_to: datetime | None = None,
    after: After = None,
    limit: Limit = 50,
) -> MomentsPage:
    """Spans in which all that was asked for is seen, with pictures to show of it."""
    for name, moment in (("added_from", added_from), ("added_to", added_to)):
        if moment is not None and moment.tzinfo is None:
            raise Problem(422, f"{name}: expected a time with a zone", "invalid", where=name)
    query = found.Query(
        person_ids=tuple(person),
        object_classes=tuple(object_class(label) for label in object_),
        together=together,
        near=near,
        min_seconds=min_seconds,
        media_ids=tuple(media),
        from_s=from_s,
        to_s=to_s,
        min_score=min_score,
        verified=verified,
        text=text,
        cursor=after or None,
        limit=limit,
        cluster_ids=tuple(cluster),
        added_from=added_from,
        added_to=added_to,
        boxes=True,
    )
    page = services.archive.database.read(
        lambda tx: found.search(tx, query, documents=services.boxes)
    )
    return MomentsPage(items=[_moment(one) for one in page.items], next=page.next)


def _moment(moment: Moment) -> MomentShown:
    return MomentShown(
        media=MediaRefShown.model_validate(moment.media),
        start=moment.start_us / 1e6,
        end=moment.end_us / 1e6,
        first_frame=moment.first_frame,
        last_frame=moment.last_frame,
        score=round(moment.score, 4),
        verified=moment.verified,
        subjects=[_subject(moment.media.id, seen) for seen in moment.subjects],
    )


def _subject(media_id: str, seen: Seen) -> SubjectShown:
    shown: Any = seen.thumbnail
    box = None
    if shown.box_xyxy is not None:
        left, top, right, bottom = shown.box_xyxy
        box = BoxShown(left=left, top=top, right=right, bottom=bottom)
    return SubjectShown(
        kind=seen.kind,
        class_id=seen.class_id,
        label=seen.label,
        person=NamedShown.model_validate(seen.person) if seen.person else None,
        cluster_id=seen.cluster_id,
        track_ids=list(seen.track_ids),
        score=round(seen.score, 4),
        verified=seen.verified,
        likeness=seen.likeness,
        crop=crop_address(shown.crop),
        frame=f"/v1/media/{media_id}/frames/{shown.frame_index}.jpg",
        box=box,
    )
