"""Ask the gallery of today about every track that was ever seen: late binding to people."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, bindparam, select, update

from playbill.archive.archive import Archive
from playbill.archive.decisions.projection import project_tracks
from playbill.archive.packing import unpack_vectors
from playbill.archive.tables import faces, runs, tracks
from playbill.core.embeddings import Embeddings
from playbill.core.ports import Recogniser
from playbill.pipeline.naming import assign


@dataclass(frozen=True, slots=True)
class _Seen:
    """One track of a run, as far as matching needs it."""

    id: int
    shot: int
    faces: int
    embedding: bytes
    before: tuple[str | None, float | None]
    """Person and score by the gallery before."""


def match_again(
    archive: Archive, recogniser: Recogniser, hook: Callable[[int], None] = lambda _: None
) -> int:
    """Match all tracks of the recogniser's space anew; says how many are somebody else now.

    Each run is a unit of work, so that readers never wait long; what people decided stays as it
    is. `hook` is told how many runs are done.
    """
    found = archive.database.read(lambda tx: runs_of(tx, recogniser.space))
    return match_runs(archive, recogniser, found, hook)


def match_runs(
    archive: Archive, recogniser: Recogniser, run_ids: Sequence[str], hook: Callable[[int], None]
) -> int:
    """The same for these runs alone."""
    return _each(archive, run_ids, lambda run, tx: match_run(tx, run, recogniser), hook)


def match_nobody(archive: Archive, run_ids: Sequence[str], hook: Callable[[int], None]) -> int:
    """The same where nobody is known by face any longer: what galleries said before goes."""
    return _each(archive, run_ids, _unmatch_run, hook)


def runs_of(tx: Connection, space: str) -> Sequence[str]:
    """Runs with embeddings of one network, the first first."""
    found = select(runs.c.id).where(runs.c.space == space)
    return tx.execute(found.order_by(runs.c.added_at, runs.c.id)).scalars().all()


def match_run(tx: Connection, run_id: str, recogniser: Recogniser) -> int:
    """Match the tracks of one run anew; says how many are somebody else now."""
    seen, frames = _tracks(tx, run_id), _frames(tx, run_id)
    changes, renamed = [], 0
    for shot in _by_shot(seen):
        points = Embeddings(unpack_vectors([track.embedding for track in shot]), recogniser.space)
        votes = recogniser.score(points)
        answers = assign([frames[track.id] for track in shot], votes)
        for track, row, column in zip(shot, votes, answers, strict=True):
            person = None if column is None else recogniser.people[column].id
            score = float(row.max(initial=0) if column is None else row[column])
            if person != track.before[0] or abs(score - (track.before[1] or 0)) > 1e-4:
                changes.append({"track": track.id, "person": person, "score": score})
                renamed += person != track.before[0]
    if changes:
        tx.execute(
            update(tracks)
            .where(tracks.c.id == bindparam("track"))
            .values(machine_person_id=bindparam("person"), machine_score=bindparam("score")),
            changes,
        )
        project_tracks(tx, [int(str(change["track"])) for change in changes])
    return renamed


def _each(
    archive: Archive,
    run_ids: Sequence[str],
    work: Callable[[str, Connection], int],
    hook: Callable[[int], None],
) -> int:
    changed = 0
    for done, run in enumerate(run_ids, start=1):
        changed += archive.database.write(partial(work, run))
        hook(done)
    return changed


def _unmatch_run(run_id: str, tx: Connection) -> int:
    row = tracks.c
    matched = select(row.id).where(row.run_id == run_id, row.machine_person_id.is_not(None))
    found = tx.execute(matched).scalars().all()
    if found:
        nobody = update(tracks).where(row.run_id == run_id, row.machine_person_id.is_not(None))
        tx.execute(nobody.values(machine_person_id=None, machine_score=None))
        project_tracks(tx, found)
    return len(found)


def _tracks(tx: Connection, run_id: str) -> list[_Seen]:
    kept = tracks.c
    rows = tx.execute(
        select(
            kept.id,
            kept.shot,
            kept.faces,
            kept.embedding,
            kept.machine_person_id,
            kept.machine_score,
        )
        .where(kept.run_id == run_id, kept.embedding.is_not(None))
        .order_by(kept.shot, kept.id)
    )
    return [_Seen(*row[:4], before=(row[4], row[5])) for row in rows]


def _frames(tx: Connection, run_id: str) -> dict[int, set[int]]:
    """Track -> indices of the frames it is seen in."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = select(faces.c.track_id, faces.c.frame_index).where(faces.c.run_id == run_id)
    for track, frame in tx.execute(rows):
        found[track].add(frame)
    return found


def _by_shot(seen: Sequence[_Seen]) -> list[list[_Seen]]:
    shots: dict[int, list[_Seen]] = defaultdict(list)
    for track in seen:
        shots[track.shot].append(track)
    return list(shots.values())
