"""Settled decoding: a unit of the plan is decoded whole, and what damage reaches is sorted out."""

from collections.abc import Collection, Generator, Iterator
from contextlib import closing

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from playbill.media.damage import DamageFilter
from playbill.media.decoding import SettledDecoder
from playbill.media.frame_index import FrameIndex
from playbill.media.packets import PacketScan
from playbill.media.plan import Unit
from playbill.media.units import WantedUnit
from playbill.media.watch import Watch


class SettledReader:
    """Reads units that planned decoding is in doubt about, forwards only."""

    def __init__(
        self,
        scan: PacketScan,
        frames: FrameIndex,
        decoder: SettledDecoder,
        watch: Watch,
        holes: Collection[int],
    ) -> None:
        """`holes`: groups beside missing frames, of which nothing can be trusted."""
        self._frames, self._decoder, self._watch, self._holes = frames, decoder, watch, holes
        self._entries = np.append(np.flatnonzero(scan.entry), len(scan.pts))

    def read(self, unit: WantedUnit) -> Iterator[tuple[int, VideoFrame]]:
        """The wanted frames that no damage reaches.

        The next group is decoded too, as far as it tells about the end of this unit.
        """
        members = self._members(unit.packets)
        damage = DamageFilter[VideoFrame](
            self._frames.position[members], self._frames.group[members], self._holes
        )
        wanted, last_wanted = set(unit.wanted.tolist()), int(unit.wanted[-1])
        with closing(self._decoded(unit.packets, members)) as decoded:
            for place, frame in decoded:
                index = int(members[place])
                if not frame.is_corrupt and self._frames.position[index] < unit.packets.stop:
                    self._watch.show(index, self._frames.time_s(index), frame)
                item = frame if index in wanted else None
                for safe, given in damage.feed(place, item, damaged=frame.is_corrupt):
                    yield int(members[safe]), given
                if index >= last_wanted and not damage.holds_some:
                    return
        for safe, given in damage.finish():
            yield int(members[safe]), given

    def _members(self, packets: Unit) -> NDArray[np.int64]:
        """Indices of the frames that are decoded, of the unit and of the group after its last."""
        position = self._frames.position
        inside = (position >= packets.start) & (position < self._stop(packets))
        return np.flatnonzero(inside & ~np.isin(position, packets.left_out()))

    def _decoded(
        self, packets: Unit, members: NDArray[np.int64]
    ) -> Generator[tuple[int, VideoFrame], None, None]:
        """Those `members` that come out, by their places there, in order."""
        last, without = -1, frozenset(packets.left_out().tolist())
        decoded = self._decoder.decode(
            packets.start, self._stop(packets), without=without, keep=packets.stop
        )
        with closing(decoded):
            for frame in decoded:
                index = (
                    self._frames.index_of(frame.pts) if frame and frame.pts is not None else None
                )
                if frame is None or index is None:
                    continue
                place = int(np.searchsorted(members, index))
                if last < place < len(members) and members[place] == index:
                    last = place
                    yield place, frame

    def _stop(self, packets: Unit) -> int:
        """The end of the group after the last of the unit."""
        begins = int(np.searchsorted(self._entries, packets.stop))
        return int(self._entries[min(begins + 1, len(self._entries) - 1)])
