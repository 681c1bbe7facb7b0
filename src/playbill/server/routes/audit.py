"""The audit log, for admins."""

from typing import Annotated

from fastapi import APIRouter, Query

from playbill.archive.access.trail import list_audit
from playbill.archive.audit import first_broken
from playbill.server.auth import Admin
from playbill.server.params import After, Limit
from playbill.server.schemas.access import AuditCheck, AuditPage, EntryShown
from playbill.server.services import Served

router = APIRouter(prefix="/v1/audit", tags=["audit"])


@router.get("", summary="Who changed what.")
def entries(
    _: Admin,
    services: Served,
    after: After = None,
    limit: Limit = 50,
    subject: Annotated[
        str | None,
        Query(max_length=200, pattern=r"^[^\x00]*$", description="Of this alone: `media:...`."),
    ] = None,
) -> AuditPage:
    """The newest first."""
    page = services.archive.database.read(
        lambda tx: list_audit(tx, after=after, limit=limit, subject=subject)
    )
    items = [EntryShown.model_validate(entry) for entry in page.items]
    return AuditPage(items=items, next=page.next)


@router.get("/check", summary="Is the log whole?")
def check(_: Admin, services: Served) -> AuditCheck:
    """Each entry is sealed with the one before: none is altered, or gone from between, unseen.

    That the last ones are gone sees who noted a `hash`.
    """
    return AuditCheck(first_broken=services.archive.database.read(first_broken))
