"""Teach the archive what its people look like, from pictures of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from sqlalchemy import Connection, insert, select

from playbill.archive.archive import Archive
from playbill.archive.audit import in_turn, record
from playbill.archive.packing import pack_vector
from playbill.archive.people import create_person, require_person
from playbill.archive.tables import people, portraits
from playbill.core.names import clean_name
from playbill.datasets.people import PersonPicture
from playbill.errors import Conflict, PlaybillError
from playbill.media.files import sha256_of
from playbill.pipeline.crops import face_crops
from playbill.pipeline.enrol import one_face
from playbill.pipeline.opening import Describer


@dataclass(frozen=True, slots=True)
class Taught:
    """What came of the pictures of one or more people."""

    added: int
    known: int
    """Pictures that the person had already."""
    refused: tuple[PlaybillError, ...]
    """One for each picture that could not be used."""


@dataclass(frozen=True, slots=True)
class _Portrait:
    """One picture, described."""

    sha256: str
    space: str
    embedding: bytes
    crop: bytes


def enrol_pictures(
    archive: Archive,
    describer: Describer,
    person_id: str,
    pictures: Iterable[PersonPicture],
    *,
    who: str,
    hook: Callable[[PersonPicture], None] = lambda _: None,
) -> Taught:
    """Learn one person from pictures, each of which shows them alone.

    Args:
        archive: open.
        describer: finds and describes the faces.
        person_id: somebody the archive has.
        pictures: whose `name` is for messages.
        who: that says so.
        hook: told of each picture when it is done.

    Raises:
        NotInArchive: nobody has this id.
        Conflict: they are forgotten, or one with somebody else.
    """
    archive.database.read(lambda tx: require_person(tx, person_id))
    return _learn(archive, describer, pictures, lambda: person_id, who=who, hook=hook)


def enrol_people(
    archive: Archive,
    describer: Describer,
    pictures: Iterable[PersonPicture],
    *,
    who: str,
    hook: Callable[[PersonPicture], None] = lambda _: None,
) -> Taught:
    """Learn people by the names of their pictures; whoever is not there yet is made.

    Somebody of whom no picture can be used is not made. A name that cannot be one, or that two
    people of the archive have, goes to `refused`; the others go on.
    """
    by_name: dict[str, list[PersonPicture]] = {}
    refused: list[PlaybillError] = []
    for picture in pictures:
        try:
            by_name.setdefault(clean_name(picture.name), []).append(picture)
        except PlaybillError as error:
            refused.append(error)
    added = known = 0
    for name, some in by_name.items():
        try:
            person = partial(_person, archive, name, who)
            part = _learn(archive, describer, some, person, who=who, hook=hook)
        except Conflict as error:
            refused.append(error)
        else:
            added, known = added + part.added, known + part.known
            refused += part.refused
    return Taught(added, known, tuple(refused))


def _learn(
    archive: Archive,
    describer: Describer,
    pictures: Iterable[PersonPicture],
    person: Callable[[], str],
    *,
    who: str,
    hook: Callable[[PersonPicture], None],
) -> Taught:
    """Keep what pictures show as portraits of `person`, who is asked for when there is one."""
    added = known = 0
    refused: list[PlaybillError] = []
    for picture in pictures:
        try:
            portrait = _describe(picture, describer)
        except PlaybillError as error:
            refused.append(error)
        else:
            if _keep(archive, person(), portrait, who):
                added += 1
            else:
                known += 1
        hook(picture)
    return Taught(added, known, tuple(refused))


def _describe(picture: PersonPicture, describer: Describer) -> _Portrait:
    """Find and describe the one face.

    Raises:
        MediaError: the picture cannot be read.
        GalleryError: it shows nobody, or two people it may be of.
    """
    frame, face = one_face(picture, describer.detector)
    [points] = describer.embedder.embed([frame], [face], thorough=True)
    [crop] = face_crops(frame, face)
    vector = pack_vector(points.vectors[0])
    return _Portrait(sha256_of(picture.path), describer.embedder.space, vector, crop)


def _keep(archive: Archive, person_id: str, portrait: _Portrait, who: str) -> bool:
    """Keep the crop, then its row; says whether it is new.

    A commit of which the connection broke before it was confirmed is done again: then the row is
    there and has this crop.
    """
    if archive.database.read(lambda tx: _crop_of(tx, person_id, portrait)) is not None:
        return False
    key = f"portraits/{person_id}/{uuid4().hex}.jpg"
    archive.blobs.put(key, portrait.crop)
    added = False
    try:
        added = archive.database.write(lambda tx: _add(tx, person_id, portrait, key, who))
    finally:
        if not added:
            archive.blobs.delete(key)
    return added


def _crop_of(tx: Connection, person_id: str, portrait: _Portrait) -> str | None:
    """The key of the crop, if this person has this picture already."""
    row = portraits.c
    same = select(row.crop).where(
        row.person_id == person_id, row.sha256 == portrait.sha256, row.space == portrait.space
    )
    return tx.execute(same).scalar()


def _add(tx: Connection, person_id: str, portrait: _Portrait, key: str, who: str) -> bool:
    in_turn(tx)
    require_person(tx, person_id)
    kept = _crop_of(tx, person_id, portrait)
    if kept is not None:
        return kept == key
    tx.execute(
        insert(portraits).values(
            person_id=person_id,
            sha256=portrait.sha256,
            space=portrait.space,
            embedding=portrait.embedding,
            crop=key,
            added_at=datetime.now(UTC),
            added_by=who,
        )
    )
    record(tx, who, "person.enrol", f"person:{person_id}", picture=portrait.sha256)
    return True


def _person(archive: Archive, name: str, who: str) -> str:
    """The id of the one person of this name, made if nobody has it."""
    return archive.database.write(lambda tx: _found_or_made(tx, name, who))


def _found_or_made(tx: Connection, name: str, who: str) -> str:
    row = people.c
    alike = select(row.id).where(
        row.name == name, row.merged_into.is_(None), row.forgotten_at.is_(None)
    )
    found = tx.scalars(alike.order_by(row.id)).all()
    if len(found) > 1:
        raise Conflict(
            f"{name}: {len(found)} people of the archive have this name "
            f"({', '.join(found)}), expected one: enrol by id"
        )
    return found[0] if found else create_person(tx, who, name)
