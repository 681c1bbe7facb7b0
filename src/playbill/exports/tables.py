"""Appearances and objects as tables: which columns there are, and the rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from playbill.core.analysis import Analysis
from playbill.core.boxes import whole_pixels
from playbill.core.metadata import FaceBox, FrameMetadata, Thing
from playbill.exports.counting import FrameCounter
from playbill.exports.words import fraction_text, score, seconds

Cell = str | int | float | None
Row = dict[str, Cell]
Type = Literal["text", "whole", "number"]


@dataclass(frozen=True, slots=True)
class Table:
    """A table that every analysis has rows for."""

    columns: Mapping[str, Type]
    rows: Callable[[Analysis], Iterator[Row]]


def _media_cells(analysis: Analysis) -> Row:
    media = analysis.media
    return {
        "media_id": media.id,
        "media_name": media.name,
        "media_sha256": media.sha256,
        "frame_rate": fraction_text(media.frame_rate) or None,
        "sample_every": analysis.run.sample_every,
        "run_id": analysis.run.id,
    }


_MEDIA: dict[str, Type] = {
    "media_id": "text",
    "media_name": "text",
    "media_sha256": "text",
    "frame_rate": "text",
    "sample_every": "whole",
    "run_id": "text",
}
_WHAT: dict[str, Type] = {
    "kind": "text",
    "class_id": "whole",
    "label": "text",
    "person_id": "text",
    "person_name": "text",
    "unknown": "whole",
}


def _appearance_rows(analysis: Analysis) -> Iterator[Row]:
    media = _media_cells(analysis)
    average = analysis.media.frame_rate
    counter = FrameCounter.of(analysis, average) if average else None
    for seen in analysis.appearances:
        start_s, end_s = seen.span.start_s, seen.span.end_s
        yield media | {
            "kind": seen.kind,
            "class_id": seen.class_id,
            "label": seen.label,
            "person_id": seen.person.id if seen.person else None,
            "person_name": seen.person.name if seen.person else None,
            "unknown": seen.unknown,
            "start_s": seconds(start_s),
            "end_s": seconds(end_s),
            "start_timecode": counter.timecode_at(start_s) if counter else None,
            "end_timecode": counter.timecode_at(end_s) if counter else None,
            "frames": seen.frames,
            "score": score(seen.score),
        }


def _object_rows(analysis: Analysis) -> Iterator[Row]:
    media, size_wh = _media_cells(analysis), analysis.media.size_wh
    for frame in analysis.frames:
        for thing in frame.things:
            yield media | _thing_cells(frame, thing, size_wh)


def _thing_cells(frame: FrameMetadata, thing: Thing, size_wh: tuple[int, int]) -> Row:
    left, top, right, bottom = whole_pixels(thing.box_xyxy, size_wh)
    named = thing.match if thing.match and thing.match.person else None
    return {
        "frame_from_0": frame.index,
        "time_s": seconds(frame.time_s),
        "kind": thing.kind,
        "class_id": thing.class_id,
        "label": thing.label,
        "person_id": named.person.id if named and named.person else None,
        "person_name": thing.name,
        "unknown": thing.unknown,
        "person_score": score(named.score) if named else None,
        "score": score(thing.score),
        "left": left,
        "top": top,
        "width": right - left,
        "height": bottom - top,
        **_face_cells(thing.face, size_wh),
    }


def _face_cells(face: FaceBox | None, size_wh: tuple[int, int]) -> Row:
    if face is None:
        return dict.fromkeys(_FACE)
    left, top, right, bottom = whole_pixels(face.box_xyxy, size_wh)
    cells = (left, top, right - left, bottom - top, score(face.score))
    return dict(zip(_FACE, cells, strict=True))


_FACE: dict[str, Type] = {
    "face_left": "whole",
    "face_top": "whole",
    "face_width": "whole",
    "face_height": "whole",
    "face_score": "number",
}

APPEARANCES = Table(
    {
        **_MEDIA,
        **_WHAT,
        "start_s": "number",
        "end_s": "number",
        "start_timecode": "text",
        "end_timecode": "text",
        "frames": "whole",
        "score": "number",
    },
    _appearance_rows,
)
"""One row for each appearance; the end is exclusive. Time codes are of the standard rate nearest to
the medium's average one, and count on from the medium's own where it has one."""

OBJECTS = Table(
    {
        **_MEDIA,
        "frame_from_0": "whole",
        "time_s": "number",
        **_WHAT,
        "person_score": "number",
        "score": "number",
        "left": "whole",
        "top": "whole",
        "width": "whole",
        "height": "whole",
        **_FACE,
    },
    _object_rows,
)
"""One row for each person or object in each analysed frame, in pixels of the upright picture."""


def rows_of(table: Table, analyses: Iterable[Analysis]) -> Iterator[Row]:
    """The rows of many media, one after the other."""
    for analysis in analyses:
        yield from table.rows(analysis)
