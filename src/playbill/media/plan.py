"""What to do with each packet so that the wanted frames come out as a full decode gives them."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Action(IntEnum):
    """How a packet is treated."""

    RESTART = 0
    """Left out, and the decoder is to give all that it holds and to forget it."""
    LEAVE_OUT = 1
    """Left out; the decoder goes on with the next."""
    REFERENCE = 2
    """Decoded only if other frames are predicted from it."""
    DECODE = 3
    """Decoded whatever it is."""


def plan(
    pts: NDArray[np.int64], entry: NDArray[np.bool_], wanted: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Choose an `Action` for each of (n,) packets in the order of decoding.

    A group reaches from one entry point to the next. Of each group the packets after its last
    wanted one are dropped, unless pictures of the next group that are shown before its entry point
    (an open group) are wanted: they are predicted from both. After a gap such leading pictures
    cannot be decoded, and nothing behind the entry point is predicted from them.

    Args:
        pts: presentation times.
        entry: where decoding may begin; the first packet counts as such.
        wanted: packets whose frames are wanted.
    """
    actions = np.where(wanted, Action.DECODE, Action.REFERENCE).astype(np.uint8)
    starts = np.union1d(0, np.flatnonzero(entry)) if len(pts) else np.empty(0, np.int64)
    ends = np.append(starts, len(pts))[1:]
    after_gap = False
    for group, (start, end) in enumerate(zip(starts, ends, strict=True)):
        leading = pts[start:end] < pts[start]
        if after_gap:
            actions[start:end][leading] = Action.LEAVE_OUT
        if group + 1 < len(starts) and _leads(pts, wanted, end, ends[group + 1]):
            after_gap = False
            continue
        needed = np.flatnonzero(wanted[start:end])
        keep = needed[-1] + 1 if len(needed) else 0
        actions[start + keep : end] = Action.RESTART
        after_gap = bool(keep < end - start)
    return actions


def _leads(pts: NDArray[np.int64], wanted: NDArray[np.bool_], start: int, end: int) -> bool:
    """Whether a wanted picture of the group is shown before its entry point."""
    return bool((wanted[start:end] & (pts[start:end] < pts[start])).any())
