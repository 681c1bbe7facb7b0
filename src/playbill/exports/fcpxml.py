"""FCPXML 1.8 (Final Cut Pro, Resolve).

Written here and not by opentimelineio's adapter, whose rates are whole numbers (29 for 29.97) and
which asks ffprobe; the adapter reads it in the tests. All times are whole frames, as the format
wants them: `1001/30000s` times a number. Asset, clip and markers count from the medium's own time
code, and so does the sequence, which begins with it.
"""

from xml.etree.ElementTree import Element

from playbill.core.analysis import Analysis
from playbill.exports.place import Place
from playbill.exports.source import facts_text
from playbill.exports.timecode import TimecodeRate
from playbill.exports.timeline import Timeline
from playbill.exports.xml_parts import add, document


def fcpxml_text(analysis: Analysis, place: Place) -> str:
    """A project with one clip of the whole medium and a marker for each appearance.

    Raises:
        ExportError: the medium has no time.
    """
    line = Timeline.of(analysis, "fcpxml")
    rate, whole, start = line.rate, _time(line.rate, line.frames), _time(line.rate, line.start)
    width, height = analysis.media.size_wh
    root = Element("fcpxml", version="1.8")
    resources = add(root, "resources")
    add(resources, "format", id="r1", frameDuration=_time(rate, 1), width=width, height=height)
    url = place.of(analysis.media)
    clip = {"name": line.name, "start": start, "duration": whole, "format": "r1"}
    asset = add(resources, "asset", id="r2", src=url, hasVideo="1", **clip)
    metadata = add(asset, "metadata")
    for name, value in facts_text(line.facts()).items():
        add(metadata, "md", key=f"org.playbill.{name}", value=value)
    event = add(add(root, "library"), "event", name="Playbill")
    project = add(event, "project", name=line.name)
    counted = "DF" if rate.drop else "NDF"
    timed = {"duration": whole, "tcStart": start, "tcFormat": counted}
    sequence = add(project, "sequence", format="r1", **timed)
    spine = add(sequence, "spine")
    placed = add(spine, "asset-clip", ref="r2", offset=start, tcFormat=counted, **clip)
    for marker in line.markers:
        add(
            placed,
            "marker",
            start=_time(rate, line.start + marker.start),
            duration=_time(rate, marker.frames),
            value=marker.name,
            note=marker.comment,
        )
    return document(root, "<!DOCTYPE fcpxml>")


def _time(rate: TimecodeRate, frames: int) -> str:
    """A number of frames as seconds: a fraction over the rate, or whole."""
    time_s = rate.time_of(frames)
    whole = f"{time_s.numerator}s"
    return whole if time_s.denominator == 1 else f"{time_s.numerator}/{time_s.denominator}s"
