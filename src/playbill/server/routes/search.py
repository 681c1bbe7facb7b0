"""Finding again who and what was seen."""

from datetime import datetime
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Request

from playbill.archive import search as found
from playbill.archive.paging import Page
from playbill.archive.search import MIN_LIKENESS, Examples, Moment, Seen, object_class
from playbill.core.embeddings import Embeddings
from playbill.errors import ArchiveError, MediaError
from playbill.library.examples import example_faces
from playbill.server.auth import Reader
from playbill.server.incoming import Received, received
from playbill.server.params import After, Limit
from playbill.server.problems import Problem
from playbill.server.routes.crops import crop_address
from playbill.server.routes.images import PICTURE_BODY
from playbill.server.schemas.search import (
    BoxShown,
    MediaRefShown,
    MomentShown,
    MomentsPage,
    NamedShown,
    SubjectShown,
)
from playbill.server.schemas.shared import Id
from playbill.server.services import Served, Services

Ids = Annotated[list[Id], Query(max_length=100)]
Seconds = Annotated[float | None, Query(ge=0, le=1e9, allow_inf_nan=False)]

router = APIRouter(prefix="/v1/search", tags=["search"])


def _asked(
    *,
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
) -> found.Query:
    """What both searches can be asked."""
    for name, moment in (("added_from", added_from), ("added_to", added_to)):
        if moment is not None and moment.tzinfo is None:
            raise Problem(422, f"{name}: expected a time with a zone", "invalid", where=name)
    return found.Query(
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


Asked = Annotated[found.Query, Depends(_asked)]


@router.get("", summary="Find moments.")
def moments(_: Reader, services: Served, query: Asked) -> MomentsPage:
    """Spans in which all that was asked for is seen, with pictures to show of it."""
    page = services.archive.database.read(
        lambda tx: found.search(tx, query, documents=services.boxes)
    )
    return _shown(page)


@router.post("/face", summary="Find whoever looks like a face.", openapi_extra=PICTURE_BODY)
async def like(
    *,
    request: Request,
    _: Reader,
    services: Served,
    query: Asked,
    face: Annotated[
        int | None,
        Query(ge=0, le=999, description="Only this face of the picture; 0: the largest."),
    ] = None,
    min_likeness: Annotated[
        float, Query(ge=0, le=1, allow_inf_nan=False, description="How like the example.")
    ] = MIN_LIKENESS,
) -> MomentsPage:
    """The likest first. Every face of the picture is looked for; the picture is not kept.

    For the next page the same picture is sent again.
    """
    async with received(request, services.incoming, most_files=1, name="picture") as form:
        if not form.files:
            raise Problem(422, "body: found no file, expected a picture", "invalid", where="body")
        faces = await services.pictures.in_turn(lambda: _faces(services, form.files[0], face))
    return await to_thread.run_sync(_like, services, query, Examples(faces, min_likeness))


def _faces(services: Services, picture: Received, face: int | None) -> Embeddings:
    """The faces to look for; messages do not say where the server keeps the picture."""
    try:
        services.pictures.check(picture.path)
        faces = example_faces(services.archive, services.describer(), [picture.path])
    except (ArchiveError, MediaError) as error:
        raise type(error)(str(error).replace(str(picture.path), picture.path.name)) from error
    if face is None:
        return faces
    if face >= len(faces):
        raise Problem(
            422,
            f"face: found {face}, expected 0 to {len(faces) - 1}, as the picture has {len(faces)}",
            "invalid",
            where="face",
        )
    return Embeddings(faces.vectors[face : face + 1], faces.model)


def _like(services: Services, query: found.Query, examples: Examples) -> MomentsPage:
    index = services.faces_of(examples.faces.model)
    return _shown(
        services.archive.database.read(
            lambda tx: found.search_like(tx, query, examples, index, documents=services.boxes)
        )
    )


def _shown(page: Page[Moment]) -> MomentsPage:
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
