"""Orders: which analysis is wanted, and how it is written into jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sqlalchemy import Connection, select

from playbill.archive import queue
from playbill.archive.media import has_media
from playbill.archive.tables import jobs
from playbill.errors import ArchiveError
from playbill.pipeline.segments import SECONDS, Segment
from playbill.pipeline.settings import AnalysisSettings


@dataclass(frozen=True, slots=True)
class Order:
    """An analysis that is wanted of some media."""

    settings: AnalysisSettings
    fingerprint: str
    """Of the networks and these settings: what is done under it is not done again."""
    priority: int = 0
    """More is sooner."""
    segment_s: float = SECONDS
    """Videos are cut into pieces of this length or a little longer."""
    hook: str | None = None
    """Address to be told when it is over."""


def order(
    tx: Connection, media_id: str, segments: Sequence[Segment], wish: Order, *, who: str
) -> str:
    """Queue the analysis of one medium, cut into `segments`; gives the id of the job."""
    return queue.enqueue(
        tx,
        media_id,
        wish.fingerprint,
        settings_json(wish.settings),
        segments,
        who=who,
        priority=wish.priority,
        hook=wish.hook,
    )


def is_wanted(tx: Connection, media_id: str, wish: Order, *, again: bool) -> bool:
    """Whether there is something to do: of a new medium always, of a known one seldom.

    Args:
        tx: the transaction.
        media_id: of a medium that may not be in the archive yet.
        wish: the analysis.
        again: whether one of another fingerprint counts for nothing; if not, any job will do.
    """
    if not has_media(tx, media_id):
        return True
    ordered = select(jobs.c.id).where(jobs.c.media_id == media_id).limit(1)
    if again:
        ordered = ordered.where(jobs.c.fingerprint == wish.fingerprint)
    return tx.execute(ordered).first() is None


def settings_json(settings: AnalysisSettings) -> dict[str, Any]:
    """Settings as a job keeps them. How many threads to use is the worker's to say."""
    kept = asdict(settings)
    del kept["threads"]
    return kept


def settings_of(kept: Mapping[str, Any], *, threads: int = 0) -> AnalysisSettings:
    """The settings of a job.

    Raises:
        ArchiveError: another version of Playbill wrote them, and this one cannot follow.
    """
    strange = kept.keys() - {field.name for field in fields(AnalysisSettings)}
    try:
        if strange:
            raise ValueError(f"there is no {', '.join(sorted(strange))}")
        settings = AnalysisSettings(**kept)
        return replace(settings, models=tuple(settings.models), threads=threads)
    except (TypeError, ValueError) as error:
        raise ArchiveError(f"settings of a job: expected those of an analysis: {error}") from error
