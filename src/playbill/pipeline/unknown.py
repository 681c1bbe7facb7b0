"""Who of the people without a name is who, through a whole medium."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from playbill.core.cohort import Vectors
from playbill.core.sightings import Track
from playbill.pipeline.likeness import Alike
from playbill.recognition.linkage import average_linkage

BLOCK = 1024
"""So many tracks are compared with all others at once."""


def number_unknown(tracks: Sequence[Track], alike: Alike) -> list[int | None]:
    """Give the tracks of each person without a name a number: 1 is who is seen first.

    Tracks are one person who look alike on average (average linkage); tracks that meet in a frame
    are two. Those with a name get None.
    """
    nameless = [i for i, track in enumerate(tracks) if not (track.match and track.match.person)]
    nameless.sort(key=lambda i: _first_sight(tracks[i]))
    numbers: list[int | None] = [None] * len(tracks)
    if nameless:
        groups = _groups([tracks[i] for i in nameless], alike)
        order = {group: number for number, group in enumerate(dict.fromkeys(groups), start=1)}
        for i, group in zip(nameless, groups, strict=True):
            numbers[i] = order[group]
    return numbers


def _first_sight(track: Track) -> tuple[int, float]:
    """When a track begins; of one frame, the leftmost first."""
    return track.faces[0].frame_index, track.faces[0].box_xyxy[0]


def _groups(tracks: Sequence[Track], alike: Alike) -> list[tuple[int, int]]:
    """A label for each track, the same for those of one person.

    Groups on average as alike as is asked for hold together by pairs that are, so only what such
    pairs connect needs to be held against each other.
    """
    vectors = np.stack([track.embedding for track in tracks])
    labels: list[tuple[int, int]] = [(i, 0) for i in range(len(tracks))]
    for number, rows in enumerate(_connected(vectors, alike)):
        some = [tracks[row] for row in rows]
        scores = alike.score(vectors[rows], vectors[rows])
        groups = average_linkage(scores, least=alike.same, apart=_apart(some))
        for row, group in zip(rows, groups.tolist(), strict=True):
            labels[row] = (number, group)
    return labels


def _apart(tracks: Sequence[Track]) -> list[tuple[int, int]]:
    """Pairs of tracks that meet in a frame."""
    frames = [{face.frame_index for face in track.faces} for track in tracks]
    return [
        (i, j)
        for i, j in combinations(range(len(tracks)), 2)
        if tracks[i].shot == tracks[j].shot and not frames[i].isdisjoint(frames[j])
    ]


def _connected(vectors: Vectors, alike: Alike) -> list[NDArray[np.int64]]:
    """Rows in components, linked by pairs that are as alike as one person."""
    parent = np.arange(len(vectors))
    for start in range(0, len(vectors), BLOCK):
        scores = alike.score(vectors[start : start + BLOCK], vectors)
        for row, other in zip(*np.nonzero(scores >= alike.same), strict=True):
            one, two = _root(parent, start + int(row)), _root(parent, int(other))
            parent[max(one, two)] = min(one, two)
    roots = np.array([_root(parent, row) for row in range(len(vectors))])
    return [np.flatnonzero(roots == root) for root in np.unique(roots)]


def _root(parent: NDArray[np.int64], row: int) -> int:
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = int(parent[row])
    return row
