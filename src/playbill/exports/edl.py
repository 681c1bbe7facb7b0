"""CMX3600: one event of the whole medium, a locator for each appearance.

Written here and not by opentimelineio's adapter, which puts names into capitals, says no FCM line,
and passes line breaks on. Reading systems number events from 001 to 999; markers are not events, so
their number is not limited.

The record side has the time codes of the source: a locator then names the same frame to systems
that look for it in the sequence and to those that look for it in the clip.
"""

from collections.abc import Iterator

from playbill.core.analysis import Analysis
from playbill.errors import ExportError
from playbill.exports.source import facts_text
from playbill.exports.timeline import Timeline

TITLE_CHARACTERS = 70
"""The longest title of CMX3600."""


def edl_lines(analysis: Analysis) -> Iterator[str]:
    """The list, line by line.

    Raises:
        ExportError: the medium has no time, or lasts longer than time code can say: a day, after
            which it begins anew.
    """
    line = Timeline.of(analysis, "edl")
    rate, media = line.rate, analysis.media
    if line.frames >= rate.day:
        raise ExportError(
            f"{media.name}: lasts {float(rate.time_of(line.frames)) / 3600:.1f} hours, expected "
            "less than 24 for edl, whose time code says no more"
        )
    start, end = line.timecode(0), line.timecode(line.frames)
    yield f"TITLE: {line.name[:TITLE_CHARACTERS]}\r\n"
    yield f"FCM: {'DROP FRAME' if rate.drop else 'NON-DROP FRAME'}\r\n\r\n"
    yield f"001  AX       V     C        {start} {end} {start} {end}\r\n"
    yield f"* FROM CLIP NAME:  {line.name}\r\n"
    yield f"* PLAYBILL SHA256: {media.sha256}\r\n"
    for name, value in facts_text(line.facts()).items():
        if name in SAID:
            yield f"* PLAYBILL {name}: {value}\r\n"
    for marker in line.markers:
        colour = "GREEN" if marker.seen.person else "YELLOW"
        colour = "BLUE" if marker.seen.kind == "object" else colour
        until = line.timecode(marker.end)
        said = f"{marker.name} (until {until}; {marker.comment})"
        yield f"* LOC: {line.timecode(marker.start)} {colour:7} {said}\r\n"


SAID = ("frameRate", "timelineRate", "timeline", "times", "sampleEvery", "run", "playbill")
"""Facts of the source that stand in comments."""
