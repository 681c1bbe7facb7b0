"""People: made, taught, renamed, merged, hidden, forgotten."""

from functools import partial
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from playbill.archive import audit
from playbill.archive.decisions.hiding import hide
from playbill.archive.decisions.merging import merge_people
from playbill.archive.decisions.naming import rename
from playbill.archive.forgetting import erase_blobs, forget
from playbill.archive.people import PersonRow, create_person, get_person, list_people
from playbill.datasets.people import PersonPicture
from playbill.errors import MediaError
from playbill.library.enrolling import Taught, enrol_pictures
from playbill.server.auth import Curator, Labeller, Reader
from playbill.server.etags import IfMatch, Match, etag
from playbill.server.incoming import Received, received
from playbill.server.once import OnceRoute, once
from playbill.server.params import After, IdPath, Limit
from playbill.server.problems import Problem
from playbill.server.schemas.people import (
    ErasedShown,
    ForgottenShown,
    MergeBody,
    PeoplePage,
    PersonAdded,
    PersonChange,
    PersonShown,
    TaughtShown,
)
from playbill.server.schemas.shared import Decided
from playbill.server.services import Served, Services

router = APIRouter(prefix="/v1/people", tags=["people"], route_class=OnceRoute)
uploads = APIRouter(prefix="/v1/people", tags=["people"])
"""Routes whose bodies are files, which are not read into memory."""

PICTURES_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "pictures": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                        }
                    },
                }
            },
            "image/*": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.get("", summary="People, by name.")
def some(
    *,
    _: Reader,
    services: Served,
    after: After = None,
    limit: Limit = 50,
    name: Annotated[
        str | None,
        Query(min_length=1, max_length=200, pattern=r"^[^\x00]+$", description="Of this name."),
    ] = None,
    hidden: Annotated[bool, Query(description="The hidden ones too.")] = False,
) -> PeoplePage:
    """Without those who are one with another, and without the forgotten."""
    page = services.archive.database.read(
        lambda tx: list_people(tx, after=after, limit=limit, name=name, hidden=hidden)
    )
    items = [PersonShown.model_validate(person) for person in page.items]
    return PeoplePage(items=items, next=page.next)


@router.post("", status_code=201, summary="Make a person.")
def add(body: PersonAdded, caller: Labeller, response: Response, services: Served) -> PersonShown:
    """Nobody looks like them yet: give them pictures, or name a group of faces after them."""

    def work(tx: Connection) -> PersonRow:
        new = create_person(tx, caller.who, body.name, even_if_named_alike=body.even_if_named_alike)
        return get_person(tx, new)

    person = services.archive.database.write(work)
    response.headers["Location"] = f"/v1/people/{person.id}"
    return _shown(person, response)


@router.get("/{person_id}", summary="One person.")
def one(person_id: IdPath, _: Reader, response: Response, services: Served) -> PersonShown:
    """With the ETag that a change needs."""
    return _shown(services.archive.database.read(lambda tx: get_person(tx, person_id)), response)


@router.patch("/{person_id}", summary="Rename a person.")
def change(
    *,
    person_id: IdPath,
    body: PersonChange,
    match: IfMatch,
    caller: Labeller,
    response: Response,
    services: Served,
) -> PersonShown:
    """Everywhere at once, in media analysed long ago too."""

    def work(tx: Connection) -> PersonRow:
        _looked_at(tx, match, person_id)
        rename(tx, caller.who, person_id, body.name, even_if_named_alike=body.even_if_named_alike)
        return get_person(tx, person_id)

    return _shown(services.archive.database.write(work), response)


@router.post("/{person_id}/merge", summary="Make a person one with another.")
def merge(
    person_id: IdPath, body: MergeBody, match: IfMatch, caller: Curator, services: Served
) -> Decided:
    """The other stays; it can be undone, months later too."""

    def work(tx: Connection) -> int:
        _looked_at(tx, match, person_id)
        return merge_people(
            tx, caller.who, person_id, body.into, even_if_together=body.even_if_together
        )

    return Decided(seq=services.archive.database.write(work))


@router.post("/{person_id}/hide", summary="Leave a person out of lists and searches.")
def hide_one(person_id: IdPath, match: IfMatch, caller: Curator, services: Served) -> Decided:
    """It can be undone."""

    def work(tx: Connection) -> int:
        _looked_at(tx, match, person_id)
        return hide(tx, caller.who, "person", person_id)

    return Decided(seq=services.archive.database.write(work))


@router.delete("/{person_id}", summary="Forget a person, for good.")
def forget_one(
    person_id: IdPath, match: IfMatch, caller: Curator, services: Served
) -> ForgottenShown:
    """Erases all pictures and descriptions of the face, and the name. This cannot be undone."""
    archive = services.archive

    def work(tx: Connection) -> Any:
        _looked_at(tx, match, person_id)
        return forget(tx, caller.who, person_id)

    forgotten = archive.database.write(work)
    services.naming.forget()
    for index in list(services.indices.values()):
        index.drop()
    erase_blobs(archive, forgotten)
    services.naming.try_to_renew()
    return ForgottenShown(seq=forgotten.seq, erased=ErasedShown.model_validate(forgotten.erased))


@uploads.post(
    "/{person_id}/pictures",
    summary="Learn what a person looks like.",
    openapi_extra=PICTURES_BODY,
    response_model=TaughtShown,
)
async def teach(
    person_id: IdPath, request: Request, caller: Labeller, services: Served
) -> Response:
    """From pictures that each show them alone; the next picture that is analysed is named so."""
    most = services.settings.max_batch_pictures
    async with received(request, services.incoming, most_files=most, name="picture") as form:
        if not form.files:
            raise Problem(422, "body: found no file, expected pictures", "invalid", where="body")

        async def work() -> Response:
            taught = await _teach(services, person_id, form.files, caller.who)
            await to_thread.run_sync(services.naming.try_to_renew)
            return Response(taught.model_dump_json(), media_type="application/json")

        return await once(request, caller.who, form.digest(), work)


async def _teach(
    services: Services, person_id: str, files: list[Received], who: str
) -> TaughtShown:
    """One picture at a time, in turn with those that others want to have analysed."""
    shown = TaughtShown(added=0, known=0, refused=[])
    teacher = partial(_taught, services, person_id, who)
    await to_thread.run_sync(teacher, [])  # may they be taught at all?
    for file in files:
        try:
            taught = await services.pictures.in_turn(partial(teacher, [file]), queued=False)
        except (Problem, MediaError) as error:
            said = error.detail if isinstance(error, Problem) else str(error)
            shown.refused.append(said.replace(str(file.path), file.path.name))
            continue
        shown.added, shown.known = shown.added + taught.added, shown.known + taught.known
        shown.refused += [
            str(error).replace(str(file.path), file.path.name) for error in taught.refused
        ]
    return shown


def _taught(services: Services, person_id: str, who: str, files: list[Received]) -> Taught:
    name = services.archive.database.read(lambda tx: get_person(tx, person_id)).name
    for file in files:
        services.pictures.check(file.path)
    pictures = [PersonPicture(file.path, name) for file in files]
    return enrol_pictures(services.archive, services.describer(), person_id, pictures, who=who)


def _looked_at(tx: Connection, match: Match, person_id: str) -> None:
    """Nobody else changes anything between this look and the end of the transaction."""
    audit.in_turn(tx)
    match.check(get_person(tx, person_id).version)


def _shown(person: PersonRow, response: Response) -> PersonShown:
    response.headers["ETag"] = etag(person.version)
    return PersonShown.model_validate(person)
