"""IIIF Presentation 3: a manifest with one canvas, its annotations, and a range for each person."""

import json
from collections.abc import Iterator
from mimetypes import guess_type
from urllib.parse import quote

from playbill.core.analysis import Analysis
from playbill.core.appearances import Appearance
from playbill.exports.annotations import Json, seen_in, time_fragment
from playbill.exports.place import Place
from playbill.exports.source import facts_text, source_facts
from playbill.exports.words import one_line, said, seconds

CONTEXT = "http://iiif.io/api/presentation/3/context.json"


def iiif_manifest(analysis: Analysis, place: Place) -> Iterator[str]:
    """The manifest, whose addresses begin with the base of `place`."""
    media = analysis.media
    manifest = f"{place.somewhere.base_url}iiif/{media.id}"
    canvas = f"{manifest}/canvas/1"
    head: Json = {
        "@context": CONTEXT,
        "id": f"{manifest}/manifest.json",
        "type": "Manifest",
        "label": _none(one_line(media.name) or media.id),
        "metadata": [
            {"label": _english(key), "value": _none(value)}
            for key, value in facts_text(source_facts(analysis)).items()
        ],
    }
    if structures := _ranges(analysis, manifest, canvas):
        head["structures"] = structures
    shape = _shape(analysis)
    drawn = place.somewhere.of(media)
    painting = {
        "id": f"{canvas}/painting",
        "type": "AnnotationPage",
        "items": [
            {
                "id": f"{canvas}/painting/1",
                "type": "Annotation",
                "motivation": "painting",
                "body": {"id": drawn, **_body_type(analysis), **shape},
                "target": canvas,
            }
        ],
    }
    yield json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}") + ',\n "items": [\n'
    canvas_head = {"id": canvas, "type": "Canvas", **shape, "items": [painting]}
    yield "  " + json.dumps(canvas_head, ensure_ascii=False).removesuffix("}")
    page = {"id": f"{canvas}/seen", "type": "AnnotationPage", "items": []}
    yield ',\n  "annotations": [' + json.dumps(page).removesuffix("]}")
    comma = ""
    for number, (what, fragment) in enumerate(seen_in(analysis), start=1):
        annotation = {
            "id": f"{canvas}/seen/{number}",
            "type": "Annotation",
            "motivation": "tagging",
            "body": what["body"][0],
            "target": f"{canvas}#{fragment.replace('pixel:', '')}",
        }
        yield f"{comma}\n   {json.dumps(annotation, ensure_ascii=False)}"
        comma = ","
    yield "\n  ]}]\n }]\n}\n"


def _ranges(analysis: Analysis, manifest: str, canvas: str) -> list[Json]:
    """One range for each person and class: whoever reads the manifest can go from one to the next.

    They are for video: a picture has no times.
    """
    groups: dict[tuple[str, str], list[Appearance]] = {}
    for seen in analysis.appearances:
        key = seen.person.id if seen.person else said(seen)
        groups.setdefault((seen.kind, key), []).append(seen)
    return [
        {
            "id": f"{manifest}/range/{number}",
            "type": "Range",
            "label": _none(said(found[0])),
            "items": [
                {"id": f"{canvas}#{time_fragment(seen.span)}", "type": "Canvas"} for seen in found
            ],
        }
        for number, found in enumerate(groups.values(), start=1)
    ]


def _shape(analysis: Analysis) -> Json:
    media = analysis.media
    shape: Json = {"width": media.size_wh[0], "height": media.size_wh[1]}
    return shape if media.duration_s is None else shape | {"duration": seconds(media.duration_s)}


def _body_type(analysis: Analysis) -> Json:
    media = analysis.media
    format_ = guess_type(quote(media.name))[0]
    known: Json = {"type": "Image" if media.kind == "image" else "Video"}
    return known | ({"format": format_} if format_ else {})


def _none(text: str) -> Json:
    return {"none": [text]}


def _english(text: str) -> Json:
    return {"en": [text]}
