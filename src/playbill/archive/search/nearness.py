"""Who is near whom or what, frame by frame."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from playbill.archive.among import among
from playbill.archive.search.boxes import DocumentBoxes, Frames, ThingBox, gap
from playbill.archive.search.moments import Meeting, Sight
from playbill.archive.search.subjects import Subject
from playbill.archive.tables import faces
from playbill.core.labels import PERSON

Places = dict[int, dict[int, set[int]]]
"""By track, by frame: which of the frame's things show a face of it."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What one run saw, as far as nearness needs it."""

    frames: Frames
    places: Places


def are_near(
    tx: Connection,
    met: Sequence[tuple[str, Meeting]],
    subjects: Sequence[Subject],
    documents: DocumentBoxes,
) -> list[bool]:
    """Of each meeting, with its run, whether the others are near the first subject with a face.

    Raises:
        ArchiveError: a run's document is damaged.
    """
    places = _places(tx, [meeting for _, meeting in met])
    frames = documents.of_runs(tx, {run_id for run_id, _ in met})
    return [_is_near(meeting, subjects, Scene(frames[run_id], places)) for run_id, meeting in met]


def _is_near(meeting: Meeting, subjects: Sequence[Subject], scene: Scene) -> bool:
    seen = meeting.sights()
    leader = next(number for number, subject in enumerate(subjects) if subject.is_face)
    followers = [number for number in range(len(subjects)) if number != leader]
    for index in _frames_of(seen[leader], meeting, scene.places):
        things = scene.frames.get(index, ())
        shown = [_things_of(some, index, scene.places) for some in seen]
        named = set[int]().union(*(shown[i] for i, one in enumerate(subjects) if one.is_face))
        others = [
            shown[i] if subjects[i].is_face else _alike(subjects[i], things, named)
            for i in followers
        ]
        if any(_all_near(thing, others, things) for thing in shown[leader]):
            return True
    return False


def _frames_of(sights: Sequence[Sight], meeting: Meeting, places: Places) -> set[int]:
    """The frames of a meeting that a face is seen in."""
    first, last = meeting.frames()
    tracks = {one.track_id for one in sights if one.track_id is not None}
    return {index for track in tracks for index in places.get(track, ()) if first <= index <= last}


def _all_near(thing: int, others: Sequence[set[int]], things: Sequence[ThingBox]) -> bool:
    """Whether of each group something else is at most the person's height away."""
    if thing >= len(things):
        return False
    person = things[thing].box_xyxy
    reach = person[3] - person[1]
    return all(
        any(
            gap(person, things[i].box_xyxy) <= reach for i in some if i != thing and i < len(things)
        )
        for some in others
    )


def _alike(subject: Subject, things: Sequence[ThingBox], named: set[int]) -> set[int]:
    """The things of a class; of anybody, those that are nobody asked for by name."""
    if subject.kind == "object":
        return {i for i, thing in enumerate(things) if thing.class_id == subject.class_id}
    return {i for i, thing in enumerate(things) if thing.class_id == PERSON} - named


def _things_of(sights: Sequence[Sight], index: int, places: Places) -> set[int]:
    """The things of a frame that show faces of these appearances."""
    return {
        thing
        for one in sights
        if one.track_id is not None and one.first_frame <= index <= one.last_frame
        for thing in places.get(one.track_id, {}).get(index, ())
    }


def _places(tx: Connection, meetings: Sequence[Meeting]) -> Places:
    track_ids = {
        one.track_id
        for meeting in meetings
        for some in meeting.sights()
        for one in some
        if one.track_id is not None
    }
    places: Places = defaultdict(lambda: defaultdict(set))
    seen = select(faces.c.track_id, faces.c.frame_index, faces.c.thing)
    for track, index, thing in tx.execute(seen.where(among(faces.c.track_id, track_ids))):
        places[track][index].add(thing)
    return places
