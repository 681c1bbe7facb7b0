"""A track goes on in the body where the face turns away.

Between two looks nobody is followed, so a body without a face is that of a track only where no
other answer is left: it stands where the track's stood one look before, or half way to where it
stands one look later; no other body can be meant; nobody else who is missing can be meant by it. Or
it is the only person in either look.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import Boxes, box_overlaps

MIN_OVERLAP = 0.5
"""IoU from which on a body stands where the track's stands in the neighbouring frame."""
MIN_OVERLAP_ALONE = 0.1
"""The same for the only person in both frames."""
RIVAL = 0.5
"""Of that overlap: where somebody else has this share of it, nobody is meant."""
MAX_GROWTH = 1.6
"""From frame to frame a body is at most so many times as high, or as low."""
FURTHEST = 3
"""On so many frames in a row a body carries what is seen on one side of them only."""

Carried = list[dict[int, int]]
"""For each frame, which of its bodies (key) carries which track (value)."""


@dataclass(frozen=True, slots=True, eq=False)
class ShownPeople:
    """The people of one frame, and who of them has a face."""

    boxes_xyxy: Boxes
    """(n, 4) of the bodies; of the face where no body was found."""
    tracks: tuple[int | None, ...]
    """The track of each one's face; None: the face is not seen."""

    @property
    def faceless(self) -> list[int]:
        """Rows of those whose face is not seen."""
        return [row for row, track in enumerate(self.tracks) if track is None]


def carry(frames: Sequence[ShownPeople]) -> Carried:
    """Say which bodies without a face are those of tracks, within one shot.

    From each face outwards, in both directions of time: what a body carries holds in the next frame
    as a face would, up to `FURTHEST` frames. Where the face comes back in the same body, it holds
    for as long as it is away.
    """
    forth = _spread(frames)
    back = _spread(frames[::-1])[::-1]
    return [_agreed(ahead, behind) for ahead, behind in zip(forth, back, strict=True)]


@dataclass(frozen=True, slots=True)
class _Claim:
    """That a body is a track's."""

    track: int
    frames: int
    """For how many frames in a row the face has not been seen."""


_Claims = dict[int, _Claim]
"""By the row of the body."""


def _agreed(forth: _Claims, back: _Claims) -> dict[int, int]:
    """What both directions say, or one of them where it is near and the other is silent."""
    rows: dict[int, int] = {}
    for row in forth.keys() | back.keys():
        claims = [claims[row] for claims in (forth, back) if row in claims]
        if len({claim.track for claim in claims}) == 1 and (
            len(claims) == 2 or claims[0].frames <= FURTHEST
        ):
            rows[row] = claims[0].track
    said = list(rows.values())
    return {row: track for row, track in sorted(rows.items()) if said.count(track) == 1}


def _spread(frames: Sequence[ShownPeople]) -> list[_Claims]:
    """For each frame, what the frames before it say of its bodies without a face."""
    claims: list[_Claims] = [{} for _ in frames]
    for place in range(1, len(frames)):
        before, claimed, here = frames[place - 1], claims[place - 1], frames[place]
        owners = _owners(before, claimed)
        after = frames[place + 1] if place + 1 < len(frames) else None
        claims[place] = _claims(before, owners, here, after)
    return claims


def _owners(shown: ShownPeople, claimed: _Claims) -> dict[int, _Claim]:
    """Row -> whose body it is, by face or by what it carries."""
    faces = {row: _Claim(track, 0) for row, track in enumerate(shown.tracks) if track is not None}
    return claimed | faces


def _claims(
    before: ShownPeople, owners: dict[int, _Claim], here: ShownPeople, after: ShownPeople | None
) -> _Claims:
    """Which bodies of a frame go on with a track of the frame before."""
    rows = here.faceless
    present = {track for track in here.tracks if track is not None}
    lost = [row for row in range(len(before.tracks)) if _track(owners, row) not in present]
    missing = [place for place, row in enumerate(lost) if row in owners]
    if not rows or not missing:
        return {}
    overlaps = box_overlaps(before.boxes_xyxy[lost], here.boxes_xyxy[rows])
    for place in missing:
        half_way = _half_way(owners[lost[place]].track, before.boxes_xyxy[lost[place]], after)
        overlaps[place] = np.maximum(
            overlaps[place], box_overlaps(half_way, here.boxes_xyxy[rows]).max(axis=0, initial=0)
        )
    needed = MIN_OVERLAP_ALONE if len(before.tracks) == len(here.tracks) == 1 else MIN_OVERLAP
    found: _Claims = {}
    for place in missing:
        column = int(overlaps[place].argmax())
        owner, row = owners[lost[place]], rows[column]
        if (
            overlaps[place, column] >= needed
            and _is_clear(overlaps, place, column)
            and _alike_high(before.boxes_xyxy[lost[place]], here.boxes_xyxy[row])
            and not _is_another_view(here, row)
        ):
            found[row] = _Claim(owner.track, owner.frames + 1)
    return found


def _track(owners: dict[int, _Claim], row: int) -> int | None:
    return owners[row].track if row in owners else None


def _half_way(track: int, box_xyxy: NDArray[np.float32], after: ShownPeople | None) -> Boxes:
    """(0 or 1, 4) the middle between a box and that of the same track in the frame after next."""
    if after is None or track not in after.tracks:
        return np.empty((0, 4), np.float32)
    there = after.boxes_xyxy[after.tracks.index(track)]
    return np.asarray((box_xyxy + there)[None] / 2, np.float32)


def _is_clear(overlaps: NDArray[np.float32], row: int, column: int) -> bool:
    """Whether no other pair of this row or this column comes near to theirs."""
    limit = RIVAL * overlaps[row, column]
    others = [*np.delete(overlaps[row], column), *np.delete(overlaps[:, column], row)]
    return all(other < limit for other in others)


def _alike_high(one_xyxy: NDArray[np.float32], other_xyxy: NDArray[np.float32]) -> bool:
    heights = [float(box[3] - box[1]) for box in (one_xyxy, other_xyxy)]
    return max(heights) <= MAX_GROWTH * min(heights)


def _is_another_view(here: ShownPeople, row: int) -> bool:
    """Whether a body is much the same box as that of somebody whose face is seen."""
    faced = [i for i, track in enumerate(here.tracks) if track is not None]
    overlaps = box_overlaps(here.boxes_xyxy[row][None], here.boxes_xyxy[faced])
    return bool((overlaps >= MIN_OVERLAP).any())
