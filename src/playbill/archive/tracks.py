"""Tracks and their faces, as people look at them who decide."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from playbill.archive.paging import Page, key_of, page_limit, paged
from playbill.archive.search.thumbnails import best_faces
from playbill.archive.tables import faces, media, tracks
from playbill.errors import NotInArchive


@dataclass(frozen=True, slots=True)
class TrackRow:
    """Faces of one person through one shot."""

    id: int
    media_id: str
    run_id: str
    shot: int
    start_us: int
    end_us: int
    faces: int
    """How many."""
    cluster_id: str | None
    person_id: str | None
    """Who it is, as far as is known."""
    verified: bool
    machine_person_id: str | None
    machine_score: float | None
    crop: str | None
    """Key in the blobs of its best face's picture."""


@dataclass(frozen=True, slots=True)
class FaceRow:
    """One face of a track."""

    id: int
    frame_index: int
    time_us: int
    left: float
    top: float
    right: float
    bottom: float
    score: float
    crop: str | None


def list_tracks(
    tx: Connection,
    *,
    cluster_id: str | None = None,
    person_id: str | None = None,
    media_id: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[TrackRow]:
    """Tracks of what is shown, by number: of one group, person or medium, or of all.

    Tracks that no face is in any longer, after splits and undoes, are left out.

    Raises:
        ArchiveError: the cursor or the limit is none.
    """
    row = tracks.c
    found = select(tracks).join(media, media.c.run_id == row.run_id).where(row.faces > 0)
    found = found.order_by(row.id).limit(page_limit(limit) + 1)
    for column, wanted in (
        (row.cluster_id, cluster_id),
        (row.person_id, person_id),
        (row.media_id, media_id),
    ):
        if wanted is not None:
            found = found.where(column == wanted)
    if after is not None:
        found = found.where(row.id > key_of(after, int)[0])
    listed = tx.execute(found).all()
    best = best_faces(tx, [one.id for one in listed])
    crops = {track: face.thumbnail.crop for track, face in best.items()}
    rows = [_track(one, crops.get(one.id)) for one in listed]
    return paged(rows, limit, [(one.id,) for one in rows])


def faces_of(tx: Connection, track_id: int) -> list[FaceRow]:
    """The faces that are in a track today, in order of time.

    Raises:
        NotInArchive: there is no such track.
    """
    known = select(tracks.c.id).where(tracks.c.id == track_id)
    if not 0 < track_id < 2**63 or tx.execute(known).first() is None:
        raise NotInArchive(f"track {track_id}: there is no such track in the archive")
    row = faces.c
    found = select(faces).where(row.track_id == track_id).order_by(row.time_us, row.id)
    return [
        FaceRow(
            one.id,
            one.frame_index,
            one.time_us,
            one.left,
            one.top,
            one.right,
            one.bottom,
            one.score,
            one.crop,
        )
        for one in tx.execute(found)
    ]


def _track(row: Row[Any], crop: str | None) -> TrackRow:
    return TrackRow(
        row.id,
        row.media_id,
        row.run_id,
        row.shot,
        row.start_us,
        row.end_us,
        row.faces,
        row.cluster_id,
        row.person_id,
        row.verified,
        row.machine_person_id,
        row.machine_score,
        crop,
    )
