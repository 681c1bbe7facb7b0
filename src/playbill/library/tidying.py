"""Bring faces that nobody knows into groups, whatever left them without one."""

from sqlalchemy import Connection, select

from playbill.archive.archive import Archive
from playbill.archive.tables import tracks
from playbill.library.grouping import group_new
from playbill.models.store import ModelStore
from playbill.pipeline.galleries import scores_in


def group_everybody(archive: Archive) -> int:
    """Group the faces of all runs that have neither a name nor a group; says how many there were.

    A worker that was killed after it had kept a run leaves such faces behind: the next one finds
    them by this.
    """
    spaces = archive.database.read(_ungrouped)
    store = ModelStore.default()
    return sum(group_new(archive, space, scores_in(space, store)) for space in spaces)


def _ungrouped(tx: Connection) -> list[str]:
    kept = tracks.c
    found = (
        select(kept.space)
        .where(kept.cluster_id.is_(None), kept.machine_cluster_id.is_(None))
        .where(kept.person_id.is_(None), kept.embedding.is_not(None))
        .distinct()
    )
    return sorted(tx.execute(found).scalars())
