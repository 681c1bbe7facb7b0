"""Two people that are one: an event that can be undone, not a row that is written over."""

from sqlalchemy import Connection

from playbill.archive import audit
from playbill.archive.decisions.consequences import decide
from playbill.archive.decisions.log import Subjects
from playbill.archive.decisions.together import keeping_apart, meant
from playbill.archive.people import require_person
from playbill.errors import ArchiveError


def merge_people(
    tx: Connection,
    who: str,
    person_id: str,
    into_id: str,
    *,
    even_if_together: bool = False,
    expected_version: int | None = None,
) -> int:
    """Make a person one with another, who stays; the decision's number.

    What was said of the first holds for the survivor while the merge counts, and is the first's
    again when it is undone, months later too; what is said of the survivor stays theirs.

    Raises:
        NotInArchive: there is no such person.
        ArchiveError: both are the same.
        Conflict: one of them is merged already or forgotten, or the first is not of
            `expected_version`; or they are seen together in a frame, unless `even_if_together`.
    """
    audit.in_turn(tx)
    if person_id == into_id:
        raise ArchiveError(f"person {person_id}: cannot be one with themselves, expected another")
    require_person(tx, person_id, expected_version=expected_version)
    require_person(tx, into_id)
    about = Subjects(person_id=person_id, other_person_id=into_id)
    with keeping_apart(tx, [person_id, into_id], even_if_together=even_if_together):
        return decide(tx, who, "merge_people", about, meant(even_if_together=even_if_together))
