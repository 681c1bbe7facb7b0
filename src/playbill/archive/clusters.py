"""Groups of tracks that look like one person: named as a whole, or not yet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from playbill.archive.meant import meant_id
from playbill.archive.packing import is_text
from playbill.archive.paging import Page, key_of, page_limit, paged
from playbill.archive.tables import clusters, tracks
from playbill.errors import Conflict, NotInArchive


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """One cluster, after merges."""

    id: str
    space: str
    """Of the embedding network whose faces it was made of."""
    created_at: datetime
    person_id: str | None
    """Who people say it is."""
    merged_into: str | None
    """Which cluster it is one with; None: it stands for itself."""
    hidden: bool
    version: int
    """Counts the changes: the ETag."""
    tracks: int
    """How many with faces are in it now, of all runs."""


def get_cluster(tx: Connection, cluster_id: str) -> ClusterRow:
    """The cluster of this id, also one that is hidden or one with another.

    Raises:
        NotInArchive: there is none.
    """
    row = None
    if is_text(cluster_id):
        row = tx.execute(select(clusters).where(clusters.c.id == cluster_id)).first()
    if row is None:
        raise NotInArchive(f"cluster {cluster_id!r}: there is no such cluster in the archive")
    counted = select(func.count()).where(tracks.c.cluster_id == cluster_id, tracks.c.faces > 0)
    return _cluster_row(row, tx.execute(counted).scalar_one())


def named_cluster(tx: Connection, said: str) -> str:
    """The id of the cluster that a person means: by it, or by its beginning.

    Raises:
        NotInArchive: there is none.
        Conflict: there are several.
    """
    return get_cluster(tx, meant_id(tx, clusters.c.id, said, "cluster")).id


def list_clusters(
    tx: Connection,
    *,
    after: str | None = None,
    limit: int = 50,
    named: bool | None = None,
    hidden: bool = False,
) -> Page[ClusterRow]:
    """Clusters with tracks in them, the largest first; without those merged into others.

    Args:
        tx: the transaction.
        after: `Page.next` of the page before; None: the first page.
        limit: so many at most.
        named: True: only those that people have named; False: only others; None: all.
        hidden: whether to list the hidden ones too.

    Raises:
        ArchiveError: the cursor or the limit is none.
    """
    row = clusters.c
    size = func.count(tracks.c.id)
    found = (
        select(clusters, size.label("size"))
        .join(tracks, and_(tracks.c.cluster_id == row.id, tracks.c.faces > 0))
        .group_by(row.id)
        .order_by(size.desc(), row.id)
        .limit(page_limit(limit) + 1)
    )
    if after is not None:
        last_size, last_id = key_of(after, int, str)
        found = found.having((size < last_size) | ((size == last_size) & (row.id > last_id)))
    if named is not None:
        found = found.where(row.person_id.is_not(None) if named else row.person_id.is_(None))
    if not hidden:
        found = found.where(row.hidden.is_(False))
    rows = [_cluster_row(one, one.size) for one in tx.execute(found)]
    return paged(rows, limit, [(one.tracks, one.id) for one in rows])


def require_cluster(
    tx: Connection, cluster_id: str, *, expected_version: int | None = None
) -> ClusterRow:
    """The cluster of this id, about which something may be decided now.

    Raises:
        NotInArchive: there is none.
        Conflict: it is one with another, or was changed meanwhile.
    """
    cluster = get_cluster(tx, cluster_id)
    if cluster.merged_into is not None:
        raise Conflict(
            f"cluster {cluster_id}: is one with cluster {cluster.merged_into}, "
            "expected that one, or an undo of their merge"
        )
    if expected_version is not None and cluster.version != expected_version:
        raise Conflict(
            f"cluster {cluster_id}: was changed meanwhile, "
            f"found version {cluster.version}, expected {expected_version}"
        )
    return cluster


def _cluster_row(row: Row[Any], size: int) -> ClusterRow:
    return ClusterRow(
        row.id,
        row.space,
        row.created_at,
        row.person_id,
        row.merged_into,
        row.hidden,
        row.version,
        size,
    )
