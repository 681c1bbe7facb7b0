"""Web annotations and manifests as JSON-LD's and IIIF's own libraries read them."""

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import iiif_prezi3
import pytest
from pyld import jsonld

from playbill.core.analysis import Analysis
from tests.support.analyses import ADA
from tests.support.exported import (
    ODD_NAMES,
    awkward,
    clip_analysis,
    empty,
    exported,
    picture,
    plain,
    times_of,
    varying_clip,
)

OA = "http://www.w3.org/ns/oa#"
AS = "http://www.w3.org/ns/activitystreams#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TERMS = {
    # What https://www.w3.org/TR/annotation-vocab/ says of the terms that are used.
    "id": "@id",
    "type": "@type",
    "Annotation": f"{OA}Annotation",
    "AnnotationPage": f"{AS}OrderedCollectionPage",
    "SpecificResource": f"{OA}SpecificResource",
    "TextualBody": f"{OA}TextualBody",
    "FragmentSelector": f"{OA}FragmentSelector",
    "Video": "http://purl.org/dc/dcmitype/MovingImage",
    "Image": "http://purl.org/dc/dcmitype/StillImage",
    "Software": f"{AS}Application",
    "body": {"@type": "@id", "@id": f"{OA}hasBody"},
    "target": {"@type": "@id", "@id": f"{OA}hasTarget"},
    "source": {"@type": "@id", "@id": f"{OA}hasSource"},
    "selector": {"@type": "@id", "@id": f"{OA}hasSelector"},
    "motivation": {"@type": "@vocab", "@id": f"{OA}motivatedBy"},
    "purpose": {"@type": "@vocab", "@id": f"{OA}hasPurpose"},
    "identifying": f"{OA}identifying",
    "tagging": f"{OA}tagging",
    "value": {"@id": f"{RDF}value"},
    "format": {"@id": "http://purl.org/dc/elements/1.1/format"},
    "conformsTo": {"@type": "@id", "@id": "http://purl.org/dc/terms/conformsTo"},
    "generator": {"@type": "@id", "@id": f"{AS}generator"},
    "name": {"@id": "http://xmlns.com/foaf/0.1/name"},
    "items": {"@type": "@id", "@id": f"{AS}items", "@container": "@list"},
}


def _context(url: str, _options: object) -> dict[str, object]:
    assert url == "http://www.w3.org/ns/anno.jsonld"
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": {"@context": TERMS},
    }


def expanded(analysis: Analysis) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The page and its annotations, as pyld expands them."""
    document = json.loads(exported(analysis, "annotations"))
    (page,) = jsonld.expand(document, {"documentLoader": _context})
    return page, page[f"{AS}items"][0]["@list"]


def value_of(node: dict[str, Any], term: str) -> Any:
    return node[term][0].get("@value", node[term][0].get("@id"))


def names_of(annotations: list[dict[str, Any]]) -> list[str]:
    return [a[f"{OA}hasBody"][0][f"{RDF}value"][0]["@value"] for a in annotations]


def fragments_of(annotations: list[dict[str, Any]]) -> list[str]:
    targets = [a[f"{OA}hasTarget"][0][f"{OA}hasSelector"][0] for a in annotations]
    return [target[f"{RDF}value"][0]["@value"] for target in targets]


def manifest(analysis: Analysis, base_url: str = "") -> Any:
    """As the IIIF's library takes it, which checks it against the specification."""
    text = exported(analysis, "iiif", base_url=base_url).decode()
    return iiif_prezi3.Manifest(**json.loads(text))


def test_an_annotation_tags_a_stretch_of_the_video() -> None:
    page, annotations = expanded(plain())
    ada = annotations[0]

    assert names_of(annotations)[:4] == ["Ada Lovelace", "tv", "Charles Babbage", "unknown person"]
    assert fragments_of(annotations)[:4] == [
        "t=0,2.002",
        "t=0,1.001",
        "t=1.001,2.002",
        "t=2.002,3.003",
    ]
    tag, who = ada[f"{OA}hasBody"]
    assert value_of(tag, f"{OA}hasPurpose") == f"{OA}tagging"
    assert value_of(who, f"{OA}hasSource") == "urn:playbill:person:person-ada"
    assert value_of(ada, "urn:playbill:score") == 0.8
    target = ada[f"{OA}hasTarget"][0]
    assert target[f"{OA}hasSource"][0]["@id"] == "https://playbill.invalid/news.mp4"
    assert value_of(page, "urn:playbill:sha256") == "ab" * 32
    assert value_of(page, "urn:playbill:frameRate") == "30000/1001"


def test_every_object_of_every_frame_is_an_annotation_with_its_box() -> None:
    _, annotations = expanded(plain())

    assert len(annotations) == 4 + 5
    assert fragments_of(annotations)[4:6] == [
        "t=0,0.033367&xywh=pixel:10,20,100,200",
        "t=0,0.033367&xywh=pixel:200,100,100,80",
    ]
    assert fragments_of(annotations)[7] == "t=1.001,1.034367&xywh=pixel:300,20,100,200"


def test_a_picture_has_boxes_and_no_times() -> None:
    _, annotations = expanded(picture())

    assert names_of(annotations) == ["Ada Lovelace", "tv"]
    assert fragments_of(annotations) == ["xywh=pixel:10,20,100,200", "xywh=pixel:200,100,100,80"]


def test_annotations_have_ids_of_their_own_that_stay() -> None:
    first, again = (expanded(plain())[1] for _ in range(2))
    ids = [annotation["@id"] for annotation in first]

    assert len(set(ids)) == len(ids) == 9
    assert ids == [annotation["@id"] for annotation in again]


def test_names_come_back_letter_by_letter() -> None:
    _, annotations = expanded(awkward())
    shown = manifest(awkward())

    assert names_of(annotations)[: len(ODD_NAMES)] == list(ODD_NAMES)
    assert [entry.label["none"][0] for entry in shown.structures] == list(ODD_NAMES)


@pytest.mark.parametrize("count", [lambda a: len(expanded(a)[1]), lambda a: len(seen_on(a))])
def test_a_medium_without_anything_seen_has_no_annotations(
    count: Callable[[Analysis], int],
) -> None:
    assert count(empty()) == 0


def seen_on(analysis: Analysis) -> list[Any]:
    (canvas,) = manifest(analysis).items
    (page,) = canvas.annotations
    return list(page.items or [])


def test_a_manifest_has_one_canvas_with_the_video_on_it() -> None:
    shown = manifest(plain(), "https://example.org/media")
    (canvas,) = shown.items
    painted = canvas.items[0].items[0]

    assert shown.id.startswith("https://example.org/media/iiif/")
    assert (canvas.width, canvas.height, canvas.duration) == (640, 360, 61.4)
    assert painted.motivation == "painting"
    body = painted.body
    assert (body.id, body.type) == ("https://example.org/media/news.mp4", "Video")
    assert (body.format, body.duration) == ("video/mp4", 61.4)
    assert painted.target == canvas.id


def test_a_manifest_tags_stretches_and_boxes_of_its_canvas() -> None:
    (canvas,) = manifest(plain()).items
    targets = [annotation.target for annotation in seen_on(plain())]

    assert all(target.startswith(f"{canvas.id}#") for target in targets)
    assert targets[0].endswith("#t=0,2.002")
    assert targets[4].endswith("#t=0,0.033367&xywh=10,20,100,200")


def test_a_manifest_has_a_range_for_everybody() -> None:
    twice = plain()
    ada = twice.appearances[0]
    again = replace(ada, span=type(ada.span)(Fraction(10), Fraction(12)))
    ranges = manifest(replace(twice, appearances=(*twice.appearances, again))).structures

    names = [entry.label["none"] for entry in ranges]
    assert names == [["Ada Lovelace"], ["tv"], ["Charles Babbage"], ["unknown person"]]
    assert [item.id.partition("#")[2] for item in ranges[0].items] == ["t=0,2.002", "t=10,12"]


def test_a_manifest_says_its_source() -> None:
    said = {e.label["en"][0]: e.value["none"][0] for e in manifest(plain()).metadata}

    assert (said["sha256"], said["frameRate"]) == ("ab" * 32, "30000/1001")
    assert said["sampleEvery"] == "30"


def test_a_manifest_of_a_picture_has_no_duration() -> None:
    (canvas,) = manifest(picture()).items

    assert canvas.duration is None
    assert canvas.items[0].items[0].body.type == "Image"
    assert seen_on(picture())[0].target.endswith("#xywh=10,20,100,200")


def test_times_are_those_of_the_file(tmp_path: Path) -> None:
    path = varying_clip(tmp_path)
    times = times_of(path)
    _, annotations = expanded(clip_analysis(path, {ADA: (7, 50)}))

    start, end = fragments_of(annotations)[0].removeprefix("t=").split(",")
    assert (Fraction(start), Fraction(end)) == (times[7], times[50])
