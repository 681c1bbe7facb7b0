"""The log of decisions, and taking them back."""

from dataclasses import asdict

from fastapi import APIRouter

from playbill.archive.decisions.log import LogEntry, get_decision, list_decisions
from playbill.archive.decisions.undo import undo
from playbill.server.auth import Labeller, Reader
from playbill.server.once import OnceRoute
from playbill.server.params import After, IdQuery, Limit, NumberPath
from playbill.server.schemas.people import DecisionShown, DecisionsPage
from playbill.server.schemas.shared import Decided
from playbill.server.services import Served

CURATORS = frozenset({"merge_people", "hide", "promote", "forget"})
"""Kinds that only curators decide, and take back."""

router = APIRouter(prefix="/v1/decisions", tags=["decisions"], route_class=OnceRoute)


@router.get("", summary="What people decided.")
def some(
    *,
    _: Reader,
    services: Served,
    person_id: IdQuery = None,
    cluster_id: IdQuery = None,
    media_id: IdQuery = None,
    after: After = None,
    limit: Limit = 50,
) -> DecisionsPage:
    """The newest first; of everything, or of one person, group or medium."""
    page = services.archive.database.read(
        lambda tx: list_decisions(
            tx,
            person_id=person_id,
            cluster_id=cluster_id,
            media_id=media_id,
            after=after,
            limit=limit,
        )
    )
    return DecisionsPage(items=[_shown(entry) for entry in page.items], next=page.next)


@router.post("/{seq}/undo", summary="Take a decision back.")
def take_back(seq: NumberPath, caller: Labeller, services: Served) -> Decided:
    """In any order, at any time; an undo can be taken back as well."""
    database = services.archive.database
    decision = database.read(lambda tx: get_decision(tx, seq))
    while decision.about.target_seq is not None:
        target = decision.about.target_seq
        decision = database.read(lambda tx, target=target: get_decision(tx, target))  # type: ignore[misc]
    if decision.kind in CURATORS:
        caller.require("curate")
    return Decided(seq=database.write(lambda tx: undo(tx, caller.who, seq)))


def _shown(entry: LogEntry) -> DecisionShown:
    decision = entry.decision
    about = {name: value for name, value in asdict(decision.about).items() if value}
    shown = {key: value for key, value in decision.details.items() if key != "crops"}
    return DecisionShown(
        seq=decision.seq,
        at=decision.at,
        who=decision.who,
        kind=decision.kind,
        counts=entry.counts,
        about=about,
        details=shown,
    )
