"""The gallery of the archive itself: whom people enrolled and verified, fitted once per state."""

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, func, select

from playbill.archive.archive import Archive
from playbill.archive.packing import unpack_vectors
from playbill.archive.tables import decisions, people, portraits, tracks
from playbill.core.embeddings import Embeddings
from playbill.core.people import Person
from playbill.errors import GalleryError
from playbill.recognition.fitting import STRANGER_RATE, fit
from playbill.recognition.gallery import Gallery
from playbill.recognition.gallery_file import StoredGallery, read_gallery, write_gallery
from playbill.recognition.network_scores import NetworkScores

MOST_TRACKS = 30
"""So many verified tracks of a person, those of most faces, are learned from."""


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """One picture, or one verified track, of somebody."""

    person: Person
    source: str
    """64 hexadecimal digits that stand for it."""
    embedding: bytes


def current_gallery(archive: Archive, space: str, scores: NetworkScores) -> StoredGallery | None:
    """Everybody the archive knows by face, as of now; None: nobody.

    The file is kept in the archive's folder under a name that follows from what it was made of, so
    that it is fitted once, and a run can say which gallery answered. One that cannot be read is
    made anew.

    Args:
        archive: open.
        space: of the embedding network that is to be answered for.
        scores: what scores mean under it.

    Raises:
        GalleryError: nobody has measured what strangers score, and there are too few people to do
            without.
    """
    rows = archive.database.read(lambda tx: _rows(tx, space))
    if not rows:
        return None
    path = _path(archive, rows, space, scores)
    made = [path]
    if scores.strangers is None:
        # Whoever fitted one with more knowledge of the network has the better answer.
        made += sorted(path.parent.glob(f"{path.stem.rpartition('-')[0]}-*.npz"))
    for one in made:
        with suppress(GalleryError):
            return read_gallery(one)
    path.parent.mkdir(exist_ok=True)
    stored = write_gallery(path, fit(_gallery(rows, space), scores, stranger_rate=STRANGER_RATE))
    _keep_newest(archive, space, scores)
    return stored


def state_of_people(tx: Connection) -> str:
    """Changes whenever the gallery may: cheap to ask for."""
    enrolled = tx.execute(select(func.count(), func.max(portraits.c.id))).one()
    known = select(func.count(), func.sum(people.c.version))
    decided = select(func.max(decisions.c.seq))
    verified = select(func.count(), func.sum(tracks.c.id)).where(tracks.c.verified)
    questions = (known, decided, verified)
    return f"{enrolled}{[tuple(tx.execute(question).one()) for question in questions]}"


def _rows(tx: Connection, space: str) -> list[_Row]:
    """Portraits and verified tracks of all who are not forgotten; those who are merged are one.

    Whoever is hidden is still known: unknown, their faces would be shown as a stranger's.
    """
    survivors = _survivors(tx)
    pictures = (
        select(portraits.c.person_id, portraits.c.sha256, portraits.c.embedding)
        .where(portraits.c.space == space)
        .order_by(portraits.c.id)
    )
    rows = [
        _Row(survivors[person], digest, blob)
        for person, digest, blob in tx.execute(pictures)
        if person in survivors
    ]
    seen = (
        select(tracks.c.person_id, tracks.c.id, tracks.c.embedding)
        .where(tracks.c.verified, tracks.c.person_id.is_not(None), tracks.c.space == space)
        .where(tracks.c.embedding.is_not(None))
        .order_by(tracks.c.faces.desc(), tracks.c.id)
    )
    taken: dict[str, int] = defaultdict(int)
    for person, number, blob in tx.execute(seen):
        if person in survivors and taken[person] < MOST_TRACKS:
            taken[person] += 1
            source = sha256(f"track:{number}".encode()).hexdigest()
            rows.append(_Row(survivors[person], source, blob))
    return rows


def _survivors(tx: Connection) -> dict[str, Person]:
    """Id -> the person it stands for today."""
    known = select(people.c.id, people.c.name, people.c.merged_into)
    alive = known.where(people.c.forgotten_at.is_(None))
    rows = {row.id: row for row in tx.execute(alive)}
    survivors = {}
    for key in rows:
        last = key
        while last in rows and rows[last].merged_into:
            last = rows[last].merged_into
        if last in rows:
            survivors[key] = Person(last, rows[last].name)
    return survivors


def _gallery(rows: list[_Row], space: str) -> Gallery:
    everybody = list({row.person.id: row.person for row in rows}.values())
    number = {person.id: i for i, person in enumerate(everybody)}
    return Gallery(
        tuple(everybody),
        Embeddings(unpack_vectors([row.embedding for row in rows]), space),
        np.array([number[row.person.id] for row in rows], np.int64),
        tuple(row.source for row in rows),
    )


def _path(archive: Archive, rows: list[_Row], space: str, scores: NetworkScores) -> Path:
    said = sha256()
    for row in rows:
        said.update(f"\0{row.person.id}\0{row.person.name}\0{row.source}".encode())
    name = f"{_prefix(space)}{said.hexdigest()[:32]}-{scores.fingerprint()[:8]}"
    return archive.folder / "galleries" / f"{name}.npz"


def _prefix(space: str) -> str:
    """Of the names of one network's galleries; an archive may have faces of several."""
    return f"{sha256(space.encode()).hexdigest()[:8]}-"


def _keep_newest(archive: Archive, space: str, scores: NetworkScores) -> None:
    """Delete galleries of earlier states: they hold faces that may have been forgotten since.

    So may the one that was just written, if people changed while it was fitted.
    """
    rows = archive.database.read(lambda tx: _rows(tx, space))
    newest = _path(archive, rows, space, scores)
    for path in newest.parent.glob(f"{_prefix(space)}*.npz"):
        if path != newest:
            path.unlink(missing_ok=True)
