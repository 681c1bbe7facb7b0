"""What people said before holds for a run that comes in now.

Faces that somebody took out of a track stay out of it where another run puts them together again,
and whoever is forgotten is not named, though an old gallery still knows them.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from playbill.archive.chunks import chunks
from playbill.archive.packing import micros
from playbill.archive.same_faces import PlacedFace, companions
from playbill.archive.tables import faces, people, runs
from playbill.core.joining import find_appearances
from playbill.core.metadata import FrameMetadata
from playbill.core.people import Match
from playbill.core.sightings import BodySighting, FaceSighting, Sightings, Stretch, Track
from playbill.core.timespan import TimeSpan

Crops = Sequence[Sequence[str]]


def without_forgotten(tx: Connection, sightings: Sightings) -> Sightings:
    """The same, where nobody forgotten has a name."""
    named = {
        match.person.id
        for match in (track.match for track in sightings.tracks)
        if match and match.person
    }
    gone = _forgotten(tx, named)
    if not gone:
        return sightings
    analysis = sightings.analysis
    frames = tuple(_unnamed(frame, gone) for frame in analysis.frames)
    appearances = analysis.appearances
    if analysis.media.duration_s is not None:
        bridge = int(analysis.run.settings.get("bridge", 0))
        end_s = analysis.media.duration_s
        appearances = find_appearances(frames, sightings.cuts_s, end_s, bridge=bridge)
    return replace(
        sightings,
        analysis=replace(analysis, frames=frames, appearances=appearances),
        tracks=tuple(
            replace(track, match=_without(track.match, gone)) for track in sightings.tracks
        ),
    )


def kept_apart(
    tx: Connection, sightings: Sightings, crops: Crops, max_gap_us: int
) -> tuple[Sightings, Crops]:
    """The same with tracks cut where they hold faces that people took apart in earlier runs.

    The largest part stays where the track was, with its match; the others come last, without one:
    what the gallery said was said of all of them together.
    """
    for split in _split_faces(tx, sightings.analysis.media.id):
        sightings, crops = _cut_as(split, sightings, crops, max_gap_us)
    return sightings, crops


def _cut_as(
    split: Sequence["_SplitFace"], sightings: Sightings, crops: Crops, max_gap_us: int
) -> tuple[Sightings, Crops]:
    """The same with tracks cut where they hold faces that lie in two parts of one split track."""
    new = [
        PlacedFace(number, micros(face.time_s), face.box_xyxy)
        for number, track in enumerate(sightings.tracks)
        for face in track.faces
    ]
    old = [face.placed for face in split]
    cuts_us = [micros(cut_s) for cut_s in sightings.cuts_s]
    pairs = companions(new, old, cuts_us=cuts_us, max_gap_us=max_gap_us)
    cutting = _Cutting(list(sightings.tracks), list(crops), list(sightings.stretches))
    first = 0
    for number, track in enumerate(sightings.tracks):
        its = [pairs.get(place) for place in range(first, first + len(track.faces))]
        first += len(track.faces)
        parts = _parts([None if i is None else (split[i].whole, old[i].track) for i in its])
        if len(set(parts)) > 1:
            cutting.cut(number, parts)
    apart = replace(
        sightings,
        tracks=tuple(cutting.tracks),
        stretches=tuple(sorted(cutting.stretches, key=lambda stretch: stretch.span)),
    )
    return apart, cutting.crops


@dataclass(frozen=True, slots=True)
class _SplitFace:
    """A face of a track that people have split."""

    placed: PlacedFace
    """In the part where it is today."""
    whole: int
    """The track that it was in before."""


@dataclass(slots=True)
class _Cutting:
    tracks: list[Track]
    crops: list[Sequence[str]]
    stretches: list[Stretch]

    def cut(self, number: int, parts: Sequence[int]) -> None:
        """Cut one track; `parts` gives the part of each of its faces."""
        whole, keys = self.tracks[number], self.crops[number]
        biggest, *others = [part for part, _ in Counter(parts).most_common()]
        place_of = {biggest: number} | {part: len(self.tracks) + i for i, part in enumerate(others)}
        for part, place in place_of.items():
            its = [i for i, one in enumerate(parts) if one == part]
            seen = tuple(whole.faces[i] for i in its)
            track = Track(
                whole.shot,
                seen,
                _mean(seen),
                whole.match if part == biggest else None,
                whole.unknown if part == biggest else None,
                tuple(body for body in whole.bodies if parts[_nearest(body, whole)] == part),
            )
            crops = [keys[i] for i in its]
            if place == number:
                self.tracks[number], self.crops[number] = track, crops
            else:
                self.tracks.append(track)
                self.crops.append(crops)
        places = [place_of[part] for part in parts]
        self.stretches = [
            piece
            for stretch in self.stretches
            for piece in (
                _pieces(stretch, whole.faces, places) if stretch.track == number else [stretch]
            )
        ]


def _nearest(body: BodySighting, track: Track) -> int:
    """The place of the face in a track that was seen nearest to a body."""
    distances = [abs(face.frame_index - body.frame_index) for face in track.faces]
    return distances.index(min(distances))


def _pieces(
    stretch: Stretch, seen: Sequence[FaceSighting], places: Sequence[int]
) -> Iterator[Stretch]:
    """A stretch for each part in turn, until the next face of the whole track."""
    inside = [
        (place, face)
        for place, face in zip(places, seen, strict=True)
        if stretch.first_frame <= face.frame_index <= stretch.last_frame
    ]
    turns = [(place, [face for _, face in some]) for place, some in groupby(inside, lambda p: p[0])]
    starts = [stretch.span.start_s, *(some[0].time_s for _, some in turns[1:])]
    ends = [*starts[1:], stretch.span.end_s]
    for (place, some), start_s, end_s in zip(turns, starts, ends, strict=True):
        yield replace(
            stretch,
            span=TimeSpan(start_s, end_s),
            first_frame=some[0].frame_index,
            last_frame=some[-1].frame_index,
            frames=len(some),
            track=place,
        )


def _parts(companions_: Sequence[tuple[int, int] | None]) -> list[int]:
    """The part of each face: the old track it goes with, where people cut that one's machine track.

    A face that goes with none is of the part of the one before it, or after.
    """
    met = [pair for pair in companions_ if pair is not None]
    if not met:
        return [0] * len(companions_)
    family = Counter(machine for machine, _ in met).most_common(1)[0][0]
    parts: list[int] = []
    last = next(track for machine, track in met if machine == family)
    for pair in companions_:
        if pair is not None and pair[0] == family:
            last = pair[1]
        parts.append(last)
    return parts


def _split_faces(tx: Connection, media_id: str) -> list[list[_SplitFace]]:
    """The faces of tracks that people have split, of each run that has any, the newest first."""
    row = faces.c
    split = select(row.machine_track_id).where(
        row.media_id == media_id, row.track_id != row.machine_track_id
    )
    found = (
        select(
            row.run_id,
            row.machine_track_id,
            row.track_id,
            row.time_us,
            row.left,
            row.top,
            row.right,
            row.bottom,
        )
        .join(runs, runs.c.id == row.run_id)
        .where(row.machine_track_id.in_(split))
        .order_by(runs.c.added_at.desc(), row.run_id, row.id)
    )
    by_run: dict[str, list[_SplitFace]] = {}
    for run, whole, track, time_us, *box in tx.execute(found):
        face = _SplitFace(PlacedFace(track, time_us, tuple(box)), whole)
        by_run.setdefault(run, []).append(face)
    return list(by_run.values())


def _mean(seen: Sequence[FaceSighting]) -> NDArray[np.float32]:
    """(d,) of length 1, weighted by the length of the face's side and the detector's score."""
    weights = []
    for face in seen:
        left, top, right, bottom = face.box_xyxy
        weights.append(max(((right - left) * (bottom - top)) ** 0.5 * face.score, 1e-6))
    mean = np.average(np.stack([face.embedding for face in seen]), axis=0, weights=weights)
    unit: NDArray[np.float32] = (mean / max(np.linalg.norm(mean), 1e-6)).astype(np.float32)
    return unit


def _forgotten(tx: Connection, person_ids: Collection[str]) -> set[str]:
    gone: set[str] = set()
    for some in chunks(person_ids):
        known = people.c.id.in_(some) & people.c.forgotten_at.is_not(None)
        gone.update(tx.execute(select(people.c.id).where(known)).scalars())
    return gone


def _unnamed(frame: FrameMetadata, gone: Collection[str]) -> FrameMetadata:
    things = tuple(replace(thing, match=_without(thing.match, gone)) for thing in frame.things)
    return replace(frame, things=things)


def _without(match: Match | None, gone: Collection[str]) -> Match | None:
    return None if match and match.person and match.person.id in gone else match
