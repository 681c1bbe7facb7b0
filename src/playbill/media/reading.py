"""Two ways through a video, each giving the wanted frames in presentation order.

Where the packets tell the frames, unit after unit of a plan is read: the cheap way as long as
nothing speaks against it, and otherwise whole. Other videos are decoded whole and counted.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction

from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from playbill.media.clock import Clock
from playbill.media.decoding import PlannedDecoder, SettledDecoder, decode_all
from playbill.media.frame_index import FrameIndex
from playbill.media.job import Job
from playbill.media.numbered import FAR, SEEKABLE, NumberedPackets
from playbill.media.planned import Doubt, PlannedReader
from playbill.media.settled import SettledReader
from playbill.media.units import WantedUnit, wanted_units

Timed = tuple[int, Fraction, VideoFrame]


def read_indexed(job: Job, frames: FrameIndex) -> Iterator[Timed]:
    """The wanted frames of a video whose frames are known.

    A unit is read whole even if only a part of its frames is to be given: so what is decoded, and
    what damage reaches, does not depend on how a video is divided.
    """
    last = -1
    with ExitStack() as files:
        reader = _UnitReader(job, frames, files)
        for unit in wanted_units(job.facts.scan, frames, job.sampling):
            if job.part is not None and not any(i in job.part for i in unit.wanted.tolist()):
                continue
            for index, frame in reader.read(unit):
                if index > last and (job.part is None or index in job.part):
                    last = index
                    yield index, frames.time_s(index), frame


class _UnitReader:
    """Reads units by the plan, and those whole in which that fails."""

    def __init__(self, job: Job, frames: FrameIndex, files: ExitStack) -> None:
        """Files are opened as they are needed; `files` closes them."""
        self._job, self._frames, self._files = job, frames, files
        self._holes = frames.groups_beside_holes(job.facts.scan)
        self._planned: PlannedReader | None = None
        self._settled: SettledReader | None = None

    def read(self, unit: WantedUnit) -> Iterator[tuple[int, VideoFrame]]:
        """The wanted frames; some may come twice."""
        self._job.watch.keep()
        try:
            if self._touches_hole(unit):
                raise Doubt
            yield from self._by_plan(unit.packets.start).read(unit)
        except Doubt:
            self._job.watch.forget()
            yield from self._whole(unit.packets.start).read(unit)

    def _touches_hole(self, unit: WantedUnit) -> bool:
        groups = set(self._frames.group[unit.wanted].tolist())
        return not self._holes.isdisjoint(groups | {group + 1 for group in groups})

    def _by_plan(self, start: int) -> PlannedReader:
        if self._planned is None:
            packets, stream = self._packets(start, strict=not self._frames.open_groups)
            decoder = PlannedDecoder(packets, stream)
            self._planned = PlannedReader(self._frames, decoder, self._job.watch)
        return self._planned

    def _whole(self, start: int) -> SettledReader:
        if self._settled is None:
            scan, watch = self._job.facts.scan, self._job.watch
            decoder = SettledDecoder(*self._packets(start, strict=False))
            self._settled = SettledReader(scan, self._frames, decoder, watch, self._holes)
        return self._settled

    def _packets(self, start: int, *, strict: bool) -> tuple[NumberedPackets, VideoStream]:
        """The packets from `start` on; those before are skipped if they are many."""
        scan = self._job.facts.scan
        if start >= FAR and scan.container in SEEKABLE:
            with ExitStack() as attempt:
                opened = attempt.enter_context(self._job.decoder(strict=strict))
                packets = NumberedPackets.sought(*opened, scan, start)
                if packets is not None:
                    self._files.push(attempt.pop_all())
                    return packets, opened[1]
        container, stream = self._files.enter_context(self._job.decoder(strict=strict))
        return NumberedPackets.read(container, stream), stream


def read_counted(job: Job) -> Iterator[tuple[int, Fraction, VideoFrame | None]]:
    """The wanted frames of a video whose frames only decoding tells; None: it is damaged.

    A packet that nothing can be made of counts as a frame, once there has been one; damage is taken
    to last until the next key frame.
    """
    scan = job.facts.scan
    clock = Clock(scan.time_base, scan.frame_rate)
    index, spoilt = 0, False
    with job.decoder() as (container, stream):
        for frame in decode_all(container, stream):
            if frame is None and index == 0:
                continue
            time_s = clock.time_s(frame.pts if frame and scan.timed else None)
            spoilt = frame is None or frame.is_corrupt or (spoilt and not frame.key_frame)
            if frame and not spoilt:
                job.watch.show(index, time_s, frame)
            if index in job.sampling:
                yield index, time_s, None if spoilt else frame
            index += 1
