"""Decide, shot by shot, what the findings of a medium mean."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby

import numpy as np

from playbill.core.limits import ScoreLimits
from playbill.core.metadata import FrameMetadata, Thing
from playbill.core.ports import Recogniser
from playbill.core.sightings import BodySighting, FaceSighting, Track
from playbill.pipeline.carrying import Carried, ShownPeople, carry
from playbill.pipeline.findings import Findings
from playbill.pipeline.glances import without_glances
from playbill.pipeline.likeness import Alike
from playbill.pipeline.naming import NamedFaces, name_faces
from playbill.pipeline.people import Resolved, resolve_people
from playbill.pipeline.phantoms import without_phantoms
from playbill.pipeline.unknown import number_unknown

TracksOfThings = Mapping[int, int]
"""Which things of a frame (key, by place) belong to which track (value)."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What the frames of a medium show, and who goes through them."""

    frames: tuple[FrameMetadata, ...]
    tracks: tuple[Track, ...]
    """None where faces were not described."""
    track_of_thing: tuple[TracksOfThings, ...]
    """For each frame."""


def settle(
    findings: Sequence[Findings],
    cuts_s: Sequence[Fraction],
    recogniser: Recogniser | None,
    *,
    described: bool,
    alike: Alike,
    limits: ScoreLimits | None = None,
) -> Settled:
    """Link and name the faces of each shot, then put bodies and faces together frame by frame.

    A body goes on with a track where the face is not seen; people without a name are numbered
    through the whole medium.

    Args:
        findings: of the analysed frames, in order.
        cuts_s: times of the first frames of shots, rising.
        recogniser: None: nobody is named.
        described: whether the faces have embeddings; without, nobody is linked or named.
        alike: how alike the faces of one person must look.
        limits: from which scores on one look at an object is enough; None: always.
    """
    frames: list[FrameMetadata] = []
    tracks: list[Track] = []
    track_of_thing: list[TracksOfThings] = []
    for number, grouped in groupby(findings, key=lambda found: bisect_right(cuts_s, found.time_s)):
        shot = [without_phantoms(found) for found in without_glances(list(grouped), limits)]
        settled = _described(number, shot, recogniser, alike) if described else _bare(shot)
        frames += settled.frames
        track_of_thing += [
            {thing: len(tracks) + track for thing, track in places.items()}
            for places in settled.track_of_thing
        ]
        tracks += settled.tracks
    numbers = number_unknown(tracks, alike)
    return Settled(
        tuple(
            _numbered(frame, {thing: numbers[track] for thing, track in places.items()})
            for frame, places in zip(frames, track_of_thing, strict=True)
        )
        if described
        else tuple(map(_numbered_faces, frames) if len(frames) == 1 else frames),
        tuple(replace(track, unknown=n) for track, n in zip(tracks, numbers, strict=True)),
        tuple(track_of_thing),
    )


def _bare(shot: Sequence[Findings]) -> Settled:
    """A shot whose faces nobody has described."""
    frames = [
        FrameMetadata(
            found.index,
            found.time_s,
            resolve_people(found.objects, found.faces, [None] * len(found.faces)).things,
        )
        for found in shot
    ]
    return Settled(tuple(frames), (), tuple({} for _ in shot))


def _described(
    number: int, shot: Sequence[Findings], recogniser: Recogniser | None, alike: Alike
) -> Settled:
    """One shot by itself; tracks are counted from 0."""
    named = name_faces(shot, recogniser, alike)
    resolved = [
        resolve_people(found.objects, found.faces, matches)
        for found, matches in zip(shot, named.matches, strict=True)
    ]
    places = _tracks_of_things(named, resolved)
    carried = _carried(resolved, places)
    frames = [
        FrameMetadata(found.index, found.time_s, _named_by_body(each.things, bodies, named))
        for found, each, bodies in zip(shot, resolved, carried, strict=True)
    ]
    return Settled(
        tuple(frames),
        tuple(_tracks(number, named, shot, resolved, carried)),
        tuple(faces | bodies for faces, bodies in zip(places, carried, strict=True)),
    )


def _tracks_of_things(named: NamedFaces, resolved: Sequence[Resolved]) -> list[dict[int, int]]:
    """For each frame of a shot, whose face is whose."""
    places: list[dict[int, int]] = [{} for _ in resolved]
    for number, faces in enumerate(named.tracks):
        for face in faces:
            places[face.frame][resolved[face.frame].thing_of_face[face.row]] = number
    return places


def _carried(resolved: Sequence[Resolved], places: Sequence[TracksOfThings]) -> Carried:
    """For each frame of a shot, which things without a face go on with which track."""
    people = [
        [place for place, thing in enumerate(each.things) if thing.kind == "person"]
        for each in resolved
    ]
    shown = [
        ShownPeople(
            np.array([each.things[i].box_xyxy for i in some], np.float32).reshape(-1, 4),
            tuple(tracks.get(i) for i in some),
        )
        for each, some, tracks in zip(resolved, people, places, strict=True)
    ]
    return [
        {some[row]: track for row, track in rows.items()}
        for some, rows in zip(people, carry(shown), strict=True)
    ]


def _named_by_body(
    things: tuple[Thing, ...], bodies: TracksOfThings, named: NamedFaces
) -> tuple[Thing, ...]:
    """The things of a frame, where bodies have the names of the tracks that they go on with."""
    return tuple(
        replace(thing, match=named.answers[bodies[place]]) if place in bodies else thing
        for place, thing in enumerate(things)
    )


def _numbered(frame: FrameMetadata, numbers: Mapping[int, int | None]) -> FrameMetadata:
    """A frame in which the people of tracks without a name have numbers."""
    things = tuple(
        replace(thing, unknown=numbers[place]) if numbers.get(place) else thing
        for place, thing in enumerate(frame.things)
    )
    return replace(frame, things=things)


def _numbered_faces(frame: FrameMetadata) -> FrameMetadata:
    """The only frame there is: each face in it is somebody else, from left to right."""
    faces = [place for place, thing in enumerate(frame.things) if thing.face]
    faces.sort(key=lambda place: frame.things[place].box_xyxy)
    return _numbered(frame, {place: number for number, place in enumerate(faces, start=1)})


def _tracks(
    shot_number: int,
    named: NamedFaces,
    shot: Sequence[Findings],
    resolved: Sequence[Resolved],
    carried: Carried,
) -> Iterator[Track]:
    bodies: dict[int, list[BodySighting]] = {}
    for found, rows in zip(shot, carried, strict=True):
        for thing, track in rows.items():
            bodies.setdefault(track, []).append(BodySighting(found.index, found.time_s, thing))
    parts = zip(named.tracks, named.templates, named.answers, strict=True)
    for number, (faces, template, answer) in enumerate(parts):
        sightings = tuple(
            _sighting(shot[face.frame], face.row, resolved[face.frame].thing_of_face[face.row])
            for face in faces
        )
        others = tuple(bodies.get(number, ()))
        yield Track(shot_number, sightings, template, answer, bodies=others)


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
