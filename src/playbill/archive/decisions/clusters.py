"""Which faces belong together: faces out of tracks, tracks out of clusters, clusters into one."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Connection, insert, select

from playbill.archive import audit
from playbill.archive.clusters import get_cluster, require_cluster
from playbill.archive.decisions.consequences import decide
from playbill.archive.decisions.log import Subjects
from playbill.archive.decisions.naming import require_tracks
from playbill.archive.decisions.together import keeping_apart, meant
from playbill.archive.tables import clusters, faces, tracks
from playbill.errors import ArchiveError, Conflict


def split(tx: Connection, who: str, track_id: int, face_ids: Sequence[int]) -> tuple[int, int]:
    """Take faces out of a track: the decision's number, and that of the track they are now.

    Nobody has a say about the new track yet, but whom the old one was said not to be, it is not
    either.

    Raises:
        NotInArchive: there is no such track.
        ArchiveError: no face is named, or all faces of the track are.
        Conflict: a face is not in this track.
    """
    audit.in_turn(tx)
    require_tracks(tx, [track_id])
    chosen = sorted(set(face_ids))
    if not chosen:
        raise ArchiveError(f"track {track_id}: found no faces, expected at least one to take out")
    of = faces.c
    found = tx.execute(select(of.id, of.time_us).where(of.track_id == track_id)).all()
    times = {row.id: row.time_us for row in found}
    for face in chosen:
        if face not in times:
            raise Conflict(f"track {track_id}: has no face {face}, expected one of its own")
    if len(chosen) == len(times):
        raise ArchiveError(
            f"track {track_id}: all of its {len(times)} faces are to be taken out, "
            "expected that at least one stays"
        )
    whole = tx.execute(select(tracks).where(tracks.c.id == track_id)).one()
    part = {name: getattr(whole, name) for name in ("run_id", "media_id", "shot", "space")}
    taken = [times[face] for face in chosen]
    new = insert(tracks).values(
        **part, start_us=min(taken), end_us=max(taken) + 1, faces=0, split_from=track_id
    )
    track = int(tx.execute(new.returning(tracks.c.id)).scalar_one())
    details: dict[str, object] = {"faces": chosen, "track": track}
    return decide(tx, who, "split", Subjects(tracks=[track_id]), details), track


def separate(tx: Connection, who: str, track_ids: Sequence[int]) -> tuple[int, str]:
    """Put tracks of one cluster into a new one: the decision's number, and the cluster's id.

    Raises:
        NotInArchive: there is no such track.
        ArchiveError: no track is named.
        Conflict: they are in no cluster, or not in the same one.
    """
    audit.in_turn(tx)
    held = {row.cluster_id for row in require_tracks(tx, track_ids)}
    if len(held) != 1 or None in held:
        shown = ", ".join(sorted(str(one) for one in held))
        raise Conflict(f"tracks of clusters {shown}: expected all of them in one cluster")
    old = get_cluster(tx, str(held.pop()))
    new = str(uuid4())
    row = {"id": new, "space": old.space, "created_at": datetime.now(UTC)}
    tx.execute(insert(clusters).values(row))
    about = Subjects(cluster_id=old.id, other_cluster_id=new, tracks=track_ids)
    return decide(tx, who, "separate", about), new


def merge_clusters(
    tx: Connection,
    who: str,
    cluster_id: str,
    into_id: str,
    *,
    even_if_together: bool = False,
    expected_version: int | None = None,
) -> int:
    """Make a cluster one with another, whose name counts if it has one; the decision's number.

    Raises:
        NotInArchive: there is no such cluster.
        ArchiveError: both are the same.
        Conflict: one of them is merged already, or the first is not of `expected_version`; or
            somebody would be twice in a frame, unless `even_if_together`.
    """
    audit.in_turn(tx)
    if cluster_id == into_id:
        raise ArchiveError(f"cluster {cluster_id}: cannot be one with itself, expected another")
    merged = require_cluster(tx, cluster_id, expected_version=expected_version)
    survivor = require_cluster(tx, into_id)
    named = [one.person_id for one in (merged, survivor) if one.person_id is not None]
    about = Subjects(cluster_id=cluster_id, other_cluster_id=into_id)
    with keeping_apart(tx, named, even_if_together=even_if_together):
        return decide(tx, who, "merge_clusters", about, meant(even_if_together=even_if_together))
