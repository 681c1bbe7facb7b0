"""Faces of one person through one shot.

At a frame a second there is no motion to follow, so faces are linked by what they look like; where
the picture moved little, by where they are as well. Within a frame every face is somebody else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import box_overlaps

MIN_LIKENESS = 0.45
"""Cosine from which on a face is the one of the track, wherever it is."""
MIN_LIKENESS_IN_PLACE = 0.2
"""Cosine from which on a face that lies where the track's last one lay is the same."""
MIN_IOU_IN_PLACE = 0.4


@dataclass(frozen=True, slots=True)
class FaceRef:
    """One face: its frame's place in the sequence, and its row there."""

    frame: int
    row: int


@dataclass(frozen=True, slots=True, eq=False)
class SeenFaces:
    """The faces of one frame: where they are and what they look like."""

    boxes_xyxy: NDArray[np.float32]
    """(n, 4) in pixels."""
    vectors: NDArray[np.float32]
    """(n, d) of length 1."""


def link_faces(frames: Sequence[SeenFaces]) -> list[list[FaceRef]]:
    """Group the faces of one shot into tracks, in order of first sight.

    Greedy, frame by frame: the likest pair of track and face is linked first; each track takes at
    most one face of a frame.
    """
    tracks: list[_Track] = []
    for place, seen in enumerate(frames):
        linked: set[int] = set()
        for track, row in _best_first(_likeness(tracks, seen)):
            if tracks[track].faces[-1].frame != place and row not in linked:
                tracks[track].take(FaceRef(place, row), seen)
                linked.add(row)
        new = sorted(set(range(len(seen.vectors))) - linked)
        tracks.extend(_Track.start(FaceRef(place, row), seen) for row in new)
    return [track.faces for track in tracks]


@dataclass(slots=True)
class _Track:
    faces: list[FaceRef]
    sum: NDArray[np.float32]
    """(d,) of the unit vectors taken so far."""
    box_xyxy: NDArray[np.float32]
    """(4,) of the last face."""

    @classmethod
    def start(cls, face: FaceRef, seen: SeenFaces) -> "_Track":
        return cls([face], seen.vectors[face.row].copy(), seen.boxes_xyxy[face.row])

    def take(self, face: FaceRef, seen: SeenFaces) -> None:
        self.faces.append(face)
        self.sum += seen.vectors[face.row]
        self.box_xyxy = seen.boxes_xyxy[face.row]


def _likeness(tracks: Sequence[_Track], seen: SeenFaces) -> NDArray[np.float32]:
    """(tracks, faces) cosine where a link is allowed, -1 elsewhere."""
    if not tracks or not len(seen.vectors):
        return np.empty((len(tracks), len(seen.vectors)), np.float32)
    sums = np.stack([track.sum for track in tracks])
    means = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)
    cosines: NDArray[np.float32] = means @ seen.vectors.T
    boxes = np.stack([track.box_xyxy for track in tracks])
    in_place = box_overlaps(boxes, seen.boxes_xyxy) >= MIN_IOU_IN_PLACE
    needed = np.where(in_place, MIN_LIKENESS_IN_PLACE, MIN_LIKENESS)
    return np.where(cosines >= needed, cosines, np.float32(-1))


def _best_first(likeness: NDArray[np.float32]) -> list[tuple[int, int]]:
    tracks, rows = np.nonzero(likeness >= 0)
    order = np.argsort(-likeness[tracks, rows], kind="stable")
    return list(zip(tracks[order].tolist(), rows[order].tolist(), strict=True))
