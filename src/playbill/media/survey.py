"""What there is to know of a video before it is decoded."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

from av.video.frame import VideoFrame

from playbill.core.media import MediaInfo
from playbill.errors import MediaError
from playbill.media.colours import Orientation
from playbill.media.containers import open_container, video_stream
from playbill.media.decoding import decode_all, prepare
from playbill.media.files import media_name, sha256_of
from playbill.media.frame_index import FrameIndex
from playbill.media.packets import NO_PTS, PacketScan, scan_packets
from playbill.media.start_timecode import start_timecode

MAX_FRAME_PIXELS = 70_000_000
"""8192 x 8192 and a little more."""
MAX_SECONDS = 48 * 3600
TRIAL_FRAMES = 12
"""So many frames are decoded to see whether packets are frames, where they might be halves."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a video may ask for at most."""

    max_pixels: int = MAX_FRAME_PIXELS
    """In one frame."""
    max_seconds: int = MAX_SECONDS


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """One video, with one pass over its packets and its first frame decoded."""

    info: MediaInfo
    stored_wh: tuple[int, int]
    orientation: Orientation
    scan: PacketScan
    frames: FrameIndex | None
    """None: the times in the file do not tell how many frames there are."""

    @property
    def frames_expected(self) -> int:
        """How many frames the file holds or announces, as far as its packets tell."""
        known = len(self.scan.pts) if self.frames is None else len(self.frames)
        return known + self.scan.lost


def survey(path: Path, limits: Limits) -> Survey:
    """Look a video over.

    Raises:
        MediaError: the file cannot be read, is no video, has no frame that can be decoded, or is
            more than `limits` admit.
    """
    scan, timecode, sha256 = _scan(path, limits)
    beginning = _beginning(path, limits, frames=TRIAL_FRAMES if scan.halved else 1)
    first = beginning[0]
    frames = _frame_index(scan, beginning)
    duration_s = _duration_s(scan, frames)
    if duration_s > limits.max_seconds:
        raise MediaError(
            f"{path}: lasts {float(duration_s):,.0f} s, expected at most {limits.max_seconds:,} s"
        )
    orientation = Orientation.of(first)
    stored_wh = (first.width, first.height)
    info = MediaInfo(
        name=media_name(path),
        kind="video",
        sha256=sha256,
        size_wh=orientation.size_wh(stored_wh),
        container=scan.container,
        codec=scan.codec,
        rotation=orientation.rotation,
        frame_rate=scan.frame_rate,
        duration_s=duration_s,
        start_timecode=timecode,
    )
    return Survey(info, stored_wh, orientation, scan, frames)


def _scan(path: Path, limits: Limits) -> tuple[PacketScan, str | None, str]:
    """The packets, the time code that the file begins with, and the SHA-256 of the file.

    Both go through the file at the same time, so that a disk is read once for the two.
    """
    with open_container(path) as container:
        stream = video_stream(container, path)
        if stream.width * stream.height > limits.max_pixels:
            raise MediaError(
                f"{path}: has frames of {stream.width} x {stream.height} pixels, "
                f"expected at most {limits.max_pixels:,} in all"
            )
        with ThreadPoolExecutor(1, thread_name_prefix="hash") as beside:
            sha256 = beside.submit(sha256_of, path)
            scan, timecode = scan_packets(container, stream), start_timecode(container, stream)
    if not scan.shown.any():
        raise MediaError(f"{path}: has a video stream without frames")
    return scan, timecode, sha256.result()


def _beginning(path: Path, limits: Limits, *, frames: int) -> list[VideoFrame]:
    """The first frames of a full decode."""
    with open_container(path) as container:
        stream = video_stream(container, path)
        prepare(stream, threads=1, max_pixels=limits.max_pixels)
        decoded = (frame for frame in decode_all(container, stream) if frame is not None)
        beginning = list(islice(decoded, frames))
    if not beginning:
        raise MediaError(f"{path}: none of its video frames can be decoded")
    return beginning


def _frame_index(scan: PacketScan, beginning: list[VideoFrame]) -> FrameIndex | None:
    first_pts = beginning[0].pts
    if first_pts is None or not scan.has_presentation_order():
        return None
    frames = FrameIndex.of(scan, first_pts)
    return frames if frames.holds_for([frame.pts for frame in beginning]) else None


def _duration_s(scan: PacketScan, frames: FrameIndex | None) -> Fraction:
    """From the start of the first frame to the end of the last; without times, by the rate."""
    step = 1 / scan.frame_rate if scan.frame_rate else Fraction(0)
    timed = scan.pts[scan.shown & (scan.pts != NO_PTS)] if frames is None else frames.pts
    if not len(timed) or scan.times_jump():
        return len(scan.pts) * step
    last = int(timed.max() - timed.min()) * scan.time_base
    stated = (scan.end_pts - int(timed.min())) * scan.time_base
    return stated if stated > last else last + step
