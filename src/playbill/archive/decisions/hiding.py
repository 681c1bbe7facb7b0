"""Out of sight: people, clusters and media that searches and lists leave out, and that stay."""

from typing import Literal

from sqlalchemy import Connection

from playbill.archive import audit
from playbill.archive.clusters import require_cluster
from playbill.archive.decisions.consequences import decide
from playbill.archive.decisions.log import Subjects
from playbill.archive.decisions.promoting import require_medium
from playbill.archive.people import require_person
from playbill.errors import Conflict

Hideable = Literal["person", "cluster", "media"]


def hide(
    tx: Connection, who: str, kind: Hideable, id_: str, *, expected_version: int | None = None
) -> int:
    """Leave a person, a cluster or a medium out of lists and searches; the decision's number.

    Raises:
        NotInArchive: there is no such thing.
        Conflict: it is hidden already, merged, forgotten or changed.
    """
    audit.in_turn(tx)
    if kind == "person":
        hidden = require_person(tx, id_, expected_version=expected_version).hidden
        about = Subjects(person_id=id_)
    elif kind == "cluster":
        hidden = require_cluster(tx, id_, expected_version=expected_version).hidden
        about = Subjects(cluster_id=id_)
    else:
        hidden = require_medium(tx, id_, expected_version=expected_version).hidden
        about = Subjects(media_id=id_)
    if hidden:
        raise Conflict(f"{kind} {id_}: is hidden already")
    return decide(tx, who, "hide", about)
