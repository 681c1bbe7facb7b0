"""Which run of a medium is shown: the newest, unless somebody says another one."""

from sqlalchemy import Connection, select

from playbill.archive import audit
from playbill.archive.decisions.consequences import decide
from playbill.archive.decisions.log import Subjects
from playbill.archive.media import MediaRow, get_media
from playbill.archive.packing import is_text
from playbill.archive.tables import runs
from playbill.errors import Conflict, NotInArchive


def promote(
    tx: Connection,
    who: str,
    media_id: str,
    run_id: str,
    *,
    expected_version: int | None = None,
) -> int:
    """Show this run of a medium, and go on showing it when newer ones come; the decision's number.

    To roll back is to promote the run from before, or to undo this.

    Raises:
        NotInArchive: there is no such medium, or no such run of it.
        Conflict: the medium was changed meanwhile.
    """
    audit.in_turn(tx)
    require_medium(tx, media_id, expected_version=expected_version)
    of_medium = select(runs.c.id).where(runs.c.media_id == media_id, runs.c.id == run_id)
    if not is_text(run_id) or tx.execute(of_medium).first() is None:
        raise NotInArchive(f"media {media_id}: has no run {run_id!r} in the archive")
    return decide(tx, who, "promote", Subjects(media_id=media_id, run_id=run_id))


def require_medium(
    tx: Connection, media_id: str, *, expected_version: int | None = None
) -> MediaRow:
    """The medium of this id.

    Raises:
        NotInArchive: there is none.
        Conflict: it was changed meanwhile.
    """
    medium = get_media(tx, media_id)
    if expected_version is not None and medium.version != expected_version:
        raise Conflict(
            f"media {media_id}: was changed meanwhile, "
            f"found version {medium.version}, expected {expected_version}"
        )
    return medium
