"""Final Cut Pro 7 XML (xmeml 5), which Premiere and Resolve read too.

Written here and not by opentimelineio's adapter, which cannot hold control characters in names and
does not say whether frames are dropped; the adapter reads it in the tests.
"""

from xml.etree.ElementTree import Element

from playbill.core.analysis import Analysis
from playbill.exports.place import Place
from playbill.exports.source import facts_text
from playbill.exports.timecode import TimecodeRate
from playbill.exports.timeline import Timeline
from playbill.exports.xml_parts import add, document


def fcp7_text(analysis: Analysis, place: Place) -> str:
    """A sequence with one clip of the whole medium and a marker for each appearance.

    Raises:
        ExportError: the medium has no time.
    """
    line = Timeline.of(analysis, "fcp7")
    root = Element("xmeml", version="5")
    sequence = add(root, "sequence", id="sequence-1")
    add(sequence, "name", line.name)
    add(sequence, "duration", line.frames)
    _rate(sequence, line.rate)
    _timecode(sequence, line)
    video = add(add(sequence, "media"), "video")
    _size(add(video, "format"), line)
    track = add(video, "track")
    _clip(track, line, place.of(analysis.media))
    return document(root, "<!DOCTYPE xmeml>")


def _clip(track: Element, line: Timeline, url: str) -> None:
    clip = add(track, "clipitem", id="clipitem-1")
    add(clip, "name", line.name)
    add(clip, "duration", line.frames)
    _rate(clip, line.rate)
    for tag, frame in (("start", 0), ("end", line.frames), ("in", 0), ("out", line.frames)):
        add(clip, tag, frame)
    _file(clip, line, url)
    add(add(clip, "comments"), "mastercomment1", " ".join(_said(line)))
    for marker in line.markers:
        element = add(clip, "marker")
        add(element, "comment", marker.comment)
        add(element, "name", marker.name)
        add(element, "in", marker.start)
        add(element, "out", marker.end)


def _file(clip: Element, line: Timeline, url: str) -> None:
    file = add(clip, "file", id="file-1")
    add(file, "name", line.name)
    add(file, "pathurl", url)
    _rate(file, line.rate)
    add(file, "duration", line.frames)
    _timecode(file, line)
    video = add(add(file, "media"), "video")
    add(video, "duration", line.frames)
    _size(video, line)


def _size(parent: Element, line: Timeline) -> None:
    width, height = line.analysis.media.size_wh
    sample = add(parent, "samplecharacteristics")
    _rate(sample, line.rate)
    add(sample, "width", width)
    add(sample, "height", height)


def _rate(parent: Element, rate: TimecodeRate) -> None:
    element = add(parent, "rate")
    add(element, "timebase", rate.count)
    add(element, "ntsc", rate.ntsc)


def _timecode(parent: Element, line: Timeline) -> None:
    """Of the first frame, which clips and markers count from whatever it is called."""
    element = add(parent, "timecode")
    _rate(element, line.rate)
    add(element, "string", line.timecode(0))
    add(element, "frame", line.start)
    add(element, "displayformat", "DF" if line.rate.drop else "NDF")


def _said(line: Timeline) -> list[str]:
    return [f"{name}: {value};" for name, value in facts_text(line.facts()).items()]
