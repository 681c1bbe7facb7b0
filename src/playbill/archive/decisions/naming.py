"""Who it is: said of whole clusters, of tracks one by one, and of people's own names."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Row, select

from playbill.archive import audit
from playbill.archive.among import among
from playbill.archive.clusters import require_cluster
from playbill.archive.decisions.consequences import decide
from playbill.archive.decisions.log import Subjects
from playbill.archive.decisions.rows import with_company
from playbill.archive.decisions.together import keeping_apart, meant
from playbill.archive.people import require_new_name, require_person
from playbill.archive.tables import people, tracks
from playbill.core.names import clean_name
from playbill.errors import ArchiveError, NotInArchive


def name_cluster(
    tx: Connection,
    who: str,
    cluster_id: str,
    person_id: str,
    *,
    even_if_together: bool = False,
    expected_version: int | None = None,
) -> int:
    """Say who everybody in a cluster is, now and later; the decision's number.

    Tracks that were said to be, or not to be, somebody one by one keep that answer.

    Raises:
        NotInArchive: there is no such cluster or person.
        Conflict: one of them is merged, forgotten or changed (`expected_version` is the
            cluster's); or the person would be twice in a frame, unless `even_if_together`.
    """
    audit.in_turn(tx)
    require_cluster(tx, cluster_id, expected_version=expected_version)
    require_person(tx, person_id)
    about = Subjects(cluster_id=cluster_id, person_id=person_id)
    with keeping_apart(tx, [person_id], even_if_together=even_if_together):
        return decide(tx, who, "name_cluster", about, meant(even_if_together=even_if_together))


def assign(
    tx: Connection,
    who: str,
    track_ids: Sequence[int],
    person_id: str | None,
    *,
    even_if_together: bool = False,
) -> int:
    """Say who these tracks, and no others, are; None: nobody with a name. The decision's number.

    Raises:
        NotInArchive: there is no such track or person.
        ArchiveError: no track is named.
        Conflict: the person is merged or forgotten; or would be twice in a frame, unless
            `even_if_together`.
    """
    audit.in_turn(tx)
    require_tracks(tx, track_ids)
    if person_id is not None:
        require_person(tx, person_id)
    about = Subjects(person_id=person_id, tracks=track_ids)
    persons = [person_id] if person_id is not None else []
    with keeping_apart(tx, persons, even_if_together=even_if_together):
        return decide(tx, who, "assign", about, meant(even_if_together=even_if_together))


def reject(tx: Connection, who: str, track_ids: Sequence[int], person_id: str) -> int:
    """Say who these tracks are not, whatever a machine will find later; the decision's number.

    It takes back what was said of these tracks before, and only of those who are one with the
    person now: a later merge does not turn "she is not Ann" against "she is Anna".

    Raises:
        NotInArchive: there is no such track or person.
        ArchiveError: no track is named.
        Conflict: the person is merged or forgotten.
    """
    audit.in_turn(tx)
    require_tracks(tx, track_ids)
    require_person(tx, person_id)
    company: dict[str, object] = {"people": sorted(with_company(tx, people, [person_id]))}
    return decide(tx, who, "reject", Subjects(person_id=person_id, tracks=track_ids), company)


def rename(
    tx: Connection,
    who: str,
    person_id: str,
    name: str,
    *,
    even_if_named_alike: bool = False,
    expected_version: int | None = None,
) -> int:
    """Give a person another name, everywhere at once; the decision's number.

    Raises:
        BadName: the name is blank, too long or cannot be read.
        NotInArchive: there is no such person.
        Conflict: the person is merged, forgotten or changed; or somebody else has this name,
            unless `even_if_named_alike`.
    """
    clean = clean_name(name)
    audit.in_turn(tx)
    require_person(tx, person_id, expected_version=expected_version)
    if not even_if_named_alike:
        require_new_name(tx, clean, but=person_id)
    return decide(tx, who, "rename", Subjects(person_id=person_id), {"name": clean})


def require_tracks(tx: Connection, track_ids: Collection[int]) -> Sequence[Row[int, str | None]]:
    """Number and cluster of these tracks.

    Raises:
        NotInArchive: one of them is not there.
        ArchiveError: there are none.
    """
    if not track_ids:
        raise ArchiveError("tracks: found none, expected at least one to decide about")
    possible = [track for track in track_ids if 0 < track < 2**63]
    asked = select(tracks.c.id, tracks.c.cluster_id).where(among(tracks.c.id, possible))
    found = tx.execute(asked).all()
    missing = sorted(set(track_ids) - {row.id for row in found})
    if missing:
        raise NotInArchive(f"track {missing[0]}: there is no such track in the archive")
    return found
