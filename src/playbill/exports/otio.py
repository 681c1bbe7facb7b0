"""OpenTimelineIO (.otio), written by its own library."""

from typing import Any

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from playbill.core.analysis import Analysis
from playbill.exports.facts import appearance_facts
from playbill.exports.place import Place
from playbill.exports.timeline import Marker, Timeline

Colour = otio.schema.MarkerColor


def otio_text(analysis: Analysis, place: Place) -> str:
    """One clip of the whole medium with a marker for each appearance.

    Raises:
        ExportError: the medium has no time.
    """
    line = Timeline.of(analysis, "otio")
    whole = _range(line, 0, line.frames)
    clip = otio.schema.Clip(
        name=line.name,
        media_reference=otio.schema.ExternalReference(
            target_url=place.of(analysis.media), available_range=whole
        ),
        source_range=whole,
        metadata={"playbill": line.facts()},
    )
    clip.markers.extend(_marker(line, marker) for marker in line.markers)
    track = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video, children=[clip])
    timeline = otio.schema.Timeline(
        name=line.name,
        global_start_time=RationalTime(line.start, float(line.rate.fps)),
        metadata={"playbill": line.facts()},
    )
    timeline.tracks.append(track)
    text: str = otio.adapters.write_to_string(timeline, "otio_json")
    return text + "\n"


def _marker(line: Timeline, marker: Marker) -> Any:
    seen, run = marker.seen, line.analysis.run
    origin = {"run": run.id, "playbill": run.version, "sha256": line.analysis.media.sha256}
    return otio.schema.Marker(
        name=marker.name,
        marked_range=_range(line, marker.start, marker.frames),
        color=_colour(marker),
        comment=marker.comment,
        metadata={"playbill": {**appearance_facts(seen), "origin": origin}},
    )


def _range(line: Timeline, start: int, frames: int) -> Any:
    """In the medium's own time code, as frames; `start` is counted from its first frame."""
    rate = float(line.rate.fps)
    return TimeRange(RationalTime(line.start + start, rate), RationalTime(frames, rate))


def _colour(marker: Marker) -> str:
    if marker.seen.kind == "object":
        return Colour.BLUE  # type: ignore[no-any-return]
    return Colour.GREEN if marker.seen.person else Colour.YELLOW  # type: ignore[no-any-return]
