"""Two faces in one frame are two people.

Where the machine gives both one name, the weaker match loses; where people do, they are asked
whether they mean it, as in mirrors and split screens.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from playbill.archive.among import among
from playbill.archive.tables import faces, tracks
from playbill.errors import Conflict


@dataclass(frozen=True, slots=True)
class Claim:
    """A track that is to be told to be somebody."""

    track_id: int
    score: float
    """Of the machine's match."""
    verified: bool
    """Whether a person said so; these never lose."""


def losers(claims: Iterable[Claim], frames: Mapping[int, Collection[int]]) -> set[int]:
    """Of the tracks that are all told to be one person in one run, those that cannot be.

    Args:
        claims: of one person in one run.
        frames: by track, the frames that it has a face in.
    """
    taken: set[int] = set()
    lost: set[int] = set()
    for claim in sorted(claims, key=lambda one: (not one.verified, -one.score, one.track_id)):
        shown = frames.get(claim.track_id, ())
        if not claim.verified and not taken.isdisjoint(shown):
            lost.add(claim.track_id)
        else:
            taken.update(shown)
    return lost


def frames_of(tx: Connection, track_ids: Collection[int]) -> dict[int, set[int]]:
    """By track, the frames that it has a face in."""
    found: dict[int, set[int]] = defaultdict(set)
    shown = select(faces.c.track_id, faces.c.frame_index)
    for track, frame in tx.execute(shown.where(among(faces.c.track_id, track_ids))):
        found[track].add(frame)
    return found


@contextmanager
def keeping_apart(
    tx: Connection, person_ids: Collection[str], *, even_if_together: bool
) -> Iterator[None]:
    """Decide something inside about these people, as long as none is then twice in a frame.

    Frames in which somebody was told to be twice before do not count.

    Raises:
        Conflict: somebody is; nothing is decided. Not raised where `even_if_together`.
    """
    if even_if_together or not person_ids:
        yield
        return
    before = {(run, frame) for run, frame, _ in meetings(tx, person_ids)}
    with tx.begin_nested():
        yield
        for (run, frame, person), (first, second) in sorted(meetings(tx, person_ids).items()):
            if (run, frame) not in before:
                raise Conflict(
                    f"person {person}: would be both track {first} and track {second} in frame "
                    f"{frame} of run {run}, expected two people, or a word that it is a mirror "
                    "or a split screen"
                )


def meant(*, even_if_together: bool) -> dict[str, object]:
    """What the log keeps of it, as the decision's details."""
    return {"even_if_together": True} if even_if_together else {}


Meeting = tuple[str, int, str]
"""Run, frame, person."""


def meetings(tx: Connection, person_ids: Collection[str]) -> dict[Meeting, tuple[int, int]]:
    """Frames in which people say of two tracks that they are one of these people; two of them."""
    first, last = func.min(tracks.c.id), func.max(tracks.c.id)
    twice = (
        select(tracks.c.run_id, faces.c.frame_index, tracks.c.person_id, first, last)
        .join(faces, faces.c.track_id == tracks.c.id)
        .where(among(tracks.c.person_id, person_ids), tracks.c.verified)
        .group_by(tracks.c.run_id, faces.c.frame_index, tracks.c.person_id)
        .having(first < last)
    )
    return {
        (run, frame, person): (one, other) for run, frame, person, one, other in tx.execute(twice)
    }
