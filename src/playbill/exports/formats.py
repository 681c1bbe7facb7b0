"""Every format that results can be had in: one door for the command line and the server.

Writers are generators of bytes over analyses that may be read one by one from an archive; what goes
to a file is written whole or not at all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from types import MappingProxyType

from playbill.archive.document import document_text
from playbill.core.analysis import Analysis
from playbill.core.atomic import atomic_path
from playbill.core.extras import from_extra
from playbill.errors import ExportError
from playbill.exports.annotations import web_annotations
from playbill.exports.csv_table import csv_chunks
from playbill.exports.cvat_video import cvat_video_text
from playbill.exports.ebucore import ebucore_text
from playbill.exports.edl import edl_lines
from playbill.exports.fcp7 import fcp7_text
from playbill.exports.fcpxml import fcpxml_text
from playbill.exports.iiif import iiif_manifest
from playbill.exports.place import Place
from playbill.exports.tables import APPEARANCES, OBJECTS, Table
from playbill.exports.training_sets import coco_chunks, cvat_chunks, voc_chunks, yolo_chunks
from playbill.exports.webvtt import webvtt_chapters, webvtt_metadata

Writer = Callable[[Iterable[Analysis], Place], Iterator[bytes]]
"""Takes the media and where they lie."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format that results can be had in."""

    title: str
    """What it is, in a few words."""
    suffix: str
    media_type: str
    write: Writer
    several: bool = False
    """Whether one file can be of several media."""
    videos_only: bool = False
    """Whether it lives on time, which a picture has none of."""


def _of_one(write: Callable[[Analysis], Iterable[str]]) -> Writer:
    def chunks(analyses: Iterable[Analysis], _place: Place) -> Iterator[bytes]:
        return (text.encode() for analysis in analyses for text in write(analysis))

    return chunks


def _of_one_at(write: Callable[[Analysis, Place], Iterable[str]]) -> Writer:
    def chunks(analyses: Iterable[Analysis], place: Place) -> Iterator[bytes]:
        return (text.encode() for analysis in analyses for text in write(analysis, place))

    return chunks


def _of_all(write: Callable[[Iterable[Analysis]], Iterator[bytes]]) -> Writer:
    def chunks(analyses: Iterable[Analysis], _place: Place) -> Iterator[bytes]:
        return write(analyses)

    return chunks


def _json(analysis: Analysis) -> Iterator[str]:
    yield document_text(analysis)


def _parquet(table: Table, analyses: Iterable[Analysis]) -> Iterator[bytes]:
    module = from_extra("playbill.exports.parquet", "exports")
    chunks: Iterator[bytes] = module.parquet_chunks(table, analyses)
    return chunks


def _otio(analysis: Analysis, place: Place) -> Iterator[str]:
    module = from_extra("playbill.exports.otio", "exports")
    yield module.otio_text(analysis, place)


def _cvat(analyses: Iterable[Analysis]) -> Iterator[bytes]:
    return (chunk for analysis in analyses for chunk in cvat_chunks(analysis))


def _fcp7(analysis: Analysis, place: Place) -> Iterator[str]:
    yield fcp7_text(analysis, place)


def _fcpxml(analysis: Analysis, place: Place) -> Iterator[str]:
    yield fcpxml_text(analysis, place)


_ANNOTATIONS = 'application/ld+json;profile="http://www.w3.org/ns/anno.jsonld"'
_IIIF = 'application/ld+json;profile="http://iiif.io/api/presentation/3/context.json"'

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "json": Format("the document playbill/1", ".json", "application/json", _of_one(_json)),
        "csv": Format(
            "a table of appearances",
            ".csv",
            "text/csv",
            _of_all(partial(csv_chunks, APPEARANCES)),
            several=True,
        ),
        "csv-objects": Format(
            "a table of what each frame shows",
            ".objects.csv",
            "text/csv",
            _of_all(partial(csv_chunks, OBJECTS)),
            several=True,
        ),
        "parquet": Format(
            "a table of appearances, typed",
            ".parquet",
            "application/vnd.apache.parquet",
            _of_all(partial(_parquet, APPEARANCES)),
            several=True,
        ),
        "parquet-objects": Format(
            "a table of what each frame shows, typed",
            ".objects.parquet",
            "application/vnd.apache.parquet",
            _of_all(partial(_parquet, OBJECTS)),
            several=True,
        ),
        "vtt": Format(
            "WebVTT chapters by who is seen",
            ".vtt",
            "text/vtt",
            _of_one(webvtt_chapters),
            videos_only=True,
        ),
        "vtt-metadata": Format(
            "WebVTT cues with a JSON object each",
            ".metadata.vtt",
            "text/vtt",
            _of_one(webvtt_metadata),
            videos_only=True,
        ),
        "otio": Format(
            "OpenTimelineIO, a marker for each appearance",
            ".otio",
            "application/json",
            _of_one_at(_otio),
            videos_only=True,
        ),
        "edl": Format(
            "CMX3600 edit list with locators",
            ".edl",
            "text/plain",
            _of_one(edl_lines),
            videos_only=True,
        ),
        "fcp7": Format(
            "Final Cut Pro 7 XML (Premiere, Resolve)",
            ".fcp7.xml",
            "application/xml",
            _of_one_at(_fcp7),
            videos_only=True,
        ),
        "fcpxml": Format(
            "Final Cut Pro X XML",
            ".fcpxml",
            "application/xml",
            _of_one_at(_fcpxml),
            videos_only=True,
        ),
        "coco": Format(
            "COCO, a picture for each analysed frame",
            ".coco.json",
            "application/json",
            _of_all(coco_chunks),
            several=True,
        ),
        "voc": Format(
            "Pascal VOC in a ZIP, labels alone",
            ".voc.zip",
            "application/zip",
            _of_all(voc_chunks),
            several=True,
        ),
        "yolo": Format(
            "YOLO in a ZIP, labels alone",
            ".yolo.zip",
            "application/zip",
            _of_all(yolo_chunks),
            several=True,
        ),
        "cvat": Format("CVAT 1.1 for images", ".cvat.xml", "application/xml", _of_all(_cvat)),
        "cvat-video": Format(
            "CVAT 1.1 for videos, with tracks",
            ".cvat-video.xml",
            "application/xml",
            _of_one(cvat_video_text),
            videos_only=True,
        ),
        "annotations": Format(
            "W3C Web Annotation", ".jsonld", _ANNOTATIONS, _of_one_at(web_annotations)
        ),
        "iiif": Format("IIIF Presentation 3", ".iiif.json", _IIIF, _of_one_at(iiif_manifest)),
        "ebucore": Format(
            "EBUCore XML, a part for each appearance",
            ".ebucore.xml",
            "application/xml",
            _of_one(ebucore_text),
        ),
    }
)
"""By the name that the command line and `?format=` know; of formats with one media type, the first
answers to `Accept`."""


def format_named(name: str) -> Format:
    """The format of that name.

    Raises:
        ExportError: there is none.
    """
    if name not in FORMATS:
        raise ExportError(f"{name}: is no known format, expected one of {', '.join(FORMATS)}")
    return FORMATS[name]


def export_chunks(
    analyses: Iterable[Analysis], name: str, *, base_url: str = "", file_url: str = ""
) -> Iterator[bytes]:
    """An export in pieces, for who sends it on.

    The first piece is made before this returns, so that what cannot be is said before a byte is
    sent. Formats that are not `several` take exactly one analysis.

    Args:
        analyses: read once, one after the other.
        name: of the format.
        base_url: the address that the media lie under; empty: beside the export.
        file_url: the address of the one medium, where it is not its name below `base_url`.

    Raises:
        ExportError: no such format, or it cannot hold that.
        ExtraMissing: a library for it is not installed.
    """
    format_ = format_named(name)
    place = Place(f"{base_url.rstrip('/')}/" if base_url else "", file_url)
    chunks = format_.write(analyses if format_.several else [_only(analyses, name)], place)
    return chain([next(chunks, b"")], chunks)


def write_export(
    analyses: Iterable[Analysis], name: str, target: Path, *, base_url: str = ""
) -> None:
    """Write an export to a file whole, or leave what was there.

    Raises:
        ExportError: no such format, or it cannot hold that.
        ExtraMissing: a library for it is not installed.
        OutputError: the file cannot be written.
    """
    chunks = export_chunks(analyses, name, base_url=base_url)
    with atomic_path(target) as temporary, temporary.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)


def _only(analyses: Iterable[Analysis], name: str) -> Analysis:
    media = iter(analyses)
    first, second = next(media, None), next(media, None)
    if first is None or second is not None:
        found = "none" if first is None else "several"
        raise ExportError(f"{name}: found {found}, expected one medium for a file of this format")
    if FORMATS[name].videos_only and first.media.kind == "image":
        raise ExportError(
            f"{first.media.name}: is a picture, which has no time, expected a video for {name}"
        )
    return first
