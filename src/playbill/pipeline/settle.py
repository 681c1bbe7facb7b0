"""Decide, shot by shot, what the findings of a medium mean."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from playbill.core.metadata import FrameMetadata
from playbill.core.ports import Recogniser
from playbill.core.sightings import FaceSighting, Track
from playbill.pipeline.findings import Findings
from playbill.pipeline.naming import Matches, NamedFaces, name_faces
from playbill.pipeline.people import Resolved, resolve_people


@dataclass(frozen=True, slots=True)
class Settled:
    """What the frames of a medium show, and who goes through them."""

    frames: tuple[FrameMetadata, ...]
    tracks: tuple[Track, ...]
    """None where faces were not described."""
    track_of_thing: tuple[Mapping[int, int], ...]
    """For each frame, which of its things (key) belongs to which track (value)."""


def settle(
    findings: Sequence[Findings],
    cuts_s: Sequence[Fraction],
    recogniser: Recogniser | None,
    *,
    described: bool,
) -> Settled:
    """Link and name the faces of each shot, then put bodies and faces together frame by frame.

    Args:
        findings: of the analysed frames, in order.
        cuts_s: times of the first frames of shots, rising.
        recogniser: None: nobody is named.
        described: whether the faces have embeddings; without, nobody is linked or named.
    """
    frames: list[FrameMetadata] = []
    tracks: list[Track] = []
    track_of_thing: list[Mapping[int, int]] = []
    for number, grouped in groupby(findings, key=lambda found: bisect_right(cuts_s, found.time_s)):
        shot = list(grouped)
        named = name_faces(shot, recogniser) if described else None
        matches = named.matches if named else _nobody_asked(shot)
        resolved = [
            resolve_people(found.objects, found.faces, answers)
            for found, answers in zip(shot, matches, strict=True)
        ]
        frames += [
            FrameMetadata(found.index, found.time_s, each.things)
            for found, each in zip(shot, resolved, strict=True)
        ]
        track_of_thing += _tracks_of_things(named, resolved, first=len(tracks))
        if named:
            tracks += _tracks(number, named, shot, resolved)
    return Settled(tuple(frames), tuple(tracks), tuple(track_of_thing))


def _nobody_asked(shot: Sequence[Findings]) -> Matches:
    return [[None] * len(found.faces) for found in shot]


def _tracks_of_things(
    named: NamedFaces | None, resolved: Sequence[Resolved], *, first: int
) -> list[Mapping[int, int]]:
    """For each frame of a shot; `first` is the number of the shot's first track."""
    places: list[dict[int, int]] = [{} for _ in resolved]
    for number, faces in enumerate(named.tracks if named else (), start=first):
        for face in faces:
            places[face.frame][resolved[face.frame].thing_of_face[face.row]] = number
    return list(places)


def _tracks(
    shot_number: int, named: NamedFaces, shot: Sequence[Findings], resolved: Sequence[Resolved]
) -> Iterator[Track]:
    for faces, template, answer in zip(named.tracks, named.templates, named.answers, strict=True):
        sightings = tuple(
            _sighting(shot[face.frame], face.row, resolved[face.frame].thing_of_face[face.row])
            for face in faces
        )
        yield Track(shot_number, sightings, template, answer)


def _sighting(found: Findings, row: int, thing: int) -> FaceSighting:
    if found.embeddings is None:
        raise ValueError(f"the faces of frame {found.index} have no embeddings")
    left, top, right, bottom = found.faces.boxes_xyxy[row].tolist()
    return FaceSighting(
        frame_index=found.index,
        time_s=found.time_s,
        thing=thing,
        box_xyxy=(left, top, right, bottom),
        score=float(found.faces.scores[row]),
        embedding=found.embeddings.vectors[row],
        crop=found.crops[row] if found.crops is not None else b"",
    )
