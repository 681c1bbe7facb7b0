"""Faces of one person through one shot.

At a frame a second people move and turn between two looks, so that neither place nor looks alone
tell who is who. First, faces of neighbouring frames are linked as well as all of them together can
be. Then the pieces are put together: the likest first, wherever they are, if they surely look
alike; and those that look alike to some degree, if whoever is seen last in one piece stands, or is
alone, where the other begins. Two faces of one frame are never one person.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from playbill.core.assignment import best_pairs
from playbill.core.boxes import Boxes, box_overlaps
from playbill.core.cohort import Vectors, unit
from playbill.pipeline.likeness import Alike

REACH = 2
"""Over more analysed frames than that, place says nothing."""
MIN_OVERLAP = 0.4
"""IoU from which on a face, or its body, has stayed in place from one frame to the next."""
MIN_OVERLAP_ALONE = 0.25
"""The same where nobody else can be meant."""
RIVAL = 0.5
"""Of the overlap of a face with the one before: whoever has this share of it can be meant too."""
MAX_GROWTH = 2.0
"""Whom place tells has a face at most so many times as wide as before, or as narrow."""
FOR_PLACE = 0.2
"""What staying exactly in place adds to a likeness, to choose between several."""
TOGETHER = 2000
"""So many pieces of a shot are compared with each other at once: 16 MB of scores."""


@dataclass(frozen=True, slots=True, order=True)
class FaceRef:
    """One face: its frame's place in the sequence, and its row there."""

    frame: int
    row: int


@dataclass(frozen=True, slots=True, eq=False)
class SeenPeople:
    """The people of one frame: where they are and what their faces look like."""

    boxes_xyxy: Boxes
    """(n, 4) of the faces, in pixels."""
    vectors: Vectors
    """(n, d) of length 1: what the faces look like."""
    bodies_xyxy: Boxes
    """(n, 4) of each face's body; the face itself where no body was found."""
    others_xyxy: Boxes
    """(m, 4) of bodies whose faces are not seen."""

    def __len__(self) -> int:
        """How many people there are, with and without a face."""
        return len(self.boxes_xyxy) + len(self.others_xyxy)


def link_faces(frames: Sequence[SeenPeople], alike: Alike) -> list[list[FaceRef]]:
    """Group the faces of one shot into tracks, in order of first sight."""
    pieces = _follow(frames, alike)
    starts = range(0, len(pieces), TOGETHER)
    merged = [one for at in starts for one in _merge(pieces[at : at + TOGETHER], frames, alike)]
    if len(pieces) > TOGETHER >= len(merged):
        merged = _merge(merged, frames, alike)
    return sorted(piece.faces for piece in merged)


@dataclass(slots=True)
class _Piece:
    """Some faces of one person."""

    faces: list[FaceRef]
    """In order of time, no two of one frame."""
    sum: Vectors
    """(d,) of their unit vectors."""
    frames: set[int]

    @classmethod
    def of(cls, face: FaceRef, seen: SeenPeople) -> "_Piece":
        return cls([face], seen.vectors[face.row].copy(), {face.frame})

    def take(self, face: FaceRef, seen: SeenPeople) -> None:
        """Go on with a face of a later frame."""
        self.faces.append(face)
        self.sum += seen.vectors[face.row]
        self.frames.add(face.frame)

    def join(self, other: "_Piece") -> None:
        """Take all faces of a piece that shares no frame with this one."""
        self.faces = list(merge(self.faces, other.faces))
        self.sum += other.sum
        self.frames |= other.frames


def _means(pieces: Sequence[_Piece]) -> Vectors:
    return unit(np.stack([piece.sum for piece in pieces]))


def _follow(frames: Sequence[SeenPeople], alike: Alike) -> list[_Piece]:
    """Link each frame's faces to those of the few frames before, as they go together best."""
    pieces: list[_Piece] = []
    near: list[_Piece] = []
    for place, seen in enumerate(frames):
        near = [piece for piece in near if place - piece.faces[-1].frame <= REACH]
        rows = set(range(len(seen.vectors)))
        if near and rows:
            for i, row in best_pairs(_gains(near, frames, seen, alike)):
                near[i].take(FaceRef(place, row), seen)
                rows.remove(row)
        new = [_Piece.of(FaceRef(place, row), seen) for row in sorted(rows)]
        pieces += new
        near += new
    return pieces


def _gains(
    pieces: Sequence[_Piece], frames: Sequence[SeenPeople], seen: SeenPeople, alike: Alike
) -> NDArray[np.float32]:
    """(pieces, faces) how well they go together, above 0; 0 where they may not."""
    scores = alike.score(_means(pieces), seen.vectors)
    last = [(frames[piece.faces[-1].frame], piece.faces[-1].row) for piece in pieces]
    faces = np.stack([before.boxes_xyxy[row] for before, row in last])
    bodies = np.stack([before.bodies_xyxy[row] for before, row in last])
    overlaps = np.maximum(
        box_overlaps(faces, seen.boxes_xyxy), box_overlaps(bodies, seen.bodies_xyxy)
    )
    in_place = (overlaps >= MIN_OVERLAP) & _alike_wide(faces, seen.boxes_xyxy)
    needed = np.where(in_place, alike.likely, alike.sure)
    gains = scores - alike.likely + FOR_PLACE * overlaps + 1e-3
    return np.where(scores >= needed, gains, np.float32(0))


def _merge(pieces: Sequence[_Piece], frames: Sequence[SeenPeople], alike: Alike) -> list[_Piece]:
    """Join pieces, the likest pair first, until no two are surely one person."""
    joining = _Joining(list(pieces), frames, alike)
    while joining.join_likest():
        pass
    return joining.left()


class _Joining:
    """Pieces, and how much each pair is alike; minus infinity where it cannot be one person."""

    def __init__(self, pieces: list[_Piece], frames: Sequence[SeenPeople], alike: Alike) -> None:
        self._pieces, self._frames, self._alike = pieces, frames, alike
        self._piece_of = {face: i for i, piece in enumerate(pieces) for face in piece.faces}
        self._alive = np.ones(len(pieces), bool)
        n = len(pieces)
        self._scores = np.full((n, n), -np.inf, np.float32)
        means = _means(pieces) if pieces else np.empty((0, 0), np.float32)
        for i in range(n):
            self._compare(i, alike.score(means[i : i + 1], means[:i])[0] if i else None)

    def join_likest(self) -> bool:
        """Join the likest pair; False: there is none."""
        if not self._scores.size:
            return False
        i, j = (int(k) for k in np.unravel_index(self._scores.argmax(), self._scores.shape))
        if self._scores[i, j] == -np.inf:
            return False
        piece, other = self._pieces[i], self._pieces[j]
        piece.join(other)
        self._piece_of |= dict.fromkeys(other.faces, i)
        self._alive[j] = False
        self._scores[j, :] = self._scores[:, j] = -np.inf
        rest = np.flatnonzero(self._alive)
        means = _means([self._pieces[k] for k in rest])
        scores = np.full(len(self._pieces), -np.inf, np.float32)
        scores[rest] = self._alike.score(_means([piece]), means)[0]
        self._compare(i, scores)
        return True

    def left(self) -> list[_Piece]:
        """The pieces that there are now."""
        return [piece for piece, alive in zip(self._pieces, self._alive, strict=True) if alive]

    def _compare(self, i: int, scores: Vectors | None) -> None:
        """Take in what piece `i` scores with those from 0 on."""
        for j, score in enumerate([] if scores is None else scores.tolist()):
            allowed = i != j and self._alive[j] and self._may_be_one(i, j, score)
            self._scores[i, j] = self._scores[j, i] = score if allowed else -np.inf

    def _may_be_one(self, i: int, j: int, score: float) -> bool:
        one, other = self._pieces[i], self._pieces[j]
        if score < self._alike.likely or not one.frames.isdisjoint(other.frames):
            return False
        return score >= self._alike.sure or self._goes_on(one, other)

    def _goes_on(self, one: _Piece, other: _Piece) -> bool:
        """Whether place says, wherever the two change, that one goes on in the other."""
        changes = list(self._changes(one, other))
        return bool(changes) and all(
            self._as_wide(before, after)
            and (self._stays(before, after) or self._is_alone(before, after))
            for before, after in changes
        )

    def _changes(self, one: _Piece, other: _Piece) -> Iterator[tuple[FaceRef, FaceRef]]:
        """Faces that follow one another within reach, one of each piece."""
        for before, after in pairwise(merge(one.faces, other.faces)):
            another = self._piece_of[before] != self._piece_of[after]
            if another and after.frame - before.frame <= REACH:
                yield before, after

    def _as_wide(self, before: FaceRef, after: FaceRef) -> bool:
        boxes = [self._frames[face.frame].boxes_xyxy[face.row][None] for face in (before, after)]
        return bool(_alike_wide(*boxes)[0, 0])

    def _stays(self, before: FaceRef, after: FaceRef) -> bool:
        """Whether it is in place, and nobody else could be meant."""
        overlap = self._overlap(before, after)
        if overlap < MIN_OVERLAP_ALONE:
            return False
        rivals = max(self._rivalry(before, after), self._rivalry(after, before))
        return rivals < RIVAL * overlap

    def _is_alone(self, before: FaceRef, after: FaceRef) -> bool:
        """Whether nobody else is in either frame."""
        return all(len(self._frames[face.frame]) == 1 for face in (before, after))

    def _overlap(self, one: FaceRef, other: FaceRef) -> float:
        mine, its = self._frames[one.frame], self._frames[other.frame]
        faces = _iou(mine.boxes_xyxy[one.row], [its.boxes_xyxy[other.row]])
        return max(faces, _iou(mine.bodies_xyxy[one.row], [its.bodies_xyxy[other.row]]))

    def _rivalry(self, here: FaceRef, there: FaceRef) -> float:
        """The overlap of a face's body with those of others in the frame of its counterpart.

        Whoever is known to be in both frames is nobody's rival.
        """
        seen = self._frames[there.frame]
        others = [
            seen.bodies_xyxy[row]
            for row in range(len(seen.boxes_xyxy))
            if row != there.row and not self._is_in(FaceRef(there.frame, row), here.frame)
        ]
        body = self._frames[here.frame].bodies_xyxy[here.row]
        return _iou(body, [*others, *seen.others_xyxy])

    def _is_in(self, face: FaceRef, frame: int) -> bool:
        """Whether the person of a face is also seen in another frame."""
        piece = self._piece_of.get(face)
        return piece is not None and frame in self._pieces[piece].frames


def _alike_wide(some_xyxy: Boxes, others_xyxy: Boxes) -> NDArray[np.bool_]:
    """(n, m) whether faces are about as wide as others."""
    some, others = (boxes[:, 2] - boxes[:, 0] for boxes in (some_xyxy, others_xyxy))
    wider = np.maximum(some[:, None], others[None, :])
    alike: NDArray[np.bool_] = wider <= MAX_GROWTH * np.minimum(some[:, None], others[None, :])
    return alike


def _iou(box_xyxy: NDArray[np.float32], others_xyxy: Iterable[NDArray[np.float32]]) -> float:
    """The greatest overlap of a box with any of the others; 0 where there is none."""
    others = np.array(list(others_xyxy), np.float32).reshape(-1, 4)
    return float(box_overlaps(box_xyxy[None], others).max(initial=0.0))
