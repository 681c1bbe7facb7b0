"""Documents: exactly the specification's shape, and back."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbill.archive.document import document_text, to_document, write_document
from playbill.archive.reading import document_schema, from_document, read_document
from playbill.core.appearances import Appearance
from playbill.core.metadata import FrameMetadata
from playbill.core.people import Candidate, Match
from playbill.errors import DocumentError, OutputError
from tests.support.analyses import ADA, CHARLES, analysis_of, person, span, thing

SECOND_FRAME = Fraction(1001, 1000)


def example() -> dict[str, object]:
    shown = FrameMetadata(30, SECOND_FRAME, (person(ADA), person(None, face=None), thing("tv")))
    return to_document(
        analysis_of(
            shown,
            appearances=(
                Appearance("person", "person", 0, ADA, span(1.001, 9.009), 9, 0.93),
                Appearance("person", "person", 0, None, span(1.001, 2.002), 1, 0.5),
                Appearance("object", "tv", 62, None, span(1.001, 2.002), 1, 0.71),
            ),
        )
    )


def test_a_frame_reads_as_in_the_specification() -> None:
    assert example()["frames"] == [
        {
            "frameIdx": 30,
            "time": 1.001,
            "objects": [
                {
                    "ObjectID": 0,
                    "Bb": {"x": 10, "y": 20, "width": 100, "height": 200},
                    "kind": "person",
                    "label": "person",
                    "score": 0.9,
                    "person": {"id": "person-ada", "name": "Ada Lovelace", "score": 0.8},
                    "face": {"Bb": {"x": 40, "y": 30, "width": 40, "height": 50}, "score": 0.99},
                },
                {
                    "ObjectID": 0,
                    "Bb": {"x": 10, "y": 20, "width": 100, "height": 200},
                    "kind": "person",
                    "label": "person",
                    "score": 0.9,
                    "person": None,
                    "face": None,
                },
                {
                    "ObjectID": 62,
                    "Bb": {"x": 200, "y": 100, "width": 100, "height": 80},
                    "kind": "object",
                    "label": "tv",
                    "score": 0.7,
                },
            ],
        }
    ]


def test_appearances_read_as_in_the_specification() -> None:
    assert example()["appearances"] == [
        {
            "kind": "person",
            "person": {"id": "person-ada", "name": "Ada Lovelace"},
            "start": 1.001,
            "end": 9.009,
            "frames": 9,
            "score": 0.93,
        },
        {
            "kind": "person",
            "person": None,
            "start": 1.001,
            "end": 2.002,
            "frames": 1,
            "score": 0.5,
        },
        {
            "kind": "object",
            "ObjectID": 62,
            "label": "tv",
            "start": 1.001,
            "end": 2.002,
            "frames": 1,
            "score": 0.71,
        },
    ]


def test_people_without_a_name_are_told_apart_by_number_and_come_back() -> None:
    one = replace(person(None), unknown=2)
    appearance = Appearance("person", "person", 0, None, span(1, 2), 1, 0.5, unknown=2)
    analysis = analysis_of(FrameMetadata(30, Fraction(1), (one,)), appearances=(appearance,))

    document = to_document(analysis)

    assert document["frames"][0]["objects"][0]["unknown"] == 2
    assert document["appearances"][0] | {"start": 0, "end": 0} == {
        "kind": "person",
        "person": None,
        "unknown": 2,
        "start": 0,
        "end": 0,
        "frames": 1,
        "score": 0.5,
    }
    assert from_document(document, "it") == from_document(json.loads(json.dumps(document)), "it")
    assert from_document(document, "it").frames == analysis.frames
    assert from_document(document, "it").appearances == analysis.appearances


def test_somebody_with_a_name_and_a_number_is_refused() -> None:
    shown = FrameMetadata(30, Fraction(1), (person(ADA),))
    document = to_document(analysis_of(shown))
    document["frames"][0]["objects"][0]["unknown"] = 1

    with pytest.raises(DocumentError, match="unknown must be a number from 1 of nobody named"):
        from_document(document, "it")


def test_media_and_run_hold_what_the_specification_names() -> None:
    document = to_document(analysis_of())

    assert document["schema"] == "playbill/1"
    assert document["media"] | {"id": "", "sha256": ""} == {
        "id": "",
        "name": "news.mp4",
        "kind": "video",
        "sha256": "",
        "width": 640,
        "height": 360,
        "frameRate": "30000/1001",
        "duration": 61.4,
        "container": "mov",
        "codec": "h264",
        "rotation": 0,
    }
    assert document["run"]["sampleEvery"] == 30
    assert document["run"]["frames"] == {"expected": 0, "analysed": 0, "corrupt": 0}
    assert document["run"]["models"][0]["precision"] == "bf16"


def test_another_implementation_of_json_schema_agrees_that_it_is_valid() -> None:
    schema = document_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(example())


def test_the_specification_s_own_example_is_read() -> None:
    document = json.loads(
        """
        {"schema": "playbill/1",
         "media": {"id": "1", "name": "news.mp4", "kind": "video", "sha256": "SHA",
                   "width": 1920, "height": 1080, "frameRate": "30000/1001", "duration": 61.4},
         "run": {"id": "2", "version": "0", "sampleEvery": 30,
                 "models": [{"task": "face-detection", "name": "mtcnn", "sha256": "SHA"}],
                 "frames": {"expected": 62, "analysed": 62, "corrupt": 0}},
         "frames": [{"frameIdx": 30, "time": 1.001, "objects": [
           {"ObjectID": 0, "Bb": {"x": 412, "y": 96, "width": 210, "height": 540},
            "kind": "person", "label": "person", "score": 0.97,
            "person": {"id": "3", "name": "Ada Lovelace", "score": 0.91},
            "face": {"Bb": {"x": 470, "y": 120, "width": 88, "height": 110}, "score": 0.99}},
           {"ObjectID": 62, "Bb": {"x": 10, "y": 300, "width": 400, "height": 260},
            "kind": "object", "label": "tv", "score": 0.71}]}],
         "appearances": [{"kind": "person", "person": {"id": "3", "name": "Ada Lovelace"},
                          "start": 1.001, "end": 9.009, "frames": 9, "score": 0.93}]}
        """.replace("SHA", "0" * 64)
    )

    analysis = from_document(document, "the example")

    assert analysis.names() == ["Ada Lovelace"]
    assert analysis.frames[0].time_s == SECOND_FRAME
    assert analysis.frames[0].things[1].box_xyxy == (10, 300, 410, 560)


names = st.text(min_size=1).filter(str.strip)
sides = st.tuples(*[st.integers(0, 8).map(lambda n: n * 40.0)] * 4).map(
    lambda b: (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3]))
)


@given(names, st.lists(sides, max_size=4), st.integers(0, 10**6))
def test_reading_and_writing_again_changes_nothing(
    name: str, boxes: list[tuple[float, float, float, float]], index: int
) -> None:
    who = type(ADA)("id", name)
    time = Fraction(index * 1001, 30000)
    things = tuple(person(who, box, box) for box in boxes)
    written = document_text(analysis_of(FrameMetadata(index, time, things)))

    assert document_text(from_document(json.loads(written), "x")) == written


@pytest.mark.parametrize("said", ["10:00:00:00", "23:59:59;29"])
def test_the_time_code_that_a_file_begins_with_is_written_and_read(said: str) -> None:
    made = analysis_of()
    timed = replace(made, media=replace(made.media, start_timecode=said))
    document = to_document(timed)

    assert document["media"]["startTimecode"] == said
    jsonschema.Draft202012Validator(document_schema()).validate(document)
    assert from_document(document, "here") == timed


def test_a_document_of_a_file_without_time_code_says_nothing_of_it() -> None:
    assert "imecode" not in document_text(analysis_of())


@pytest.mark.parametrize("said", ["24:00:00:00", "10:00:00", "10:00:00.00", "1:0:0:0", None, 0])
def test_a_time_code_that_is_none_is_refused(said: object) -> None:
    document = to_document(analysis_of())
    document["media"]["startTimecode"] = said

    with pytest.raises(DocumentError, match="at media/startTimecode"):
        from_document(document, "here")


def test_a_box_at_the_edge_keeps_at_least_one_pixel_inside_the_picture() -> None:
    edge = thing("dog", (639.9, 359.9, 640, 360))
    document = to_document(analysis_of(FrameMetadata(0, Fraction(0), (edge,))))

    box = document["frames"][0]["objects"][0]["Bb"]
    assert box == {"x": 639, "y": 359, "width": 1, "height": 1}


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda d: d.update(schema="playbill/9"), "at schema"),
        (lambda d: d["media"].pop("sha256"), "at media"),
        (lambda d: d["frames"][0]["objects"][0].update(score=7), "at frames/0/objects/0"),
        (lambda d: d["run"]["frames"].update(expected=9), "analysed \\+ corrupt"),
        (lambda d: d["appearances"][0].update(end=0.5), "end after it starts"),
        (lambda d: d["media"].update(frameRate="1/0"), "1, 0"),
        (lambda d: d.update(extra=1), "extra"),
    ],
)
def test_what_is_not_a_document_is_refused_with_the_place(spoil: object, sentence: str) -> None:
    document = example()
    spoil(document)  # type: ignore[operator]

    with pytest.raises(DocumentError, match=rf"x\.json: not a playbill/1 document.*{sentence}"):
        from_document(document, "x.json")


def test_files_that_are_no_json_or_not_there_are_refused_by_name(tmp_path: Path) -> None:
    text = tmp_path / "notes.json"
    text.write_text("hello")

    with pytest.raises(DocumentError, match=r"notes\.json: expected a JSON document"):
        read_document(text)
    with pytest.raises(DocumentError, match=r"gone\.json: cannot be read: No such file"):
        read_document(tmp_path / "gone.json")


@pytest.mark.parametrize(
    "text", ["[" * 200_000, '{"a": ' + "9" * 5000 + "}"], ids=["nested too deep", "too many digits"]
)
def test_json_that_no_parser_takes_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.json").write_text(text)

    with pytest.raises(DocumentError, match=r"odd\.json: expected a JSON document"):
        read_document(tmp_path / "odd.json")


def test_half_a_character_is_refused_and_a_whole_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    escaped = json.dumps(to_document(analysis_of())).replace("news.mp4", "%s")
    path.write_text(escaped % "\\ud83d\\ude00.mp4")
    assert read_document(path).media.name == "\U0001f600.mp4"

    path.write_text(escaped % "\\ud83d.mp4")
    with pytest.raises(DocumentError, match=r"expected whole characters, found \\ud83d alone"):
        read_document(path)


def test_a_written_document_is_read_back(tmp_path: Path) -> None:
    analysis = analysis_of(FrameMetadata(0, Fraction(0), (person(ADA),)))
    write_document(analysis, tmp_path / "a.json")

    assert document_text(read_document(tmp_path / "a.json")) == document_text(analysis)


def test_a_folder_that_is_not_there_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no folder"):
        write_document(analysis_of(), tmp_path / "no" / "a.json")


MAYBE = (Candidate(ADA, 0.4375), Candidate(CHARLES, 0.0625))


def test_whom_somebody_may_be_is_written_and_read_and_is_no_name() -> None:
    unsure = replace(person(None), match=Match(None, 0.0, MAYBE), unknown=1)
    analysis = analysis_of(FrameMetadata(30, SECOND_FRAME, (unsure,)))

    document = to_document(analysis)
    jsonschema.validate(document, document_schema())

    [entry] = document["frames"][0]["objects"]
    assert entry["person"] is None
    assert entry["candidates"] == [
        {"id": ADA.id, "name": ADA.name, "probability": 0.4375},
        {"id": CHARLES.id, "name": CHARLES.name, "probability": 0.0625},
    ]
    assert from_document(document, "here").frames == analysis.frames


def test_somebody_whom_nobody_may_be_has_no_candidates_in_the_document() -> None:
    document = to_document(analysis_of(FrameMetadata(30, SECOND_FRAME, (person(None),))))

    assert "candidates" not in document["frames"][0]["objects"][0]
