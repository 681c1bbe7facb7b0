"""CVAT's XML 1.1 for videos: tracks with a key frame at each analysed frame.

CVAT fills the frames between with boxes in between. Frames are those of the video, from 0.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring, indent, tostring

from playbill.core.analysis import Analysis
from playbill.core.boxes import whole_pixels
from playbill.core.labels import COCO_80
from playbill.core.metadata import Thing
from playbill.exports.pictures import attributes_of
from playbill.exports.tracks import BoxTrack, link
from playbill.exports.training_sets import cvat_comment, cvat_labels
from playbill.exports.words import one_line
from playbill.exports.xml_parts import add


def cvat_video_text(analysis: Analysis) -> Iterator[str]:
    """The file in pieces, a track each."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n' + cvat_comment(analysis)
    yield "<annotations>\n<version>1.1</version>\n" + _text(_meta(analysis))
    for number, track in enumerate(link(analysis.frames)):
        yield _text(_track(track, number, analysis.media.size_wh))
    yield "</annotations>\n"


def _meta(analysis: Analysis) -> Element:
    media = analysis.media
    frames = round((media.duration_s or 0) * (media.frame_rate or 0))
    frames = max([frames, *(frame.index + 1 for frame in analysis.frames[-1:])])
    meta = Element("meta")
    task = add(meta, "task")
    add(task, "name", one_line(media.name))
    add(task, "size", frames)
    add(task, "mode", "interpolation")
    add(task, "overlap", 0)
    add(task, "start_frame", 0)
    add(task, "stop_frame", max(frames - 1, 0))
    add(task, "frame_filter")
    labels = add(task, "labels")
    labels.extend(map(fromstring, cvat_labels()))
    size = add(task, "original_size")
    add(size, "width", media.size_wh[0])
    add(size, "height", media.size_wh[1])
    add(task, "source", one_line(media.name))
    return meta


def _track(track: BoxTrack, number: int, size_wh: tuple[int, int]) -> Element:
    label = COCO_80[track.things[0].class_id]
    element = Element("track", id=str(number), label=label, source="auto")
    for frame, thing in zip(track.frames, track.things, strict=True):
        _box(element, frame, thing, size_wh, outside=False)
    if track.end is not None:
        _box(element, track.end, track.things[-1], size_wh, outside=True)
    return element


def _box(
    track: Element, frame: int, thing: Thing, size_wh: tuple[int, int], *, outside: bool
) -> None:
    left, top, right, bottom = whole_pixels(thing.box_xyxy, size_wh)
    edges = {"xtl": left, "ytl": top, "xbr": right, "ybr": bottom}
    flags = {"keyframe": 1, "outside": int(outside), "occluded": 0}
    box = add(track, "box", frame=frame, **flags, **edges, z_order=0)
    for name, value in attributes_of(thing):
        add(box, "attribute", value, name=name)


def _text(element: Element) -> str:
    indent(element)
    return tostring(element, encoding="unicode") + "\n"
