"""Taking a decision back, in any order, and taking that back."""

from sqlalchemy import Connection, select

from playbill.archive import audit
from playbill.archive.decisions.consequences import follow
from playbill.archive.decisions.log import (
    Decision,
    Subjects,
    append,
    counting,
    get_decision,
)
from playbill.archive.people import get_person
from playbill.archive.tables import decisions
from playbill.errors import Conflict


def undo(tx: Connection, who: str, seq: int) -> int:
    """Let a decision no longer count; of an undo, let it count again. The undo's own number.

    Nothing but this decision changes: what was decided before and after it stays.

    Raises:
        NotInArchive: there is no such decision.
        Conflict: it is undone already, or is about somebody who was forgotten.
    """
    audit.in_turn(tx)
    undone = get_decision(tx, seq)
    if seq not in counting(tx, [seq]):
        raise Conflict(f"decision {seq}: is undone already, by decision {_undone_by(tx, seq)}")
    first = _first(tx, undone)
    if first.kind == "forget":
        raise Conflict(f"decision {seq}: what is forgotten is gone, and cannot be undone")
    for person in (first.about.person_id, first.about.other_person_id):
        if person is not None and get_person(tx, person).forgotten_at is not None:
            raise Conflict(
                f"decision {seq}: is about person {person}, who was forgotten, "
                "expected somebody that the archive still knows"
            )
    number = append(tx, who, "undo", Subjects(target_seq=seq))
    follow(tx, first)
    return number


def _first(tx: Connection, decision: Decision) -> Decision:
    """What an undo of an undo of ... is about."""
    while decision.about.target_seq is not None:
        decision = get_decision(tx, decision.about.target_seq)
    return decision


def _undone_by(tx: Connection, seq: int) -> int:
    undos = select(decisions.c.seq).where(decisions.c.target_seq == seq)
    return max(counting(tx, tx.execute(undos).scalars().all()))
