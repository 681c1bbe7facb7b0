"""Small pictures for the report: for each appearance the frame that shows it best."""

import io
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow

from playbill.core.analysis import Analysis
from playbill.core.appearances import Appearance
from playbill.core.frame import Frame, Image
from playbill.core.metadata import Box, FrameMetadata, Thing
from playbill.errors import MediaError
from playbill.media.files import sha256_of
from playbill.media.images import read_image
from playbill.media.video import SampledVideo
from playbill.rendering.timeline import Bar, object_rows, people_rows


@dataclass(frozen=True, slots=True)
class ThumbnailLimits:
    """How much of a page pictures may take."""

    count: int = 400
    total_bytes: int = 6_000_000
    side: int = 240
    """Pixels of the longer side of a thumbnail."""
    still_side: int = 1600
    """Pixels of the longer side of a still image."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small picture out of one frame."""

    jpeg: bytes
    size_wh: tuple[int, int]
    time_s: Fraction


@dataclass(frozen=True, slots=True)
class Pictures:
    """What a report can show."""

    thumbnails: Mapping[int, Thumbnail] = field(default_factory=dict)
    """By the place of the appearance in `Analysis.appearances`."""
    still: Thumbnail | None = None
    """The picture itself where the medium is one."""
    missing: str | None = None
    """Why there are no pictures: one sentence."""


def collect_thumbnails(
    source: Path, analysis: Analysis, limits: ThumbnailLimits | None = None
) -> Pictures:
    """Read the pictures for a report in one pass over the media file.

    A file that is gone, unreadable or another one is no error: the report then says so.
    """
    limits = limits or ThumbnailLimits()
    try:
        _require_same_file(source, analysis)
        if analysis.media.kind == "image":
            image = read_image(source)
            return Pictures(still=_thumbnail(image, Fraction(0), limits.still_side))
        return Pictures(thumbnails=_from_video(source, analysis, limits))
    except MediaError as error:
        return Pictures(missing=f"{error}.")


def portrait(thumbnail: Thumbnail, side: int = 96) -> bytes:
    """The middle of a thumbnail as a square JPEG of `side` pixels."""
    image = np.asarray(Pillow.open(io.BytesIO(thumbnail.jpeg)))
    height, width = image.shape[:2]
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    return _jpeg(_shrunk(image[top : top + edge, left : left + edge], side))


def _require_same_file(source: Path, analysis: Analysis) -> None:
    found = sha256_of(source)
    if found != analysis.media.sha256:
        raise MediaError(
            f"{source}: is another file than the one that was analysed: "
            f"sha256 is {found[:12]}…, expected {analysis.media.sha256[:12]}…"
        )


def _from_video(source: Path, analysis: Analysis, limits: ThumbnailLimits) -> dict[int, Thumbnail]:
    wanted = _choose(analysis, limits.count)
    found: dict[int, Thumbnail] = {}
    if not wanted:
        return found
    with SampledVideo.open(source, indices=sorted(wanted)) as video:
        for frame in video:
            for number, thing in wanted.get(frame.index, ()):
                found[number] = _cut_out(frame, thing, limits.side)
    return _within(found, _by_importance(analysis), limits.total_bytes)


def _choose(analysis: Analysis, count: int) -> dict[int, list[tuple[int, Thing]]]:
    """Frame index -> the appearances it shows best, and what of it to show."""
    times = [frame.time_s for frame in analysis.frames]
    wanted: dict[int, list[tuple[int, Thing]]] = defaultdict(list)
    for number in _by_importance(analysis)[:count]:
        seen = analysis.appearances[number]
        first = bisect_left(times, seen.span.start_s)
        last = bisect_left(times, seen.span.end_s)
        best = _best_sight(seen, analysis.frames[first:last])
        if best:
            wanted[best[0]].append((number, best[1]))
    return wanted


def _by_importance(analysis: Analysis) -> list[int]:
    """Numbers of appearances: one of every row first, then people's, then the longest."""
    rows = people_rows(analysis.appearances) + object_rows(analysis.appearances)
    shown_first = {row.longest.number for row in rows}

    def importance(bar: Bar) -> tuple[bool, bool, Fraction]:
        return bar.number not in shown_first, bar.seen.kind != "person", -bar.seen.span.length_s

    return [bar.number for bar in sorted((b for row in rows for b in row.bars), key=importance)]


def _best_sight(seen: Appearance, frames: Sequence[FrameMetadata]) -> tuple[int, Thing] | None:
    """The frame index and the thing with the largest, surest face or box."""
    sights = [
        (frame.index, thing)
        for frame in frames
        for thing in frame.things
        if thing.subject == seen.subject
    ]
    return max(sights, key=lambda sight: _worth(sight[1]), default=None)


def _worth(thing: Thing) -> tuple[bool, float]:
    (left, top, right, bottom), score = _subject(thing)
    return thing.face is not None, (right - left) * (bottom - top) * score


def _subject(thing: Thing) -> tuple[Box, float]:
    face = thing.face
    return (face.box_xyxy, face.score) if face else (thing.box_xyxy, thing.score)


def _cut_out(frame: Frame, thing: Thing, side: int) -> Thumbnail:
    """The face or the object with its surroundings, neither slim nor flat."""
    (left, top, right, bottom), _ = _subject(thing)
    margin = 1.9 if thing.face else 1.25
    width, height = (right - left) * margin, (bottom - top) * margin
    width, height = max(width, height * 0.8), max(height, width * 0.66)
    centre_x, centre_y = (left + right) / 2, (top + bottom) / 2
    picture_w, picture_h = frame.size_wh
    x0, x1 = _inside(centre_x, width, picture_w)
    y0, y1 = _inside(centre_y, height, picture_h)
    return _thumbnail(frame.image[y0:y1, x0:x1], frame.time_s, side)


def _inside(centre: float, extent: float, room: int) -> tuple[int, int]:
    """A stretch of `extent` pixels around `centre`, moved so that it lies within 0 to `room`."""
    pixels = min(max(round(extent), 8), room)
    start = min(max(round(centre - pixels / 2), 0), room - pixels)
    return start, start + pixels


def _thumbnail(image: Image, time_s: Fraction, side: int) -> Thumbnail:
    small = _shrunk(image, side)
    return Thumbnail(_jpeg(small), (small.shape[1], small.shape[0]), time_s)


def _shrunk(image: Image, side: int) -> Image:
    height, width = image.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return image
    size_wh = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA), np.uint8)


def _jpeg(image: Image) -> bytes:
    encoded = io.BytesIO()
    Pillow.fromarray(image).save(encoded, "JPEG", quality=82, optimize=True)
    return encoded.getvalue()


def _within(
    found: Mapping[int, Thumbnail], by_importance: Sequence[int], total_bytes: int
) -> dict[int, Thumbnail]:
    """As many of `found`, in order of importance, as `total_bytes` hold."""
    kept: dict[int, Thumbnail] = {}
    room = total_bytes
    for number in by_importance:
        if number in found:
            room -= len(found[number].jpeg)
            if room < 0:
                break
            kept[number] = found[number]
    return kept
