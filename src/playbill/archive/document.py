"""From an `Analysis` to the JSON document `playbill/1`: specification, section 3."""

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from playbill.core.analysis import Analysis
from playbill.core.appearances import Appearance
from playbill.core.atomic import atomic_path
from playbill.core.boxes import whole_pixels
from playbill.core.media import MediaInfo
from playbill.core.metadata import Box, FrameMetadata, Thing
from playbill.core.people import Candidate, Person
from playbill.core.run import GalleryUse, ModelUse, RunRecord

SCHEMA = "playbill/1"

Json = dict[str, Any]


def to_document(analysis: Analysis) -> Json:
    """The document as plain dicts and lists, ready for `json`."""
    return {
        "schema": SCHEMA,
        "media": _media(analysis.media),
        "run": run_json(analysis.run),
        "frames": [_frame(frame, analysis.media.size_wh) for frame in analysis.frames],
        "appearances": [_appearance(appearance) for appearance in analysis.appearances],
    }


def document_text(analysis: Analysis) -> str:
    """The document as JSON text, the same wherever it is asked for."""
    return json.dumps(to_document(analysis), ensure_ascii=False, indent=2) + "\n"


def write_document(analysis: Analysis, target: Path) -> None:
    """Write the document whole, or leave what was there.

    Raises:
        OutputError: the file cannot be written.
    """
    with atomic_path(target) as temporary:
        temporary.write_text(document_text(analysis), encoding="utf-8")


def _media(media: MediaInfo) -> Json:
    width, height = media.size_wh
    rate = media.frame_rate
    return {
        "id": media.id,
        "name": media.name,
        "kind": media.kind,
        "sha256": media.sha256,
        "width": width,
        "height": height,
        "frameRate": None if rate is None else f"{rate.numerator}/{rate.denominator}",
        "duration": None if media.duration_s is None else _seconds(media.duration_s),
        "container": media.container,
        "codec": media.codec,
        "rotation": media.rotation,
        **({} if media.start_timecode is None else {"startTimecode": media.start_timecode}),
    }


def run_json(run: RunRecord) -> Json:
    """The record of a run, as it stands in the document."""
    return {
        "id": run.id,
        "version": run.version,
        **({} if run.started is None else {"started": run.started.isoformat()}),
        **({} if run.seconds is None else {"seconds": round(run.seconds, 3)}),
        "sampleEvery": run.sample_every,
        "decoder": run.decoder,
        "models": [_model(use) for use in run.models],
        "gallery": None if run.gallery is None else _gallery(run.gallery),
        "settings": dict(run.settings),
        "frames": {
            "expected": run.frames.expected,
            "analysed": run.frames.analysed,
            "corrupt": run.frames.corrupt,
        },
    }


def _model(use: ModelUse) -> Json:
    return {
        "task": use.task,
        "name": use.name,
        "sha256": use.sha256,
        "runtime": use.runtime,
        "device": use.device,
        "precision": use.precision,
    }


def _gallery(use: GalleryUse) -> Json:
    return {
        "name": use.name,
        "sha256": use.sha256,
        "people": use.people,
        "method": use.method,
        "threshold": round(use.threshold, 6),
        "strangerRate": use.stranger_rate,
    }


def _frame(frame: FrameMetadata, size_wh: tuple[int, int]) -> Json:
    things = [_thing(thing, size_wh) for thing in frame.things]
    return {"frameIdx": frame.index, "time": _seconds(frame.time_s), "objects": things}


def _thing(thing: Thing, size_wh: tuple[int, int]) -> Json:
    entry: Json = {
        "ObjectID": thing.class_id,
        "Bb": _bb(thing.box_xyxy, size_wh),
        "kind": thing.kind,
        "label": thing.label,
        "score": _score(thing.score),
    }
    if thing.kind == "object":
        return entry
    named, face = thing.match, thing.face
    return entry | {
        "person": _person(named.person) | {"score": _score(named.score)}
        if named and named.person
        else None,
        **_numbered(thing.unknown),
        **_candidates(named.candidates if named else ()),
        "face": {"Bb": _bb(face.box_xyxy, size_wh), "score": _score(face.score)} if face else None,
    }


def _person(person: Person) -> Json:
    return {"id": person.id, "name": person.name}


def _candidates(candidates: Sequence[Candidate]) -> Json:
    if not candidates:
        return {}
    return {
        "candidates": [
            _person(one.person) | {"probability": _score(one.probability)} for one in candidates
        ]
    }


def _numbered(unknown: int | None) -> Json:
    return {} if unknown is None else {"unknown": unknown}


def _appearance(appearance: Appearance) -> Json:
    what: Json
    if appearance.kind == "person":
        who = _person(appearance.person) if appearance.person else None
        what = {"person": who, **_numbered(appearance.unknown)}
    else:
        what = {"ObjectID": appearance.class_id, "label": appearance.label}
    return {
        "kind": appearance.kind,
        **what,
        "start": _seconds(appearance.span.start_s),
        "end": _seconds(appearance.span.end_s),
        "frames": appearance.frames,
        "score": _score(appearance.score),
    }


def _bb(box_xyxy: Box, size_wh: tuple[int, int]) -> Json:
    left, top, right, bottom = whole_pixels(box_xyxy, size_wh)
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def _seconds(time_s: Fraction) -> float:
    return round(float(time_s), 6)


def _score(score: float) -> float:
    return round(float(score), 4)
