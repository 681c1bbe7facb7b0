"""What holds for every format."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from playbill import api
from playbill.archive.document import document_text
from playbill.archive.reading import read_document
from playbill.core.analysis import Analysis
from playbill.errors import ExportError, ExtraMissing, OutputError
from playbill.exports.accept import accepted_format
from playbill.exports.formats import FORMATS, export_chunks, write_export
from tests.support.exported import awkward, empty, exported, picture, plain

each_format = pytest.mark.parametrize("name", FORMATS)
TEXTS = sorted(set(FORMATS) - {"parquet", "parquet-objects", "voc", "yolo"})
SINGLE = [name for name, format_ in FORMATS.items() if not format_.several]
TIMED = [name for name, format_ in FORMATS.items() if format_.videos_only]


def test_all_formats_of_the_contract_are_there() -> None:
    assert set(FORMATS) == {
        *("json", "csv", "csv-objects", "parquet", "parquet-objects", "vtt", "vtt-metadata"),
        *("otio", "edl", "fcp7", "fcpxml", "coco", "voc", "yolo", "cvat", "cvat-video"),
        *("annotations", "iiif", "ebucore"),
    }


def test_files_of_all_formats_can_lie_beside_each_other() -> None:
    suffixes = [format_.suffix for format_ in FORMATS.values()]

    assert len(set(suffixes)) == len(suffixes)


@each_format
@pytest.mark.parametrize("make", [plain, awkward, empty])
def test_the_same_export_is_the_same_bytes(name: str, make: Callable[[], Analysis]) -> None:
    first = exported(make(), name)

    assert first
    assert first == exported(make(), name)


@pytest.mark.parametrize("name", TEXTS)
def test_text_is_utf_8_and_without_control_characters(name: str) -> None:
    text = exported(awkward(), name).decode("utf-8")

    assert "Zo\u00eb" in text
    if not name.startswith("csv"):
        assert not set(text) & {chr(sign) for sign in range(32) if chr(sign) not in "\t\n\r"}


@pytest.mark.parametrize("name", sorted(set(FORMATS) - set(TIMED)))
def test_a_picture_can_be_had_where_time_is_not_needed(name: str) -> None:
    assert exported(picture(), name)


@pytest.mark.parametrize("name", TIMED)
def test_a_picture_is_refused_where_time_is_needed(name: str) -> None:
    with pytest.raises(
        ExportError,
        match=rf"^photo\.jpg: is a picture, which has no time, expected a video for {name}$",
    ):
        exported(picture(), name)


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize(("count", "found"), [(0, "none"), (2, "several")])
def test_one_medium_is_wanted_where_a_file_holds_one(name: str, count: int, found: str) -> None:
    with pytest.raises(ExportError, match=f"^{name}: found {found}, expected one medium"):
        export_chunks([plain()] * count, name)


def test_an_unknown_format_is_refused_with_those_there_are() -> None:
    with pytest.raises(ExportError, match=r"^doc: is no known format, expected one of json, csv,"):
        exported(plain(), "doc")


@each_format
def test_a_file_is_what_is_sent(name: str, tmp_path: Path) -> None:
    target = tmp_path / f"x{FORMATS[name].suffix}"
    write_export([plain()], name, target)

    assert target.read_bytes() == exported(plain(), name)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


@each_format
def test_what_breaks_off_leaves_what_was_there(name: str, tmp_path: Path) -> None:
    target = tmp_path / "x"
    target.write_text("before")

    def breaking() -> Iterator[Analysis]:
        yield plain()
        raise OSError(28, "No space left on device")

    with pytest.raises((OSError, OutputError)):
        write_export(breaking(), name, target)

    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no folder"):
        write_export([plain()], "csv", tmp_path / "nowhere" / "x.csv")


def test_the_json_is_the_document_byte_for_byte() -> None:
    assert exported(plain(), "json").decode() == document_text(plain())


def test_the_api_takes_documents_and_analyses(tmp_path: Path) -> None:
    document = tmp_path / "news.json"
    document.write_bytes(exported(plain(), "json"))

    api.export(document, tmp_path / "one.vtt", format="vtt")
    api.export([plain(), str(document)], tmp_path / "two.csv", format="csv")

    assert (tmp_path / "one.vtt").read_bytes() == exported(read_document(document), "vtt")
    assert len((tmp_path / "two.csv").read_text().splitlines()) == 1 + 2 * 4


WITHOUT = """
import sys
sys.modules["pyarrow"] = sys.modules["opentimelineio"] = None
from playbill.errors import ExtraMissing
from playbill.exports.formats import FORMATS, export_chunks
from tests.support.exported import plain
missing = []
for name in FORMATS:
    try:
        b"".join(export_chunks([plain()], name))
    except ExtraMissing as error:
        missing.append((name, str(error)))
sys.stdout.write(repr(missing))
"""


def test_without_the_extra_all_but_parquet_and_otio_are_there() -> None:
    """In a process of its own, since this one has both libraries loaded already."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    sentence = "{} is not installed, which this needs: pip install 'playbill[exports]'"

    assert dict(eval(done.stdout)) == {
        "parquet": sentence.format("pyarrow"),
        "parquet-objects": sentence.format("pyarrow"),
        "otio": sentence.format("opentimelineio"),
    }
    assert issubclass(ExtraMissing, Exception)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("application/json", "json"),
        ("text/csv", "csv"),
        ("TEXT/CSV", "csv"),
        ("text/*", "csv"),
        ("text/html, text/vtt;q=0.4, text/csv;q=0.2", "vtt"),
        ("text/csv;q=0, text/vtt", "vtt"),
        ("*/*, application/json;q=0", "csv"),
        ("application/json;q=0, application/*;q=0.1", "parquet"),
        ("*/*;q=0", None),
        ("text/vtt, */*;q=0", "vtt"),
        ("application/vnd.apache.parquet", "parquet"),
        ('application/ld+json;profile="http://www.w3.org/ns/anno.jsonld"', "annotations"),
        (
            'application/ld+json;profile="http://iiif.io/api/presentation/3/context.json";q=0.9',
            "iiif",
        ),
        ("application/ld+json", "annotations"),
        ("text/html", None),
        ("text/csv;q=none", None),
        ("image/png;q=0.1,", None),
        (";;,,", None),
    ],
)
def test_accept_names_a_format(header: str, name: str | None) -> None:
    assert accepted_format(header) == name
