"""Group the faces that nobody has named, across all media: new ones join, or begin, a cluster."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations, product
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from playbill.archive.among import among
from playbill.archive.archive import Archive
from playbill.archive.audit import in_turn
from playbill.archive.decisions.projection import project_tracks
from playbill.archive.packing import unpack_vectors
from playbill.archive.tables import clusters, faces, tracks
from playbill.core.cohort import unit
from playbill.recognition.clustering import whisper
from playbill.recognition.neighbours import nearest
from playbill.recognition.network_scores import NetworkScores

NEIGHBOURS = 20
WRONG_EDGES = 1e-4
"""So few pairs of strangers may look alike enough to be neighbours."""
LEAST_WITHOUT_CARD = 0.7
BLOCK = 4096

Block = tuple[NDArray[np.int64], NDArray[np.float32]]


def group_new(archive: Archive, space: str, scores: NetworkScores) -> int:
    """Give every track without a person and without a cluster a cluster; says how many got one.

    A track joins a cluster that nobody has named yet, or begins one. A named cluster takes no new
    tracks: what its person looks like is the gallery's to say, which knows strangers. Tracks that
    meet in a frame are two people, and so are faces that somebody took out of a track and the rest.

    Args:
        archive: open.
        space: of the embeddings.
        scores: what scores mean in this space.
    """
    places = archive.database.read(lambda tx: _places(tx, space, scores))
    return archive.database.write(lambda tx: _keep(tx, space, places))


@dataclass(frozen=True, slots=True)
class _New:
    """A track that has no cluster yet."""

    id: int
    run_id: str
    unknown: int | None
    """Which of the run's people without a name."""
    embedding: bytes


def _places(tx: Connection, space: str, scores: NetworkScores) -> dict[int, str | int]:
    """Track -> a cluster that is there, or a number that it shares with its own kind.

    Tracks that a run found to be one person without a name are one point, their mean.
    """
    new, placed = _new_tracks(tx, space), _placed_tracks(tx, space)
    if not new:
        return {}
    persons = _persons(new)
    vectors = np.stack([_mean(some) for some in persons])
    names = sorted(set(placed.values()))
    label_of = {name: label for label, name in enumerate(names)}
    row_of = {track.id: row for row, some in enumerate(persons) for track in some}
    row_of |= {number: len(persons) + i for i, number in enumerate(placed)}
    strangers = scores.strangers
    least = LEAST_WITHOUT_CARD if strangers is None else strangers.exceeded_by(WRONG_EDGES)
    blocks = _blocks(tx, space, vectors, row_of)
    edges = nearest(vectors, blocks, scores.cohort, k=NEIGHBOURS, least=least)
    labels = whisper(
        edges,
        len(persons),
        given={row_of[number]: label_of[cluster] for number, cluster in placed.items()},
        apart=[*_met(tx, {track.run_id for track in new}, row_of), *_split(tx, row_of)],
    )
    return {
        track.id: names[labels[row]] if labels[row] >= 0 else labels[row]
        for row, some in enumerate(persons)
        for track in some
    }


def _persons(new: Sequence[_New]) -> list[list[_New]]:
    """The tracks of each person; those that no run said anything of are each on their own."""
    persons: dict[tuple[str, bool, int], list[_New]] = {}
    for track in new:
        alone = track.unknown is None
        key = (track.run_id, alone, track.id if track.unknown is None else track.unknown)
        persons.setdefault(key, []).append(track)
    return list(persons.values())


def _mean(some: Sequence[_New]) -> NDArray[np.float32]:
    """(d,) of length 1."""
    vectors = unpack_vectors([track.embedding for track in some])
    return np.asarray(unit(vectors.sum(axis=0, keepdims=True))[0], np.float32)


def _new_tracks(tx: Connection, space: str) -> list[_New]:
    kept = tracks.c
    rows = tx.execute(
        select(kept.id, kept.run_id, kept.unknown, kept.embedding)
        .where(kept.space == space, kept.embedding.is_not(None))
        .where(kept.machine_cluster_id.is_(None), kept.cluster_id.is_(None))
        .where(kept.person_id.is_(None))
        .order_by(kept.id)
    )
    return [_New(*row) for row in rows]


def _placed_tracks(tx: Connection, space: str) -> dict[int, str]:
    """Track -> cluster, of the clusters that new tracks may join."""
    rows = tx.execute(
        select(tracks.c.id, tracks.c.cluster_id)
        .join(clusters, clusters.c.id == tracks.c.cluster_id)
        .where(tracks.c.space == space, tracks.c.embedding.is_not(None))
        .where(tracks.c.person_id.is_(None), clusters.c.person_id.is_(None), ~clusters.c.hidden)
        .order_by(tracks.c.id)
    )
    return {row.id: row.cluster_id for row in rows}


def _blocks(
    tx: Connection, space: str, vectors: NDArray[np.float32], row_of: Mapping[int, int]
) -> Iterator[Block]:
    """New tracks, then those in clusters, by their rows in the graph."""
    for start in range(0, len(vectors), BLOCK):
        part = vectors[start : start + BLOCK]
        yield np.arange(start, start + len(part), dtype=np.int64), part
    rows = select(tracks.c.id, tracks.c.embedding).where(tracks.c.space == space)
    wanted = rows.where(tracks.c.cluster_id.is_not(None), tracks.c.embedding.is_not(None))
    for some in tx.execute(wanted).partitions(BLOCK):
        there = [row for row in some if row.id in row_of]
        if there:
            places = np.array([row_of[row.id] for row in there], np.int64)
            yield places, unpack_vectors([row.embedding for row in there])


def _met(tx: Connection, runs: set[str], row_of: Mapping[int, int]) -> list[tuple[int, int]]:
    """Pairs of rows that meet in a frame."""
    pairs: set[tuple[int, int]] = set()
    seen = select(faces.c.frame_index, faces.c.track_id)
    for run in sorted(runs):
        frames: dict[int, set[int]] = defaultdict(set)
        for frame, track in tx.execute(seen.where(faces.c.run_id == run)):
            if track in row_of:
                frames[frame].add(row_of[track])
        pairs.update(pair for rows in frames.values() for pair in combinations(sorted(rows), 2))
    return sorted(pairs)


def _split(tx: Connection, row_of: Mapping[int, int]) -> list[tuple[int, int]]:
    """Pairs of rows that somebody took apart, in other runs too."""
    row = tracks.c
    split = select(row.id, row.split_from).where(row.split_from.is_not(None))
    whole_of: dict[int, int] = dict(tx.execute(split).all())
    root = func.coalesce(row.same_as, row.id)
    named = among(row.id, {*whole_of, *whole_of.values()})
    root_of: dict[int, int] = dict(tx.execute(select(row.id, root).where(named)).all())
    roots = set(root_of.values())
    family = select(row.id, root).where(or_(among(row.id, roots), among(row.same_as, roots)))
    rows: dict[int, list[int]] = defaultdict(list)
    for track, first in tx.execute(family):
        if track in row_of:
            rows[first].append(row_of[track])
    pairs: set[tuple[int, int]] = set()
    for part in whole_of:
        whole = whole_of.get(part)
        while whole is not None:
            both = product(rows[root_of[part]], rows[root_of[whole]])
            pairs.update((one, other) for one, other in both if one != other)
            whole = whole_of.get(whole)
    return sorted(pairs)


def _keep(tx: Connection, space: str, places: Mapping[int, str | int]) -> int:
    """Write down where tracks go that have no cluster still, into clusters that nobody has named.

    What is passed over, since somebody decided in the meantime, is new the next time.
    """
    in_turn(tx)
    still = {track.id for track in _new_tracks(tx, space)}
    unnamed = set(_placed_tracks(tx, space).values())
    made = {place: str(uuid4()) for place in places.values() if isinstance(place, int)}
    settled = {
        track: made[place] if isinstance(place, int) else place
        for track, place in places.items()
        if track in still and (isinstance(place, int) or place in unnamed)
    }
    if not settled:
        return 0
    now, fresh = datetime.now(UTC), sorted(set(settled.values()) & set(made.values()))
    if fresh:
        rows = [{"id": key, "space": space, "created_at": now} for key in fresh]
        tx.execute(insert(clusters), rows)
    placing = update(tracks).where(tracks.c.id == bindparam("track"))
    tx.execute(
        placing.values(machine_cluster_id=bindparam("cluster")),
        [{"track": track, "cluster": cluster} for track, cluster in settled.items()],
    )
    project_tracks(tx, list(settled))
    return len(settled)
