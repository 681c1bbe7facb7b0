"""Which track of an earlier run shows the same faces: what a person said of it holds here too.

Two runs of one medium see the same pictures, so faces are compared by where and when they are;
embeddings of two networks cannot be.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from playbill.core.boxes import box_overlaps
from playbill.core.metadata import Box

MIN_IOU = 0.4


@dataclass(frozen=True, slots=True)
class PlacedFace:
    """One face of one track: when and where."""

    track: int
    time_us: int
    box_xyxy: Box


def companions(
    new: Sequence[PlacedFace],
    old: Sequence[PlacedFace],
    *,
    cuts_us: Sequence[int],
    max_gap_us: int,
) -> dict[int, int]:
    """Which face of the old run (by place in the list) each face of the new one goes with.

    Each is compared with those of the nearest frame of the old run, where one lies within
    `max_gap_us` and no cut lies between; in one pair of frames a face goes with one face, the
    best overlap first.
    """
    found: dict[int, int] = {}
    new_frames, old_frames = _by_time(new), _by_time(old)
    old_times = sorted(old_frames)
    for time_us, mine in sorted(new_frames.items()):
        nearest = _nearest(old_times, time_us)
        if nearest is None or abs(nearest - time_us) > max_gap_us:
            continue
        if bisect_right(cuts_us, nearest) == bisect_right(cuts_us, time_us):
            theirs = old_frames[nearest]
            pairs = _pairs([new[i].box_xyxy for i in mine], [old[i].box_xyxy for i in theirs])
            found |= {mine[row]: theirs[column] for row, column in pairs.items()}
    return found


def same_tracks(
    new: Sequence[PlacedFace],
    old: Sequence[PlacedFace],
    *,
    cuts_us: Sequence[int],
    max_gap_us: int,
) -> dict[int, int]:
    """The track of the old run that each track of the new one shows the same faces as.

    A track is the same as the one that most of its faces go with (see `companions`), if those are
    more than half of its faces that go with any. Of new tracks that meet in a frame, one old track
    goes to the one with more such faces: they are two people.
    """
    votes: dict[int, Counter[int]] = defaultdict(Counter)
    times: dict[int, set[int]] = defaultdict(set)
    for mine, its in companions(new, old, cuts_us=cuts_us, max_gap_us=max_gap_us).items():
        votes[new[mine].track][old[its].track] += 1
    for face in new:
        times[face.track].add(face.time_us)
    links: dict[int, int] = {}
    taken: dict[int, set[int]] = defaultdict(set)
    for track, found, _ in sorted(_winners(votes), key=lambda won: (-won[2], won[0])):
        if taken[found].isdisjoint(times[track]):
            links[track] = found
            taken[found] |= times[track]
    return links


def _by_time(faces: Sequence[PlacedFace]) -> dict[int, list[int]]:
    """Places in the list, by frame."""
    frames: dict[int, list[int]] = defaultdict(list)
    for place, face in enumerate(faces):
        frames[face.time_us].append(place)
    return frames


def _nearest(times: Sequence[int], time: int) -> int | None:
    place = bisect_left(times, time)
    return min(times[max(place - 1, 0) : place + 1], key=lambda t: abs(t - time), default=None)


def _pairs(new_xyxy: Sequence[Box], old_xyxy: Sequence[Box]) -> dict[int, int]:
    """Rows of boxes that go together, one with one, best overlap first."""
    overlaps = box_overlaps(np.array(new_xyxy, np.float32), np.array(old_xyxy, np.float32))
    rows, columns = np.nonzero(overlaps >= MIN_IOU)
    pairs: dict[int, int] = {}
    for at in np.argsort(-overlaps[rows, columns], kind="stable"):
        row, column = int(rows[at]), int(columns[at])
        if row not in pairs and column not in pairs.values():
            pairs[row] = column
    return pairs


def _winners(votes: Mapping[int, Counter[int]]) -> list[tuple[int, int, int]]:
    """New track, old track and how many faces speak for it, where these are a majority."""
    won = []
    for track, counted in votes.items():
        found, n = counted.most_common(1)[0]
        if 2 * n > counted.total():
            won.append((track, found, n))
    return won
