"""Which units of a video's plan have frames that are wanted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.media.frame_index import FrameIndex
from playbill.media.packets import PacketScan
from playbill.media.plan import Unit, plan
from playbill.media.sampling import Sampling


@dataclass(frozen=True, slots=True, eq=False)
class WantedUnit:
    """A unit of the plan, and what it is decoded for."""

    packets: Unit
    wanted: NDArray[np.int64]
    """Indices of its wanted frames, increasing; at least one."""
    next_frame: int | None
    """The frame of the packet behind the last one, where the next unit follows at once."""


def wanted_units(scan: PacketScan, frames: FrameIndex, sampling: Sampling) -> list[WantedUnit]:
    """The plan for a whole video; each wanted frame is in one unit, and units are in order."""
    frame_of_packet = np.full(len(scan.pts), -1)
    frame_of_packet[frames.position] = np.arange(len(frames))
    wanted = np.zeros(len(scan.pts), np.bool_)
    wanted[frames.position] = sampling.among(len(frames))
    units = []
    for unit in plan(scan.pts, scan.entry, wanted):
        chosen = frame_of_packet[unit.start : unit.stop][wanted[unit.start : unit.stop]]
        behind = int(frame_of_packet[unit.stop]) if unit.followed else -1
        units.append(WantedUnit(unit, np.sort(chosen), behind if behind >= 0 else None))
    return units
