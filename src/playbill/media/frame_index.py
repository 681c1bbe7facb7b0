"""The frames of a video in presentation order, and the packets they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from playbill.media.packets import PacketScan


@dataclass(frozen=True, slots=True, eq=False)
class FrameIndex:
    """(n,) frames, sorted by presentation time."""

    pts: NDArray[np.int64]
    """Presentation times in ticks, increasing."""
    time_base: Fraction
    position: NDArray[np.int64]
    """The packet that each frame comes from, counted in the order of decoding."""
    group: NDArray[np.int64]
    """How many entry points come up to it; those that are shown before theirs count one less."""

    open_groups: bool
    """Some groups have pictures that are predicted from the group before as well."""

    @classmethod
    def of(cls, scan: PacketScan, first_pts: int) -> "FrameIndex":
        """Index the frames from `first_pts` on, the first that a decoder gives.

        What is shown before belongs to a group whose beginning is not in the file, and no decoder
        gives it. But damage in the first group is not to shift the count: a file begins with its
        first packet, a broadcast stream with its first entry point.
        """
        beginning = 0
        if scan.container in {"mpegts", "mpeg"} and scan.entry.any():
            beginning = int(np.argmax(scan.entry))
        first_pts = min(first_pts, int(scan.pts[beginning]))
        packets = np.flatnonzero(scan.shown & (scan.pts >= first_pts))
        position = packets[np.argsort(scan.pts[packets])]
        entries = np.cumsum(scan.entry)
        entry_of_packet = np.maximum.accumulate(np.where(scan.entry, np.arange(len(scan.pts)), 0))
        leads = scan.pts < scan.pts[entry_of_packet]
        return cls(
            pts=scan.pts[position],
            time_base=scan.time_base,
            position=position,
            group=(entries - leads)[position],
            open_groups=bool(leads.any()),
        )

    def groups_beside_holes(self, scan: PacketScan) -> set[int]:
        """Groups next to where frames are missing, though no packet says so.

        MPEG-1 and 2 have a constant rate (a film frame shown for three fields lasts 1.5 times as
        long) and no way for a decoder to tell that what it predicts from was lost on the way; the
        codecs after them have. The times right behind a hole are guesses.
        """
        if scan.codec not in {"mpeg1video", "mpeg2video"} or len(self) < 3:
            return set()
        steps = np.diff(self.pts)
        after = np.flatnonzero(steps > 1.9 * np.median(steps)) + 1
        beside = np.concatenate([self.group[after - 1], self.group[after], self.group[after] + 1])
        return set(beside.tolist())

    def __len__(self) -> int:
        return len(self.pts)

    def index_of(self, pts: int) -> int | None:
        """The index of the frame shown at `pts`, or None."""
        at = int(np.searchsorted(self.pts, pts))
        return at if at < len(self.pts) and self.pts[at] == pts else None

    def holds_for(self, shown_pts: Sequence[int | None]) -> bool:
        """Whether frames that a full decode gives in a row are neighbours here."""
        indices = [None if pts is None else self.index_of(pts) for pts in shown_pts]
        first = indices[0] if indices else 0
        return first is not None and indices == list(range(first, first + len(indices)))

    def time_s(self, index: int) -> Fraction:
        """Seconds from the first frame to frame `index`."""
        return int(self.pts[index] - self.pts[0]) * self.time_base
