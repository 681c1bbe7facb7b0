"""What a run saw as rows of tables: nothing here asks a data base."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import null

from playbill.archive.document import document_text, run_json
from playbill.archive.packing import micros, pack_text, pack_vector
from playbill.core.sightings import Sightings

Values = dict[str, Any]


def run_values(sightings: Sightings, fingerprint: str, now: datetime) -> Values:
    """The row of the run itself, added `now`."""
    analysis, record = sightings.analysis, sightings.analysis.run
    said = run_json(record)
    return {
        "id": record.id,
        "media_id": analysis.media.id,
        "fingerprint": fingerprint,
        "version": record.version,
        "started_at": record.started or now,
        "seconds": record.seconds or 0.0,
        "sample_every": record.sample_every,
        "decoder": record.decoder,
        "models": said["models"],
        "gallery": said["gallery"] or null(),
        "settings": said["settings"],
        "expected": record.frames.expected,
        "analysed": record.frames.analysed,
        "corrupt": record.frames.corrupt,
        "cuts_us": [micros(cut_s) for cut_s in sightings.cuts_s],
        "space": sightings.space,
        "document": pack_text(document_text(analysis)),
        "added_at": now,
    }


def track_values(sightings: Sightings) -> list[Values]:
    """A row for each track, in their order."""
    ends_us = _ends_us(sightings)
    rows = []
    for number, track in enumerate(sightings.tracks):
        match = track.match
        rows.append(
            {
                "run_id": sightings.analysis.run.id,
                "media_id": sightings.analysis.media.id,
                "shot": track.shot,
                "start_us": micros(track.faces[0].time_s),
                "end_us": ends_us.get(number, micros(track.faces[-1].time_s) + 1),
                "faces": len(track.faces),
                "space": sightings.space,
                "embedding": pack_vector(track.embedding),
                "machine_person_id": match.person.id if match and match.person else None,
                "machine_score": match.score if match else None,
                "unknown": track.unknown,
            }
        )
    return rows


def face_values(
    sightings: Sightings, track_ids: Sequence[int], crops: Sequence[Sequence[str]]
) -> list[Values]:
    """A row for each face, track by track."""
    return [
        {
            "run_id": sightings.analysis.run.id,
            "media_id": sightings.analysis.media.id,
            "machine_track_id": track_id,
            "track_id": track_id,
            "frame_index": face.frame_index,
            "time_us": micros(face.time_s),
            "thing": face.thing,
            **dict(zip(("left", "top", "right", "bottom"), face.box_xyxy, strict=True)),
            "score": face.score,
            "embedding": pack_vector(face.embedding),
            "crop": crop,
        }
        for track, track_id, keys in zip(sightings.tracks, track_ids, crops, strict=True)
        for face, crop in zip(track.faces, keys, strict=True)
    ]


def body_values(sightings: Sightings, track_ids: Sequence[int]) -> list[Values]:
    """A row for each body that a track goes on in, track by track."""
    return [
        {
            "run_id": sightings.analysis.run.id,
            "machine_track_id": track_id,
            "frame_index": body.frame_index,
            "thing": body.thing,
        }
        for track, track_id in zip(sightings.tracks, track_ids, strict=True)
        for body in track.bodies
    ]


def stretch_values(sightings: Sightings, track_ids: Sequence[int]) -> list[Values]:
    """A row among the appearances for each stretch."""
    rows = []
    for stretch in sightings.stretches:
        start_us = micros(stretch.span.start_s)
        rows.append(
            {
                "run_id": sightings.analysis.run.id,
                "media_id": sightings.analysis.media.id,
                "kind": stretch.kind,
                "class_id": stretch.class_id,
                "shot": stretch.shot,
                "start_us": start_us,
                "end_us": max(micros(stretch.span.end_s), start_us + 1),
                "first_frame": stretch.first_frame,
                "last_frame": stretch.last_frame,
                "frames": stretch.frames,
                "score": stretch.score,
                "track_id": None if stretch.track is None else track_ids[stretch.track],
                "current": False,
            }
        )
    return rows


def _ends_us(sightings: Sightings) -> dict[int, int]:
    """Where the last stretch of each track ends."""
    ends: dict[int, int] = {}
    for stretch in sightings.stretches:
        if stretch.track is not None:
            end_us = micros(stretch.span.end_s)
            ends[stretch.track] = max(end_us, ends.get(stretch.track, 0))
    return ends
