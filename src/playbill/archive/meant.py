"""Rows that a person means by the beginning of their id."""

from sqlalchemy import Column, Connection, select

from playbill.archive.packing import is_text
from playbill.errors import Conflict

SHORTEST_ID = 4
"""Fewer characters of an id mean nothing."""


def meant_id(tx: Connection, ids: Column[str], said: str, what: str) -> str:
    """The one id that begins with `said`; `said` itself where it is one, or nothing begins so.

    Raises:
        Conflict: there are several; `what` they are stands in the sentence.
    """
    if len(said) < SHORTEST_ID or not is_text(said):
        return said
    begin_so = select(ids).where(ids.startswith(said, autoescape=True)).order_by(ids).limit(4)
    found = tx.execute(begin_so).scalars().all()
    if said in found or not found:
        return said
    if len(found) > 1:
        raise Conflict(f"{said}: expected one {what}, found several: {', '.join(found)}")
    return found[0]
