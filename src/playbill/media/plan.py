"""What to do with each packet so that the wanted frames come out as a full decode gives them."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

LEAST_PACKETS = 64
"""Of a unit that others follow without a gap: its decoder is emptied at the end, which keeps the
threads of a decoder of several frames at a time waiting."""


class Action(IntEnum):
    """How a packet is treated."""

    LEAVE_OUT = 0
    """The decoder goes on with the next."""
    REFERENCE = 1
    """Decoded only if other frames are predicted from it."""
    DECODE = 2
    """Decoded whatever it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """Packets that are decoded by themselves, by a decoder that knows of nothing before."""

    start: int
    """The number of the first packet, in the order of decoding."""
    actions: NDArray[np.uint8]
    """(n,) an `Action` for each packet from there on, at least one."""
    followed: bool
    """The next unit begins with the packet after the last one."""

    @property
    def stop(self) -> int:
        """The number of the packet after the last one."""
        return self.start + len(self.actions)

    def left_out(self) -> NDArray[np.int64]:
        """The numbers of the packets that are left out."""
        return self.start + np.flatnonzero(self.actions == Action.LEAVE_OUT)


def plan(pts: NDArray[np.int64], entry: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> list[Unit]:
    """Choose what is decoded of (n,) packets in the order of decoding.

    A group reaches from one entry point to the next. Of each group the packets after its last
    wanted one are left, unless pictures of the next group that are shown before its entry point
    (an open group) are wanted: they are predicted from both. After a gap such leading pictures
    cannot be decoded, and nothing behind the entry point is predicted from them.

    Units part where decoding may begin, so that each can be decoded without the others, and wanted
    frames of one are shown before those of the next.

    Args:
        pts: presentation times.
        entry: where decoding may begin; the first packet counts as such.
        wanted: packets whose frames are wanted.
    """
    if not len(pts):
        return []
    groups = _Groups.of(pts, entry, wanted)
    actions = np.where(wanted, Action.DECODE, Action.REFERENCE).astype(np.uint8)
    bounds = list(groups.units())
    starts = {start for _, start, _ in bounds}
    units = []
    for first, start, stop in bounds:
        chosen = actions[start:stop].copy()
        if start > 0:
            end = min(int(groups.ends[first]), stop)
            chosen[: end - start][groups.leading[start:end]] = Action.LEAVE_OUT
        units.append(Unit(start, chosen, followed=stop in starts))
    return units


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """(g,) groups of packets."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    keep: NDArray[np.int64]
    """How many packets of each are needed, from its entry point on."""
    bound: NDArray[np.bool_]
    """Cannot be decoded without the group before, or is shown before it ends."""
    leading: NDArray[np.bool_]
    """(n,) packets that are shown before the entry point of their group."""

    @classmethod
    def of(
        cls, pts: NDArray[np.int64], entry: NDArray[np.bool_], wanted: NDArray[np.bool_]
    ) -> "_Groups":
        numbers = np.arange(len(pts))
        starts = np.union1d(0, np.flatnonzero(entry)).astype(np.int64)
        ends = np.append(starts[1:], len(pts))
        leading = pts < np.repeat(pts[starts], ends - starts)
        leads = np.logical_or.reduceat(wanted & leading, starts)
        keep = np.maximum.reduceat(np.where(wanted, numbers, -1), starts) + 1 - starts
        keep = np.where(np.append(leads[1:], False), ends - starts, np.maximum(keep, 0))
        first = np.minimum.reduceat(np.where(wanted, pts, np.iinfo(np.int64).max), starts)
        last = np.maximum.reduceat(np.where(wanted, pts, np.iinfo(np.int64).min), starts)
        late = np.append(False, first[1:] < np.maximum.accumulate(last)[:-1])
        return cls(starts, ends, keep, leads | late, leading)

    def units(self) -> Iterator[tuple[int, int, int]]:
        """For each unit its first group, its first packet and the packet after its last one."""
        first, stop = -1, -1
        for group in np.flatnonzero(self.keep).tolist():
            start = int(self.starts[group])
            short = start == stop and start - int(self.starts[first]) < LEAST_PACKETS
            if first >= 0 and not (short or self.bound[group]):
                yield first, int(self.starts[first]), stop
                first = -1
            first = group if first < 0 else first
            stop = start + int(self.keep[group])
        if first >= 0:
            yield first, int(self.starts[first]), stop
