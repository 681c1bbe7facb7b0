"""The document of a run as it was made, and as it would be made with what is known today."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from sqlalchemy import Connection, select

from playbill.archive.among import among
from playbill.archive.media import get_media
from playbill.archive.names_today import NameToday, Place, names_today
from playbill.archive.packing import is_text, seconds, unpack_text
from playbill.archive.reading import from_text
from playbill.archive.runs import RunRow, get_run
from playbill.archive.tables import runs
from playbill.core.analysis import Analysis
from playbill.core.appearances import Appearance
from playbill.core.joining import find_appearances
from playbill.core.metadata import FrameMetadata, Thing
from playbill.core.people import Match
from playbill.errors import ArchiveError, DocumentError, NotInArchive

CERTAIN = 1.0
"""The score of a name that a person gave: it is no machine's guess."""


def document_of(tx: Connection, run_id: str) -> str:
    """The JSON of a run, byte for byte as it was made.

    Raises:
        NotInArchive: there is no such run.
        ArchiveError: what is kept of it is damaged.
    """
    found = select(runs.c.document).where(runs.c.id == run_id)
    packed = tx.execute(found).scalar() if is_text(run_id) else None
    if packed is None:
        raise NotInArchive(f"run {run_id!r}: there is no such run in the archive")
    return unpack_text(packed, f"run {run_id}")


def documents_of(tx: Connection, run_ids: Collection[str]) -> Iterator[tuple[str, str]]:
    """Id and JSON of some runs, one after the other; errors as for `document_of`."""
    missing = set(run_ids)
    found = select(runs.c.id, runs.c.document).where(among(runs.c.id, run_ids))
    for run_id, packed in tx.execute(found) if run_ids else ():
        missing.discard(run_id)
        yield run_id, unpack_text(packed, f"run {run_id}")
    if missing:
        raise NotInArchive(f"run {min(missing)!r}: there is no such run in the archive")


def analysis_of(tx: Connection, run_id: str) -> Analysis:
    """What a run said when it was made; errors as for `document_of`."""
    try:
        return from_text(document_of(tx, run_id), f"run {run_id}")
    except DocumentError as error:
        raise ArchiveError(f"run {run_id}: its document is damaged: {error}") from error


def analysis_now(tx: Connection, media_id: str) -> Analysis:
    """What the shown run of a medium says with the names of today.

    Each face, and each body that a track goes on in, has the name that its track has now. A name
    that a person gave has the score 1; of a machine's, it is the face's own where the run said the
    same, else that of the track. Whoever has no name has a number, that of their group (see
    `names_today`). Appearances are made anew by the pipeline's rule; if nobody is called otherwise
    than in the document, they are the document's own.

    Raises:
        NotInArchive: there is no such medium, or it is not analysed yet.
        ArchiveError: what is kept of the run is damaged.
    """
    shown = get_media(tx, media_id).run_id
    if shown is None:
        raise NotInArchive(f"media {media_id!r}: it is not analysed yet")
    return analysis_today(tx, shown)


def analysis_today(tx: Connection, run_id: str) -> Analysis:
    """The same of any run."""
    said, run = analysis_of(tx, run_id), get_run(tx, run_id)
    names = names_today(tx, run_id, said)
    frames = tuple(_renamed(frame, names) for frame in said.frames)
    if frames == said.frames:
        return said
    return replace(said, frames=frames, appearances=_appearances(said, run, frames))


def _renamed(frame: FrameMetadata, names: Mapping[Place, NameToday]) -> FrameMetadata:
    things = tuple(
        _named(thing, names[frame.index, place]) if (frame.index, place) in names else thing
        for place, thing in enumerate(frame.things)
    )
    return replace(frame, things=things)


def _named(thing: Thing, name: NameToday) -> Thing:
    if name.person is None:
        return replace(thing, match=None, unknown=name.unknown)
    said = thing.match
    agreed = said is not None and said.person is not None and said.person.id == name.person.id
    if name.verified:
        score = CERTAIN
    elif said is not None and agreed:
        score = said.score
    else:
        score = name.machine_score
    return replace(thing, match=Match(name.person, score), unknown=None)


def _appearances(
    said: Analysis, run: RunRow, frames: tuple[FrameMetadata, ...]
) -> tuple[Appearance, ...]:
    if said.media.duration_s is None:
        return ()
    cuts_s = [seconds(cut_us) for cut_us in run.cuts_us]
    bridge = int(said.run.settings.get("bridge", 0))
    return find_appearances(frames, cuts_s, said.media.duration_s, bridge=bridge)
