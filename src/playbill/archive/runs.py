"""Runs: what one analysis found, written once and never changed; all runs of a medium are kept."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from playbill.archive import audit
from playbill.archive.among import among
from playbill.archive.decisions.projection import project_tracks
from playbill.archive.decisions.rows import project_media
from playbill.archive.heeding import Crops, kept_apart, without_forgotten
from playbill.archive.meant import meant_id
from playbill.archive.media import get_media
from playbill.archive.packing import is_text, micros
from playbill.archive.people import create_person
from playbill.archive.reading import run_record
from playbill.archive.run_values import (
    body_values,
    face_values,
    run_values,
    stretch_values,
    track_values,
)
from playbill.archive.same_faces import PlacedFace, same_tracks
from playbill.archive.tables import appearances, bodies, faces, people, runs, tracks
from playbill.core.run import RunRecord
from playbill.core.sightings import Sightings
from playbill.errors import Conflict, NotInArchive

MACHINE = "machine"
"""Who keeps a run, in the audit log."""


_RUNS = select(*(column for column in runs.c if column is not runs.c.document))


@dataclass(frozen=True, slots=True)
class RunRow:
    """One analysis of one medium; its findings lie in rows of their own."""

    media_id: str
    fingerprint: str
    """Of networks and settings: runs of one fingerprint say the same."""
    record: RunRecord
    cuts_us: tuple[int, ...]
    space: str | None
    added_at: datetime

    @property
    def id(self) -> str:
        """The run's id, that of its record."""
        return self.record.id


def keep_run(
    tx: Connection,
    sightings: Sightings,
    *,
    fingerprint: str,
    crops: Crops,
) -> None:
    """Write down all that an analysis found; it is what is shown, unless another run was promoted.

    A run that is kept already is left as it is, so a unit of work may be done again.

    Args:
        tx: the transaction.
        sightings: of a medium that the archive has.
        fingerprint: of networks and settings.
        crops: keys in the blobs, of each track, of each of its faces.

    Raises:
        NotInArchive: the medium is not in the archive.
        Conflict: another run is kept under this id.
    """
    run, media_id = sightings.analysis.run, sightings.analysis.media.id
    audit.in_turn(tx)  # whoever keeps the same at the same time sees it here, or waits
    get_media(tx, media_id)
    if _is_kept(tx, run.id, fingerprint, media_id):
        return
    _require_crops(sightings, crops)
    sightings = without_forgotten(tx, sightings)
    sightings, crops = kept_apart(tx, sightings, crops, _frames_apart_us(tx, sightings))
    tx.execute(insert(runs).values(run_values(sightings, fingerprint, _now(tx, media_id))))
    _meet_people(tx, sightings)
    track_ids = _insert(tx, sightings, crops)
    link_tracks(tx, run.id)
    project_media(tx, [media_id])
    project_tracks(tx, track_ids)
    about = {"media": media_id, "tracks": len(track_ids), "fingerprint": fingerprint}
    audit.record(tx, MACHINE, "run.keep", f"run:{run.id}", **about)


def get_run(tx: Connection, run_id: str) -> RunRow:
    """The run of this id.

    Raises:
        NotInArchive: there is none.
    """
    row = tx.execute(_RUNS.where(runs.c.id == run_id)).first() if is_text(run_id) else None
    if row is None:
        raise NotInArchive(f"run {run_id!r}: there is no such run in the archive")
    return _run_row(row)


def named_run(tx: Connection, said: str) -> RunRow:
    """The run that a person means: by its id, or the beginning of one.

    Raises:
        NotInArchive: there is none.
        Conflict: there are several.
    """
    return get_run(tx, meant_id(tx, runs.c.id, said.lower(), "run"))


def list_runs(tx: Connection, media_id: str) -> list[RunRow]:
    """All runs of a medium, the newest first."""
    newest = _RUNS.order_by(runs.c.added_at.desc(), runs.c.id)
    return [_run_row(row) for row in tx.execute(newest.where(runs.c.media_id == media_id))]


def link_tracks(tx: Connection, run_id: str) -> None:
    """Say of each track of a run which track of an earlier one shows the same faces.

    `same_as` is always the first of its kind: the tracks that show the same faces are that one and
    those whose `same_as` it is.
    """
    row = get_run(tx, run_id)
    earlier = [run for run in list_runs(tx, row.media_id) if run.added_at < row.added_at]
    new = placed_faces(tx, run_id)
    linked: dict[int, int] = {}
    for run in earlier:
        gap_us = frames_apart_us(tx, row, run)
        rest = [face for face in new if face.track not in linked]
        linked |= same_tracks(
            rest, placed_faces(tx, run.id), cuts_us=row.cuts_us, max_gap_us=gap_us
        )
    if linked:
        root = func.coalesce(tracks.c.same_as, tracks.c.id)
        old = select(tracks.c.id, root).where(among(tracks.c.id, set(linked.values())))
        roots = dict(tx.execute(old).all())
        rows = [{"of": track, "root": roots[found]} for track, found in linked.items()]
        linking = update(tracks).where(tracks.c.id == bindparam("of"))
        tx.execute(linking.values(same_as=bindparam("root")), rows)


def placed_faces(tx: Connection, run_id: str) -> list[PlacedFace]:
    """The faces of a run by the tracks they are in today, after what people have split."""
    of = faces.c
    found = select(of.track_id, of.time_us, of.left, of.top, of.right, of.bottom)
    rows = tx.execute(found.where(of.run_id == run_id).order_by(of.id))
    return [PlacedFace(track, time_us, tuple(box)) for track, time_us, *box in rows]


def frames_apart_us(tx: Connection, one: RunRow, other: RunRow) -> int:
    """How far a frame of one run may lie from the nearest of the other; 0 for pictures."""
    rate = get_media(tx, one.media_id).info.frame_rate
    return _between_us(rate, max(one.record.sample_every, other.record.sample_every))


def _frames_apart_us(tx: Connection, sightings: Sightings) -> int:
    """The same of a run that comes in and all that are there."""
    media, every = sightings.analysis.media, sightings.analysis.run.sample_every
    earlier = [run.record.sample_every for run in list_runs(tx, media.id)]
    return _between_us(media.frame_rate, max([every, *earlier]))


def _between_us(rate: Fraction | None, every: int) -> int:
    return 0 if not rate else micros(every / rate)


def _now(tx: Connection, media_id: str) -> datetime:
    """The time, but later than that of every run of the medium: clocks of machines differ.

    The newest run is shown, and what people said of older ones holds for it.
    """
    last = select(func.max(runs.c.added_at)).where(runs.c.media_id == media_id)
    before: datetime | None = tx.execute(last).scalar()
    now = datetime.now(UTC)
    return now if before is None else max(now, before + timedelta(microseconds=1))


def _is_kept(tx: Connection, run_id: str, fingerprint: str, media_id: str) -> bool:
    try:
        kept = get_run(tx, run_id)
    except NotInArchive:
        return False
    if (kept.fingerprint, kept.media_id) != (fingerprint, media_id):
        raise Conflict(
            f"run {run_id!r}: expected a new id, found another run, of media {kept.media_id!r}"
        )
    return True


def _require_crops(sightings: Sightings, crops: Crops) -> None:
    wanted = [len(track.faces) for track in sightings.tracks]
    if wanted != [len(keys) for keys in crops]:
        raise ValueError(f"crops must have a key for each face, {wanted}")


def _meet_people(tx: Connection, sightings: Sightings) -> None:
    """Take in the people of a gallery that the archive has not met, under the gallery's ids."""
    named = {
        track.match.person.id: track.match.person
        for track in sightings.tracks
        if track.match and track.match.person
    }
    known = select(people.c.id).where(people.c.id.in_(named))
    for person_id in sorted(named.keys() - set(tx.execute(known).scalars())):
        name = named[person_id].name
        create_person(tx, MACHINE, name, even_if_named_alike=True, person_id=person_id)


def _insert(tx: Connection, sightings: Sightings, crops: Crops) -> list[int]:
    """All but the run's own row; the ids of the tracks, in their order."""
    seen = track_values(sightings)
    kept = insert(tracks).returning(tracks.c.id, sort_by_parameter_order=True)
    track_ids = list(tx.execute(kept, seen).scalars()) if seen else []
    for table, rows in (
        (faces, face_values(sightings, track_ids, crops)),
        (bodies, body_values(sightings, track_ids)),
        (appearances, stretch_values(sightings, track_ids)),
    ):
        if rows:
            tx.execute(insert(table), rows)
    return track_ids


def _run_row(row: Row[Any]) -> RunRow:
    said = {
        "id": row.id,
        "version": row.version,
        "started": row.started_at.isoformat(),
        "seconds": row.seconds,
        "sampleEvery": row.sample_every,
        "decoder": row.decoder,
        "models": row.models,
        "gallery": row.gallery,
        "settings": row.settings,
        "frames": {"expected": row.expected, "analysed": row.analysed, "corrupt": row.corrupt},
    }
    cuts_us, record = tuple(row.cuts_us), run_record(said)
    return RunRow(row.media_id, row.fingerprint, record, cuts_us, row.space, row.added_at)
