"""Tracks that people split: where each face is, and when each part is seen."""

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, delete, insert, select, update

from playbill.archive.among import among
from playbill.archive.decisions.log import Decision, effective
from playbill.archive.packing import pack_vector, unpack_vectors
from playbill.archive.tables import appearances, decision_tracks, decisions, faces, media, tracks


def project_pieces(tx: Connection, machine_track_ids: Collection[int]) -> None:
    """Put the faces of tracks that a machine made where people put them, and cut the spans.

    A part of a track is a row of its own among the appearances, in the place of the machine's,
    which is no longer `current`. It lasts until the next face of the whole track.
    """
    for track in sorted(machine_track_ids):
        rows = tx.execute(
            select(faces).where(faces.c.machine_track_id == track).order_by(faces.c.frame_index)
        ).all()
        place = dict.fromkeys((row.id for row in rows), track)
        for split in _splits_of(tx, track):
            place |= dict.fromkeys(split.details["faces"], split.details["track"])
        for row in rows:
            if row.track_id != place[row.id]:
                moved = update(faces).where(faces.c.id == row.id)
                tx.execute(moved.values(track_id=place[row.id]))
        _count(tx, rows, place)
        _cut(tx, track, rows, place)


def split_tracks(tx: Connection, media_ids: Collection[str] | None = None) -> set[int]:
    """The machine's tracks that people ever took faces out of, of all or of some media."""
    named = (
        select(tracks.c.id, tracks.c.split_from)
        .join(decision_tracks, decision_tracks.c.track_id == tracks.c.id)
        .join(decisions, decisions.c.seq == decision_tracks.c.seq)
        .where(decisions.c.kind == "split")
    )
    if media_ids is not None:
        named = named.where(among(tracks.c.media_id, media_ids))
    found = tx.execute(named).all()
    parts = [(track, origin) for track, origin in found if origin is not None]
    return {track for track, origin in found if origin is None} | {
        machine_track(tx, origin) for _, origin in parts
    }


def machine_track(tx: Connection, track_id: int) -> int:
    """The track that a machine made and that this one is, or is a part of."""
    while True:
        origin = tx.execute(select(tracks.c.split_from).where(tracks.c.id == track_id)).scalar()
        if origin is None:
            return track_id
        track_id = origin


def _splits_of(tx: Connection, track_id: int) -> list[Decision]:
    """The splits of a track and of its parts that count, oldest first."""
    found: dict[int, Decision] = {}
    wave = {track_id}
    while wave:
        seqs = select(decision_tracks.c.seq).where(among(decision_tracks.c.track_id, wave))
        of_wave = decisions.c.seq.in_(seqs)
        every = select(decisions.c.details).where(decisions.c.kind == "split", of_wave)
        wave = {details["track"] for details in tx.execute(every).scalars()}
        for split in effective(tx, decisions.c.kind == "split", of_wave):
            found[split.seq] = split
    return [found[seq] for seq in sorted(found)]


def _count(tx: Connection, rows: Sequence[Row[Any]], place: dict[int, int]) -> None:
    """How many faces each part has, and their mean: a part of none looks like nobody.

    Where faces have lost their embeddings, the mean stays what it was.
    """
    family = {*place.values(), *(row.track_id for row in rows)}
    counted = Counter(place.values())
    now = dict(tx.execute(select(tracks.c.id, tracks.c.faces).where(tracks.c.id.in_(family))).all())
    for track in sorted(family):
        if counted[track] != now[track]:
            its = [row for row in rows if place[row.id] == track]
            mean = _mean(its)
            said = {"faces": len(its)} | ({"embedding": mean} if mean or not its else {})
            tx.execute(update(tracks).where(tracks.c.id == track).values(said))


def _mean(rows: Sequence[Row[Any]]) -> bytes | None:
    """The mean embedding, weighted by the length of the face's side and the detector's score."""
    if not rows or any(row.embedding is None for row in rows):
        return None
    vectors = unpack_vectors([row.embedding for row in rows])
    sides = [np.sqrt((row.right - row.left) * (row.bottom - row.top)) for row in rows]
    weights = np.array([side * row.score for side, row in zip(sides, rows, strict=True)])
    mean = weights @ vectors
    length = np.linalg.norm(mean)
    return None if length < TINY else pack_vector(mean / length)


def _cut(tx: Connection, track: int, rows: Sequence[Row[Any]], place: dict[int, int]) -> None:
    """The spans of a track's parts, in the place of those of the whole."""
    shown = select(media.c.run_id).join(tracks, tracks.c.media_id == media.c.id)
    shown_run = tx.execute(shown.where(tracks.c.id == track)).scalar()
    family = {*place.values(), *(row.track_id for row in rows), track}
    mine = appearances.c
    whole = tx.execute(
        select(appearances).where(mine.track_id == track, mine.derived.is_(False)).order_by(mine.id)
    ).mappings()
    wanted: list[dict[str, Any]] = []
    for span in whole.all():
        its = [row for row in rows if span["first_frame"] <= row.frame_index <= span["last_frame"]]
        cut = any(place[row.id] != track for row in its)
        current = span["run_id"] == shown_run and not cut
        if current != span["current"]:
            tx.execute(update(appearances).where(mine.id == span["id"]).values(current=current))
        if cut:
            wanted += _parts(dict(span), its, place, current=span["run_id"] == shown_run)
    _replace(tx, family, wanted)


def _parts(
    span: dict[str, Any], rows: Sequence[Row[Any]], place: dict[int, int], *, current: bool
) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    for track, some in groupby(rows, lambda row: place[row.id]):
        its = list(some)
        if parts:
            parts[-1]["end_us"] = its[0].time_us
        part = {name: span[name] for name in _COPIED} | {
            "track_id": track,
            "derived": True,
            "current": current,
            "start_us": its[0].time_us if parts else span["start_us"],
            "end_us": span["end_us"],
            "first_frame": its[0].frame_index,
            "last_frame": its[-1].frame_index,
            "frames": len(its),
        }
        parts.append(part)
    return parts


def _replace(tx: Connection, family: Collection[int], wanted: list[dict[str, Any]]) -> None:
    """Have these parts and no others among the appearances; leave them where they are there."""
    mine = appearances.c
    derived = (mine.track_id.in_(family), mine.derived)
    there = tx.execute(select(appearances).where(*derived)).mappings().all()
    names = sorted(wanted[0]) if wanted else []
    if sorted([row[name] for name in names] for row in there) == sorted(
        [row[name] for name in names] for row in wanted
    ):
        return
    tx.execute(delete(appearances).where(*derived))
    if wanted:
        ids = {row["track_id"] for row in wanted}
        who = select(tracks.c.id, tracks.c.person_id, tracks.c.cluster_id, tracks.c.verified)
        answers = {
            row["id"]: {name: row[name] for name in ("person_id", "cluster_id", "verified")}
            for row in tx.execute(who.where(tracks.c.id.in_(ids))).mappings()
        }
        tx.execute(insert(appearances), [row | answers[row["track_id"]] for row in wanted])


_COPIED = ("run_id", "media_id", "kind", "class_id", "shot", "score")
TINY = 1e-6
"""A mean so short has no direction."""
