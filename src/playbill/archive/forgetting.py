"""Forgetting a person: faces, pictures and the name are erased wherever the archive has them.

Rows go in one transaction, which also writes down which files are to go; the files go afterwards,
and what a crash leaves of them is taken up by the next call. What stays is anonymous: somebody was
there, from when to when.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, select, update

from playbill.archive import audit, traces
from playbill.archive.among import among
from playbill.archive.archive import Archive
from playbill.archive.decisions.consequences import reconsider_people
from playbill.archive.decisions.lineage import concerned
from playbill.archive.decisions.log import Subjects, append
from playbill.archive.decisions.projection import project_tracks
from playbill.archive.decisions.rows import with_company
from playbill.archive.people import require_person
from playbill.archive.tables import decisions, faces, people, portraits, tracks
from playbill.archive.words import remove_words
from playbill.errors import OutputError


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was erased."""

    people: int
    """The person, and those who were one with them."""
    portraits: int
    tracks: int
    """Whose embeddings are gone; their appearances stay, as those of somebody."""
    faces: int
    """Whose embeddings and pictures are gone."""
    files: int
    """Pictures of faces, portraits among them; those that show somebody else as well stay."""
    documents: int
    """Runs in whose documents the name was written."""
    replies: int
    segments: int
    """Pieces of unfinished analyses, which are to be done again."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased, and which files are still to go."""

    seq: int
    """The number of the decision."""
    person_id: str
    people: tuple[str, ...]
    """The ids of the person and of those who were one with them."""
    erased: Erased
    crops: tuple[str, ...]
    """Keys in the blobs; `erase_blobs` takes them away."""


def forget(
    tx: Connection, who: str, person_id: str, *, expected_version: int | None = None
) -> Forgotten:
    """Erase a person, and everybody merged into them, from all rows. This cannot be undone.

    The append-only tables know this one exception: names are taken out of the documents of runs
    and of renames in the log. The audit log has no names, so its seals hold.

    A second call for somebody whose files are not all gone yet says the same as the first.

    Raises:
        NotInArchive: there is no such person.
        Conflict: they are one with somebody else, changed meanwhile, or forgotten already.
    """
    audit.in_turn(tx)
    for begun in unfinished(tx):
        if begun.person_id == person_id:
            return begun
    require_person(tx, person_id, expected_version=expected_version)
    gone = sorted(with_company(tx, people, [person_id]))
    names = _names(tx, gone)
    seen = _seen(tx, gone)
    media_ids = _media_of(tx, seen)
    pictures = _drop_portraits(tx, gone)
    crops = _blank_faces(tx, seen)
    keys = _unused(tx, {key for key in (*pictures, *crops) if key is not None})
    _blank_tracks(tx, seen, gone)
    _blank_people(tx, gone)
    erased = Erased(
        people=len(gone),
        portraits=len(pictures),
        tracks=len(seen),
        faces=len(crops),
        files=len(keys),
        documents=traces.take_out_of_documents(tx, gone),
        replies=traces.blank_replies(tx, [*gone, *names]),
        segments=traces.begin_again(tx, media_ids),
    )
    reconsider_people(tx, set(gone))
    project_tracks(tx, seen)
    details = {"people": gone, "erased": asdict(erased), "crops": keys}
    seq = append(tx, who, "forget", Subjects(person_id=person_id), details)
    return Forgotten(seq, person_id, tuple(gone), erased, tuple(keys))


def erase_blobs(archive: Archive, forgotten: Forgotten) -> None:
    """Delete the files of somebody forgotten, and the galleries that were made of their faces.

    May be done again after a crash: what is gone already is passed over.

    Raises:
        OutputError: a file cannot be deleted; the next call goes on.
    """
    try:
        for key in archive.database.read(lambda tx: _unused(tx, forgotten.crops)):
            archive.blobs.delete(key)
        for person in forgotten.people:
            for key in list(archive.blobs.keys(f"portraits/{person}")):
                archive.blobs.delete(key)
        for gallery in sorted((archive.folder / "galleries").glob("*")):
            gallery.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"person {forgotten.person_id}: not all files could be deleted: {error}; "
            "forget them once more to go on"
        ) from error
    archive.database.write(lambda tx: _finish(tx, forgotten.seq))
    archive.database.empty_log()


def unfinished(tx: Connection) -> list[Forgotten]:
    """Those whose rows are erased and whose files are not yet: `erase_blobs` goes on."""
    forgets = select(decisions).where(decisions.c.kind == "forget").order_by(decisions.c.seq)
    return [
        Forgotten(
            row.seq,
            row.person_id,
            tuple(row.details["people"]),
            Erased(**row.details["erased"]),
            tuple(row.details["crops"]),
        )
        for row in tx.execute(forgets)
        if row.details["crops"] is not None
    ]


def _finish(tx: Connection, seq: int) -> None:
    forgets = select(decisions.c.details).where(decisions.c.seq == seq)
    details = tx.execute(forgets).scalar_one() | {"crops": None}
    tx.execute(update(decisions).where(decisions.c.seq == seq).values(details=details))


def _names(tx: Connection, person_ids: Sequence[str]) -> set[str]:
    """All names that these people ever had."""
    row, said = people.c, decisions.c
    rows = tx.execute(select(row.first_name, row.name).where(among(row.id, person_ids))).all()
    renames = select(said.details).where(said.kind == "rename", among(said.person_id, person_ids))
    renamed = {details["name"] for details in tx.execute(renames).scalars()}
    return renamed | {name for names in rows for name in names}


def _seen(tx: Connection, person_ids: Sequence[str]) -> set[int]:
    """The tracks that show these people, and those that show the same faces in other runs.

    The latter stay where it was said or found that they are somebody else.
    """
    row = tracks.c
    theirs = select(row.id).where(among(row.person_id, person_ids))
    seen = set(tx.execute(theirs).scalars())
    same = among(row.id, concerned(tx, seen) - seen)
    nobody = select(row.id).where(same, row.person_id.is_(None), row.split_from.is_(None))
    return seen | set(tx.execute(nobody).scalars())


def _media_of(tx: Connection, track_ids: Collection[int]) -> set[str]:
    found = select(tracks.c.media_id).where(among(tracks.c.id, track_ids))
    return set(tx.execute(found.distinct()).scalars())


def _drop_portraits(tx: Connection, person_ids: Sequence[str]) -> list[str]:
    """Delete the enrolment pictures of these people; the keys of their files."""
    theirs = among(portraits.c.person_id, person_ids)
    keys = list(tx.execute(select(portraits.c.crop).where(theirs)).scalars())
    tx.execute(delete(portraits).where(theirs))
    return keys


def _blank_faces(tx: Connection, track_ids: Collection[int]) -> list[str | None]:
    """Erase how the faces of these tracks look; the key of each one's crop."""
    theirs = among(faces.c.track_id, track_ids)
    keys = list(tx.execute(select(faces.c.crop).where(theirs)).scalars())
    tx.execute(update(faces).where(theirs).values(embedding=None, crop=None))
    return keys


def _unused(tx: Connection, keys: Collection[str]) -> list[str]:
    """Those of these files that are of nobody else's face as well, sorted."""
    used: set[str] = set()
    for column in (faces.c.crop, portraits.c.crop):
        used.update(tx.execute(select(column).where(among(column, keys))).scalars())
    return sorted(set(keys) - used)


def _blank_tracks(tx: Connection, track_ids: Collection[int], person_ids: Sequence[str]) -> None:
    """Erase how these tracks look, and that a machine saw these people anywhere."""
    tx.execute(update(tracks).where(among(tracks.c.id, track_ids)).values(embedding=None))
    unmatched = {"machine_person_id": None, "machine_score": None}
    matched = among(tracks.c.machine_person_id, person_ids)
    tx.execute(update(tracks).where(matched).values(unmatched))


def _blank_people(tx: Connection, person_ids: Sequence[str]) -> None:
    """Erase the names of these people, those that they had before as well."""
    nameless = {"first_name": "", "name": "", "forgotten_at": datetime.now(UTC)}
    theirs = update(people).where(among(people.c.id, person_ids))
    tx.execute(theirs.values(**nameless, version=people.c.version + 1))
    renames = update(decisions).where(decisions.c.kind == "rename")
    about_them = among(decisions.c.person_id, person_ids)
    tx.execute(renames.where(about_them).values(details={"name": ""}))
    for person in person_ids:
        remove_words(tx, "person", person)
