"""What the people of a run are called today: by name, or by the number of their group."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from playbill.archive.tables import bodies, faces, people, tracks
from playbill.core.analysis import Analysis
from playbill.core.people import Person

Place = tuple[int, int]
"""A frame's index, and the place of a thing in it."""


@dataclass(frozen=True, slots=True)
class NameToday:
    """Who a face, or a body without one, is today."""

    person: Person | None
    machine_score: float
    verified: bool
    unknown: int | None = None
    """Number of somebody without a name; None as well: the run told nobody apart."""


@dataclass(frozen=True, slots=True)
class _TrackToday:
    name: NameToday
    cluster_id: str | None


def names_today(tx: Connection, run_id: str, said: Analysis) -> dict[Place, NameToday]:
    """The name or number of everybody whose face was followed.

    Tracks of one cluster are one person and have one number, and so are those that the run put
    together where no cluster says otherwise. A number is the run's own as long as it can be: the
    first of a group that comes apart keeps it. Who lost a name gets a number that is free.

    Args:
        tx: the transaction.
        run_id: of a run.
        said: what it said when it was made.
    """
    of_track = _tracks(tx, run_id)
    track_of = dict(_places(tx, run_id))
    numbers = _numbers(said, track_of, of_track)
    return {
        place: replace(of_track[track].name, unknown=numbers.get(track))
        for place, track in track_of.items()
    }


def _tracks(tx: Connection, run_id: str) -> dict[int, _TrackToday]:
    row = tracks.c
    found = (
        select(row.id, people.c.id, people.c.name, row.machine_score, row.verified, row.cluster_id)
        .outerjoin(people, people.c.id == row.person_id)
        .where(row.run_id == run_id)
        .order_by(row.id)
    )
    return {
        track: _TrackToday(
            NameToday(Person(who, name) if who and name else None, score or 0.0, verified), cluster
        )
        for track, who, name, score, verified, cluster in tx.execute(found)
    }


def _places(tx: Connection, run_id: str) -> Iterator[tuple[Place, int]]:
    """Where each track is today; a body goes with the nearest face of the track it went on with."""
    seen: dict[int, list[tuple[int, int]]] = defaultdict(list)
    row = faces.c
    found = select(row.frame_index, row.thing, row.track_id, row.machine_track_id)
    for frame, thing, track, whole in tx.execute(found.where(row.run_id == run_id)):
        seen[whole].append((frame, track))
        yield (frame, thing), track
    going_on = select(bodies.c.frame_index, bodies.c.thing, bodies.c.machine_track_id)
    for frame, thing, whole in tx.execute(going_on.where(bodies.c.run_id == run_id)):
        _, track = min(seen[whole], key=lambda face: (abs(face[0] - frame), face))
        yield (frame, thing), track


def _numbers(
    said: Analysis, track_of: Mapping[Place, int], of_track: Mapping[int, _TrackToday]
) -> dict[int, int]:
    """The number of each track without a name that the run named or numbered."""
    said_of: dict[int, int | None] = {}
    for frame in said.frames:
        for place, thing in enumerate(frame.things):
            track = track_of.get((frame.index, place))
            if track is not None and (thing.unknown is not None or thing.name is not None):
                said_of.setdefault(track, thing.unknown)
    groups: dict[tuple[str | None, int | None], list[int]] = defaultdict(list)
    for track, number in said_of.items():
        if of_track[track].name.person is None:
            cluster = of_track[track].cluster_id
            alone = track if number is None else -number
            groups[cluster, None if cluster else alone].append(track)
    return _given(groups.values(), said_of)


def _given(groups: Iterable[list[int]], said_of: Mapping[int, int | None]) -> dict[int, int]:
    """A number for each group, in the order of what the run called its first track."""
    numbers: dict[int, int] = {}
    last = max((number for number in said_of.values() if number is not None), default=0)
    taken: set[int] = set()
    for group in groups:
        own = [number for track in group if (number := said_of[track]) is not None]
        number = next((one for one in own if one not in taken), None)
        if number is None:
            last += 1
            number = last
        taken.add(number)
        numbers |= dict.fromkeys(group, number)
    return numbers
