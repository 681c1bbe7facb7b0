"""From a JSON document `playbill/1` back to an `Analysis`, refusing what is not one."""

import json
from datetime import datetime
from fractions import Fraction
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs

from playbill.archive.document import Json
from playbill.core.analysis import Analysis
from playbill.core.appearances import Appearance
from playbill.core.labels import COCO_80, PERSON
from playbill.core.media import MediaInfo
from playbill.core.metadata import Box, FaceBox, FrameMetadata, Thing
from playbill.core.people import Candidate, Match, Person
from playbill.core.run import Coverage, GalleryUse, ModelUse, RunRecord
from playbill.core.timespan import TimeSpan
from playbill.errors import DocumentError


def document_schema() -> Json:
    """The JSON Schema (draft 2020-12) of `playbill/1`."""
    text = files("playbill.archive").joinpath("playbill-1.schema.json").read_text("utf-8")
    schema: Json = json.loads(text)
    return schema


def read_document(path: Path) -> Analysis:
    """Read and validate a document.

    Raises:
        DocumentError: the file cannot be read, is no JSON, or breaks the schema.
    """
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _no_document(str(path), error) from error
    return from_text(text, str(path))


def from_text(text: str, where: str) -> Analysis:
    """Parse and validate a document; `where` names it in the error.

    Raises:
        DocumentError: as for `read_document`.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:  # the latter of lists in lists in lists
        raise _no_document(where, error) from error
    _require_whole_characters(document, text, where)
    return from_document(document, where)


def _no_document(where: str, error: Exception) -> DocumentError:
    return DocumentError(f"{where}: expected a JSON document playbill/1, found {error}")


def _require_whole_characters(document: Any, text: str, where: str) -> None:
    """Refuse what only JSON's escapes can say: half of a surrogate pair, which no file can hold."""
    if "\\ud" not in text.lower():
        return
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        half = f"\\u{ord(error.object[error.start]):04x}"
        raise DocumentError(f"{where}: expected whole characters, found {half} alone") from error


def from_document(document: Any, where: str) -> Analysis:
    """Turn parsed JSON into an `Analysis`; `where` names it in the error.

    Raises:
        DocumentError: it breaks the schema, or says what cannot be true.
    """
    error = next(_validator().iter_errors(document), None)
    if error is not None:
        place = "/".join(map(str, error.instance_path)) or "the top level"
        raise DocumentError(f"{where}: not a playbill/1 document: at {place}: {error.message}")
    try:
        return Analysis(
            _media(document["media"]),
            run_record(document["run"]),
            tuple(map(_frame, document["frames"])),
            tuple(map(_appearance, document["appearances"])),
        )
    except (ValueError, ArithmeticError) as cause:  # the latter of a frame rate 1/0
        raise DocumentError(f"{where}: not a playbill/1 document: {cause}") from cause


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(document_schema())


def _media(media: Json) -> MediaInfo:
    return MediaInfo(
        name=media["name"],
        kind=media["kind"],
        sha256=media["sha256"],
        size_wh=(media["width"], media["height"]),
        container=media.get("container", ""),
        codec=media.get("codec", ""),
        rotation=media.get("rotation", 0),
        frame_rate=None if media["frameRate"] is None else Fraction(media["frameRate"]),
        duration_s=None if media["duration"] is None else _seconds(media["duration"]),
        start_timecode=media.get("startTimecode"),
    )


def run_record(run: Json) -> RunRecord:
    """The record of a run, from what `run_json` made of it."""
    started = run.get("started")
    return RunRecord(
        id=run["id"],
        version=run["version"],
        started=datetime.fromisoformat(started) if started else None,
        seconds=run.get("seconds"),
        sample_every=run["sampleEvery"],
        decoder=run.get("decoder", ""),
        models=tuple(_model(model) for model in run["models"]),
        gallery=_gallery(run["gallery"]) if run.get("gallery") else None,
        settings=run.get("settings", {}),
        frames=Coverage(**run["frames"]),
    )


def _model(model: Json) -> ModelUse:
    return ModelUse(
        model["task"],
        model["name"],
        model["sha256"],
        model.get("runtime", ""),
        model.get("device", ""),
        model.get("precision", ""),
    )


def _gallery(gallery: Json) -> GalleryUse:
    return GalleryUse(
        gallery["name"],
        gallery["sha256"],
        gallery["people"],
        gallery["method"],
        gallery["threshold"],
        gallery["strangerRate"],
    )


def _frame(frame: Json) -> FrameMetadata:
    things = tuple(map(_thing, frame["objects"]))
    return FrameMetadata(frame["frameIdx"], _seconds(frame["time"]), things)


def _thing(entry: Json) -> Thing:
    face = entry.get("face")
    return Thing(
        kind=entry["kind"],
        class_id=entry["ObjectID"],
        label=entry["label"],
        box_xyxy=_box(entry["Bb"]),
        score=entry["score"],
        face=FaceBox(_box(face["Bb"]), face["score"]) if face else None,
        match=_match(entry),
        unknown=entry.get("unknown"),
    )


def _match(entry: Json) -> Match | None:
    """How near somebody without a name comes to having one is not in the document."""
    person, candidates = entry.get("person"), entry.get("candidates", ())
    if person:
        return Match(Person(person["id"], person["name"]), person["score"])
    if not candidates:
        return None
    return Match(
        None,
        0.0,
        tuple(Candidate(Person(one["id"], one["name"]), one["probability"]) for one in candidates),
    )


def _appearance(entry: Json) -> Appearance:
    class_id, person = entry.get("ObjectID", PERSON), entry.get("person")
    return Appearance(
        kind=entry["kind"],
        label=entry.get("label", COCO_80[PERSON]),
        class_id=class_id,
        person=Person(person["id"], person["name"]) if person else None,
        span=TimeSpan(_seconds(entry["start"]), _seconds(entry["end"])),
        frames=entry["frames"],
        score=entry["score"],
        unknown=entry.get("unknown"),
    )


def _box(bb: Json) -> Box:
    left, top = float(bb["x"]), float(bb["y"])
    return (left, top, left + bb["width"], top + bb["height"])


def _seconds(time_s: float) -> Fraction:
    """The decimal that was written, not its binary neighbour."""
    return Fraction(str(time_s))
