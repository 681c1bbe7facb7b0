"""Bodies about media and their runs."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from playbill.archive.media import MediaCounts, MediaRow
from playbill.archive.runs import RunRow
from playbill.server.schemas.shared import Id, Sent, Shown


class CountsShown(Shown):
    """How much is known of a medium."""

    runs: int
    people: int
    unnamed: int
    classes: int


class MediumShown(BaseModel):
    """One medium."""

    id: str
    name: str
    kind: Literal["image", "video"]
    sha256: str
    width: int
    height: int
    bytes: int
    frame_rate: str | None
    """As a fraction: `30000/1001`."""
    start_timecode: str | None
    """Of the first frame, as the file says it; with `;` before the frame, numbers are dropped."""
    duration: float | None
    """In seconds."""
    container: str
    codec: str
    rotation: int
    added_at: datetime
    added_by: str
    run_id: str | None
    """The run that is shown; null: it is not analysed yet."""
    hidden: bool
    version: int
    known: CountsShown | None = None

    @classmethod
    def of(cls, row: MediaRow, counts: MediaCounts | None = None) -> "MediumShown":
        """From the archive's row."""
        info = row.info
        return cls(
            id=row.id,
            name=info.name,
            kind=info.kind,
            sha256=info.sha256,
            width=info.size_wh[0],
            height=info.size_wh[1],
            bytes=row.bytes_,
            frame_rate=None if info.frame_rate is None else str(info.frame_rate),
            start_timecode=info.start_timecode,
            duration=None if info.duration_s is None else round(float(info.duration_s), 6),
            container=info.container,
            codec=info.codec,
            rotation=info.rotation,
            added_at=row.added_at,
            added_by=row.added_by,
            run_id=row.run_id,
            hidden=row.hidden,
            version=row.version,
            known=CountsShown.model_validate(counts) if counts else None,
        )


class MediaPage(BaseModel):
    """Some media, the ones added last first."""

    items: list[MediumShown]
    next: str | None


class RunShown(BaseModel):
    """One analysis of a medium."""

    id: str
    media_id: str
    fingerprint: str
    version: str
    added_at: datetime
    sample_every: int
    expected: int
    analysed: int
    corrupt: int
    models: list[dict[str, str]]
    gallery: str | None
    shown: bool

    @classmethod
    def of(cls, row: RunRow, *, shown: bool) -> "RunShown":
        """From the archive's row."""
        record = row.record
        return cls(
            id=row.id,
            media_id=row.media_id,
            fingerprint=row.fingerprint,
            version=record.version,
            added_at=row.added_at,
            sample_every=record.sample_every,
            expected=record.frames.expected,
            analysed=record.frames.analysed,
            corrupt=record.frames.corrupt,
            models=[
                {"task": use.task, "name": use.name, "sha256": use.sha256} for use in record.models
            ],
            gallery=record.gallery.sha256 if record.gallery else None,
            shown=shown,
        )


class PromoteBody(Sent):
    """The run that is to be shown."""

    run_id: Id
