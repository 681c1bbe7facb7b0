"""The search itself: pages of moments, the newest medium first."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice

from sqlalchemy import Connection

from playbill.archive.paging import Page, cursor_of, key_of
from playbill.archive.search.answers import moments
from playbill.archive.search.boxes import DocumentBoxes
from playbill.archive.search.finding import Found, Start, find
from playbill.archive.search.query import Moment, Query, require_ids
from playbill.archive.search.reading import Place
from playbill.archive.search.subjects import EVERYTHING, Subject, subjects_of
from playbill.errors import ArchiveError


def search(tx: Connection, query: Query, *, documents: DocumentBoxes | None = None) -> Page[Moment]:
    """A page of the moments that a query asks for: of the newest medium first, then by time.

    The order is the same whenever it is asked for, and new media come before all others, so page
    after page every moment comes once, whatever is added meanwhile.

    Args:
        tx: the transaction.
        query: what is asked for.
        documents: keeps the boxes that `near` and `boxes` read, for the searches to come.

    Raises:
        NotInArchive: there is no such person, group or medium.
        ArchiveError: the cursor is of another search, or `near` has nobody to be near to.
    """
    documents = documents or DocumentBoxes()
    subjects = subjects_of(tx, query) or [EVERYTHING]
    require_near(query, subjects)
    found = find(tx, query, subjects, documents, _start(query))
    page = list(islice(found, query.limit + 1))
    shown = page[: query.limit]
    answers = tuple(moments(tx, shown, subjects, documents, boxes=query.boxes))
    more = len(page) > query.limit
    return Page(answers, _cursor(query, shown[-1]) if more else None)


def require_near(query: Query, subjects: Sequence[Subject]) -> None:
    """Refuse `near` where it has no meaning.

    Raises:
        ArchiveError: it has none.
    """
    if query.near and not (
        query.together and len(subjects) > 1 and any(one.is_face for one in subjects)
    ):
        raise ArchiveError(
            "near: expected a person or group, together with somebody or something to be near to"
        )


def foreign(cursor: str) -> ArchiveError:
    """What is said of a cursor that another search gave."""
    return ArchiveError(
        f"cursor: expected one that a page of this search gave, found {cursor[:40]!r}, "
        "which is of another search"
    )


def _cursor(query: Query, last: Found) -> str:
    ref = last.candidate.ref
    return cursor_of(query.fingerprint(), ref.added_at.isoformat(), ref.id, *last.place)


def _start(query: Query) -> Start | None:
    if query.cursor is None:
        return None
    said, added_at, media_id, start_us, end_us, key = key_of(
        query.cursor, str, str, str, int, int, str
    )
    if said != query.fingerprint():
        raise foreign(query.cursor)
    require_ids("medium", [str(media_id)])
    try:
        moment = datetime.fromisoformat(str(added_at)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise foreign(query.cursor) from error
    return Start(Place(moment, str(media_id)), (int(start_us), int(end_us), str(key)))
