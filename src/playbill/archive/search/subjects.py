"""Whom and what a search is about, and which appearances are theirs."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    and_,
    func,
    not_,
    or_,
    select,
    true,
)

from playbill.archive.among import among
from playbill.archive.search.query import Query
from playbill.archive.tables import appearances, clusters, media, people
from playbill.core.labels import COCO_80, PERSON
from playbill.errors import NotInArchive

SubjectKind = Literal["person", "cluster", "tracks", "anybody", "object", "everything"]


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject of a search; its fields beside `kind` say which."""

    kind: SubjectKind
    id: str = ""
    """Of a person or a cluster."""
    class_id: int = PERSON
    likeness: tuple[tuple[int, float], ...] = ()
    """Of `tracks`: their ids, and how near each is to the example face."""
    but: tuple["Subject", ...] = ()
    """Of `anybody`: people who are asked for by name, since they are not anybody else."""

    @property
    def is_face(self) -> bool:
        """Whether it has faces, so that others can be near it."""
        return self.kind in {"person", "cluster", "tracks"}

    def condition(self, table: FromClause = appearances) -> ColumnElement[bool]:
        """What the rows of its appearances meet; `table` is another name for these."""
        row = table.c
        if self.kind == "person":
            return row.person_id == self.id
        if self.kind == "cluster":
            return row.cluster_id == self.id
        if self.kind == "tracks":
            return among(row.track_id, [track for track, _ in self.likeness])
        if self.kind == "object":
            return row.class_id == self.class_id
        if self.kind == "anybody":
            return and_(row.class_id == PERSON, *(other.excluded(table) for other in self.but))
        return true()

    def excluded(self, table: FromClause = appearances) -> ColumnElement[bool]:
        """What rows that are not of this subject meet; nulls are of nobody."""
        row = table.c
        if self.kind == "person":
            return func.coalesce(row.person_id, "") != self.id
        if self.kind == "cluster":
            return func.coalesce(row.cluster_id, "") != self.id
        tracks = [track for track, _ in self.likeness]
        return or_(row.track_id.is_(None), not_(among(row.track_id, tracks)))


EVERYTHING = Subject("everything")


def subjects_of(tx: Connection, query: Query, examples: tuple[Subject, ...] = ()) -> list[Subject]:
    """The subjects of a search, people first; those merged away stand for who they are now.

    Raises:
        NotInArchive: there is no such person, group or medium.
    """
    _require_media(tx, query)
    found = [_person(tx, person_id) for person_id in query.person_ids]
    found += [_cluster(tx, cluster_id) for cluster_id in query.cluster_ids]
    found += examples
    faces = tuple(dict.fromkeys(found))
    objects = [
        Subject("anybody", but=faces) if class_id == PERSON else Subject("object", "", class_id)
        for class_id in query.object_classes
    ]
    return [*faces, *objects]


def label_of(class_id: int) -> str:
    """`COCO_80`'s label; a number that it does not have says itself."""
    return COCO_80[class_id] if 0 <= class_id < len(COCO_80) else f"class {class_id}"


def _person(tx: Connection, person_id: str) -> Subject:
    row = people.c
    sought = select(func.coalesce(row.merged_into, row.id)).where(row.id == person_id)
    now = tx.execute(sought).scalar()
    alive = select(row.id).where(row.id == now, row.forgotten_at.is_(None))
    if now is None or tx.execute(alive).first() is None:
        raise NotInArchive(f"person {person_id!r}: there is no such person in the archive")
    return Subject("person", now)


def _cluster(tx: Connection, cluster_id: str) -> Subject:
    row = clusters.c
    sought = select(func.coalesce(row.merged_into, row.id)).where(row.id == cluster_id)
    now = tx.execute(sought).scalar()
    if now is None:
        raise NotInArchive(f"group {cluster_id!r}: there is no such group in the archive")
    return Subject("cluster", now)


def _require_media(tx: Connection, query: Query) -> None:
    known = select(media.c.id).where(media.c.id.in_(query.media_ids))
    missing = set(query.media_ids) - set(tx.execute(known).scalars()) if query.media_ids else set()
    if missing:
        raise NotInArchive(f"media {min(missing)!r}: there is no such medium in the archive")
