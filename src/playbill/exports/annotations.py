"""W3C Web Annotation (JSON-LD): what is seen, on fragments `t=` and `xywh=` of the medium."""

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from playbill.core.analysis import Analysis
from playbill.core.boxes import whole_pixels
from playbill.core.metadata import Box
from playbill.core.timespan import TimeSpan
from playbill.exports.place import Place
from playbill.exports.source import source_facts
from playbill.exports.words import said, score, seconds_text

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
FRAGMENTS = "http://www.w3.org/TR/media-frags/"
OWN = "urn:playbill:"

Json = dict[str, Any]


def web_annotations(analysis: Analysis, place: Place) -> Iterator[str]:
    """An annotation page: first the appearances, then each object of each analysed frame."""
    source = place.somewhere.of(analysis.media)
    run = analysis.run
    facts = {f"playbill:{key}": value for key, value in source_facts(analysis).items()}
    head: Json = {
        "@context": [CONTEXT, {"playbill": OWN}],
        "id": f"urn:uuid:{annotation_id(analysis, 'page')}",
        "type": "AnnotationPage",
        "generator": {
            "id": OWN + run.version,
            "type": "Software",
            "name": f"Playbill {run.version}",
        },
        **facts,
    }
    text = json.dumps(head, ensure_ascii=False, indent=1)
    yield text.removesuffix("\n}") + ',\n "items": ['
    comma = ""
    for annotation in _annotations(analysis, source):
        yield f"{comma}\n  {json.dumps(annotation, ensure_ascii=False)}"
        comma = ","
    yield "\n ]\n}\n"


def _annotations(analysis: Analysis, source: str) -> Iterator[Json]:
    kind = "Image" if analysis.media.kind == "image" else "Video"
    for number, (what, fragment) in enumerate(seen_in(analysis)):
        yield {
            "id": f"urn:uuid:{annotation_id(analysis, str(number))}",
            "type": "Annotation",
            "motivation": "identifying",
            **what,
            "target": {
                "type": "SpecificResource",
                "source": {"id": source, "type": kind},
                "selector": {
                    "type": "FragmentSelector",
                    "conformsTo": FRAGMENTS,
                    "value": fragment,
                },
            },
        }


def seen_in(analysis: Analysis) -> Iterator[tuple[Json, str]]:
    """Each appearance, then each object, as a body and as a media fragment."""
    for seen in analysis.appearances:
        who = seen.person.id if seen.person else None
        yield body(said(seen), who, seen.score, seen.kind), time_fragment(seen.span)
    size_wh = analysis.media.size_wh
    for frame in analysis.frames:
        for thing in frame.things:
            match = thing.match if thing.match and thing.match.person else None
            who = match.person.id if match and match.person else None
            where = box_fragment(thing.box_xyxy, size_wh)
            if analysis.media.kind == "video":
                where = f"{moment_fragment(analysis, frame.time_s)}&{where}"
            yield body(said(thing), who, thing.score, thing.kind), where


def body(name: str, person_id: str | None, sure: float, kind: str) -> Json:
    """What an annotation says: a tag with the name, and whom it is about."""
    tag = {"type": "TextualBody", "purpose": "tagging", "format": "text/plain", "value": name}
    bodies: list[Json] = [tag]
    if person_id is not None:
        who = f"{OWN}person:{quote(person_id, safe='')}"
        bodies.append({"type": "SpecificResource", "purpose": "identifying", "source": who})
    return {"body": bodies, "playbill:kind": kind, "playbill:score": score(sure)}


def time_fragment(span: TimeSpan) -> str:
    """`t=` of Media Fragments 1.0: seconds, the end exclusive."""
    return f"t={seconds_text(span.start_s)},{seconds_text(span.end_s)}"


def moment_fragment(analysis: Analysis, time_s: Fraction) -> str:
    """A frame as a span: as long as a frame is on average."""
    rate = analysis.media.frame_rate or Fraction(25)
    return time_fragment(TimeSpan(time_s, time_s + 1 / rate))


def box_fragment(box_xyxy: Box, size_wh: tuple[int, int]) -> str:
    """`xywh=` of Media Fragments 1.0, in pixels."""
    left, top, right, bottom = whole_pixels(box_xyxy, size_wh)
    return f"xywh=pixel:{left},{top},{right - left},{bottom - top}"


def annotation_id(analysis: Analysis, number: str) -> str:
    """A UUID that follows from the run: the same export gives the same annotations."""
    return str(uuid5(NAMESPACE_URL, f"{OWN}{analysis.run.id}:{analysis.media.sha256}:{number}"))
