"""Search by example faces: the moments in which somebody looks like them, the likest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from operator import itemgetter

from sqlalchemy import Connection

from playbill.archive.paging import Page, cursor_of, key_of
from playbill.archive.search.answers import asked, likeness_of, moments
from playbill.archive.search.boxes import DocumentBoxes
from playbill.archive.search.examples import FaceIndex
from playbill.archive.search.finding import Found, find
from playbill.archive.search.query import MAX_SUBJECTS, Moment, Query
from playbill.archive.search.searching import foreign, require_near
from playbill.archive.search.subjects import Subject, subjects_of
from playbill.core.embeddings import Embeddings
from playbill.errors import ArchiveError

MIN_LIKENESS = 0.6
"""From here on two faces may well be one person's (see `core.likeness_scale`)."""
MAX_EXAMPLES = 8
"""Faces in one search."""

Rank = tuple[float, str, str, int, int]


@dataclass(frozen=True, slots=True)
class Examples:
    """Faces to be looked for."""

    faces: Embeddings
    """One row per face."""
    min_likeness: float = MIN_LIKENESS
    """Tracks with a lower likeness to the face do not look like it."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.faces) <= MAX_EXAMPLES:
            raise ArchiveError(
                f"expected 1 to {MAX_EXAMPLES} example faces, found {len(self.faces)}"
            )
        if not 0 <= self.min_likeness <= 1:
            raise ArchiveError(f"min_likeness: expected 0 to 1, found {self.min_likeness}")

    def fingerprint(self, query: Query) -> str:
        """What tells this search from others."""
        said = f"{query.fingerprint()} {self.faces.model} {self.min_likeness}"
        return sha256(said.encode() + self.faces.vectors.tobytes()).hexdigest()[:16]


def search_like(
    tx: Connection,
    query: Query,
    examples: Examples,
    index: FaceIndex,
    *,
    documents: DocumentBoxes | None = None,
) -> Page[Moment]:
    """A page of the moments that show a face like an example, the likest first.

    Each example is a subject beside those of the query, looked for by the tracks nearest to it (at
    most `MAX_NEAREST`): several together, or with people and objects, are found where all are seen
    at once; otherwise each one's moments are found. A moment is as like as its least like example.

    Args:
        tx: the transaction.
        query: what else is asked for.
        examples: the faces.
        index: of the examples' network.
        documents: keeps the boxes that were read, for the searches to come.

    Raises:
        NotInArchive: there is no such person, group or medium.
        ArchiveError: the examples are of another network than the index, the cursor is of another
            search, there are too many subjects, or `near` has nobody to be near to.
    """
    documents = documents or DocumentBoxes()
    start = _start(query, examples)
    near = index.nearest(tx, examples.faces, examples.min_likeness)
    subjects = subjects_of(tx, query, tuple(Subject("tracks", likeness=some) for some in near))
    if len(subjects) > MAX_SUBJECTS:
        raise ArchiveError(f"expected at most {MAX_SUBJECTS} subjects, found {len(subjects)}")
    require_near(query, subjects)
    ranked = [(_rank(one, subjects), one) for one in find(tx, query, subjects, documents)]
    ranked = sorted(ranked, key=itemgetter(0))
    rest = [pair for pair in ranked if start is None or pair[0] > start]
    page = rest[: query.limit]
    shown = [one for _, one in page]
    answers = tuple(moments(tx, shown, subjects, documents, boxes=query.boxes))
    more = len(rest) > query.limit
    return Page(answers, cursor_of(examples.fingerprint(query), *page[-1][0]) if more else None)


def _rank(found: Found, subjects: Sequence[Subject]) -> Rank:
    """The likest first; of the same likeness, by medium and time."""
    pairs = zip(asked(found, subjects), found.meeting.sights(), strict=True)
    likenesses = [likeness_of(sights, subject) for subject, sights in pairs]
    least = min((one for one in likenesses if one is not None), default=0.0)
    return (-least, found.candidate.ref.id, found.key, *found.place[:2])


def _start(query: Query, examples: Examples) -> Rank | None:
    if query.cursor is None:
        return None
    said, *rank = key_of(query.cursor, str, float, str, str, int, int)
    if said != examples.fingerprint(query):
        raise foreign(query.cursor)
    likeness, media_id, key, start_us, end_us = rank
    return (float(likeness), str(media_id), str(key), int(start_us), int(end_us))
