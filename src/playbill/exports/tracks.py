"""Boxes of analysed frames linked to tracks: the same person, or the same class overlapping."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from playbill.core.boxes import box_overlaps
from playbill.core.metadata import FrameMetadata, Thing

MIN_OVERLAP = 0.3
"""IoU from which on two boxes of a class in neighbouring analysed frames are one object."""


@dataclass(slots=True)
class BoxTrack:
    """One person or object through neighbouring analysed frames."""

    things: list[Thing] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)
    end: int | None = None
    """The next analysed frame, which shows it no more; None: the last one still shows it."""


def link(frames: Sequence[FrameMetadata]) -> list[BoxTrack]:
    """Tracks in the order of their first boxes; each box is in one of them."""
    tracks: list[BoxTrack] = []
    running: list[BoxTrack] = []
    for frame in frames:
        places = _places(running, frame.things)
        going_on: list[BoxTrack] = []
        for number, thing in enumerate(frame.things):
            track = running[places[number]] if number in places else BoxTrack()
            if not track.things:
                tracks.append(track)
            track.things.append(thing)
            track.frames.append(frame.index)
            going_on.append(track)
        for track in running:
            if track.frames[-1] != frame.index:
                track.end = frame.index
        running = going_on
    return tracks


def _places(running: Sequence[BoxTrack], things: Sequence[Thing]) -> dict[int, int]:
    """For a thing the track that it continues: people by who they are, the rest by overlap."""
    last = [track.things[-1] for track in running]
    places: dict[int, int] = {}
    if not last or not things:
        return places
    overlaps = box_overlaps(_boxes(last), _boxes(things))
    pairs = [
        (not _is_somebody(thing), -float(overlaps[old, new]), old, new)
        for old, before in enumerate(last)
        for new, thing in enumerate(things)
        if _may_be(before, thing, float(overlaps[old, new]))
    ]
    for _, _, old, new in sorted(pairs):
        if new not in places and old not in places.values():
            places[new] = old
    return places


def _may_be(before: Thing, after: Thing, overlap: float) -> bool:
    return before.subject == after.subject and (_is_somebody(after) or overlap >= MIN_OVERLAP)


def _is_somebody(thing: Thing) -> bool:
    return thing.name is not None or thing.unknown is not None


def _boxes(things: Sequence[Thing]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.array([thing.box_xyxy for thing in things], np.float32).reshape(-1, 4)
