import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from playbill.core.analysis import Analysis
from playbill.core.people import Person
from tests.support.analyses import ADA, CHARLES, analysis_of, span
from tests.support.exported import (
    ODD_NAMES,
    awkward,
    clip_analysis,
    empty,
    exported,
    ntsc_clip,
    plain,
    seen,
    times_of,
    varying_clip,
)

Cue = tuple[str, str, str]


def cues(analysis: Analysis, name: str) -> list[Cue]:
    """As webvtt-py reads them."""
    found = webvtt.from_buffer(io.StringIO(exported(analysis, name).decode()))
    return [(cue.start, cue.end, cue.raw_text) for cue in found]


def payloads(analysis: Analysis) -> list[dict[str, object]]:
    return [json.loads(text) for _, _, text in cues(analysis, "vtt-metadata")]


def test_a_chapter_is_a_stretch_with_the_same_people() -> None:
    assert cues(plain(), "vtt") == [
        ("00:00:00.000", "00:00:01.001", "Ada Lovelace"),
        ("00:00:01.001", "00:00:02.002", "Ada Lovelace, Charles Babbage"),
        ("00:00:02.002", "00:00:03.003", "unknown person"),
    ]


def test_nobody_is_no_chapter() -> None:
    spans = (span(0, 1), span(4, 5))
    seen_twice = tuple(seen(ADA, it.start_s, it.end_s) for it in spans)

    assert cues(analysis_of(appearances=seen_twice), "vtt") == [
        ("00:00:00.000", "00:00:01.000", "Ada Lovelace"),
        ("00:00:04.000", "00:00:05.000", "Ada Lovelace"),
    ]


def test_one_person_after_another_of_the_same_name_is_one_chapter() -> None:
    spans = (span(0, 1), span(1, 2), span(1.5, 3))
    found = cues(
        analysis_of(appearances=tuple(seen(None, s.start_s, s.end_s) for s in spans)), "vtt"
    )

    assert found == [("00:00:00.000", "00:00:03.000", "unknown person")]


grid = st.integers(0, 8)


@given(
    st.lists(
        st.tuples(st.sampled_from([ADA, CHARLES, None]), grid, grid).filter(lambda t: t[1] < t[2]),
        max_size=6,
    )
)
def test_chapters_never_overlap_and_say_who_is_there(
    rows: list[tuple[Person | None, int, int]],
) -> None:
    appearances = tuple(seen(who, span(a, b).start_s, span(a, b).end_s) for who, a, b in rows)
    found = cues(analysis_of(appearances=appearances), "vtt")

    by_second = {}
    last = -1
    for start, end, text in found:
        first, until = int(start[6:8]), int(end[6:8])
        assert last <= first < until
        last = until
        by_second.update({second: set(text.split(", ")) for second in range(first, until)})
    for second in range(9):
        there = {who.name if who else "unknown person" for who, a, b in rows if a <= second < b}
        assert by_second.get(second, set()) == there


def test_a_metadata_cue_is_json_with_all_that_is_known() -> None:
    ada, tv, _, somebody = payloads(plain())

    assert ada["personId"] == ADA.id
    assert (ada["personName"], ada["start"], ada["end"]) == ("Ada Lovelace", 0.0, 2.002)
    assert (ada["score"], ada["frames"], ada["kind"]) == (0.8, 2, "person")
    assert (tv["label"], tv["classId"], tv["personId"]) == ("tv", 62, None)
    assert somebody["said"] == "unknown person"


@pytest.mark.parametrize("name", ["vtt", "vtt-metadata"])
def test_the_file_says_its_source(name: str) -> None:
    text = exported(plain(), name).decode()
    note = re.search(r"^NOTE\n(.*)$", text, re.MULTILINE)
    assert note
    facts = json.loads(note[1])

    assert facts["sha256"] == "ab" * 32
    assert (facts["frameRate"], facts["sampleEvery"]) == ("30000/1001", 30)
    assert "from 0" in facts["frameNumbers"]


def test_odd_names_neither_break_cues_nor_get_lost() -> None:
    chapters = cues(awkward(), "vtt")
    found = payloads(awkward())

    assert [payload["personName"] for payload in found] == list(ODD_NAMES)
    assert len(chapters) == len(ODD_NAMES)
    for _, _, text in chapters:
        assert "\n" not in text
        assert not re.search(r"<|-->|&(?!amp;|lt;|gt;)", text)
    assert chapters[0][2] == '&lt;b&gt;Ada&lt;/b&gt; &amp; "Co" \'s'


def test_the_file_has_no_arrow_but_those_of_the_times() -> None:
    for name in ("vtt", "vtt-metadata"):
        lines = exported(awkward(), name).decode().split("\n")
        arrows = [line for line in lines if "-->" in line]
        assert len(arrows) == len(ODD_NAMES)
        assert all(re.fullmatch(r"[\d:.]+ --> [\d:.]+", line) for line in arrows)


@pytest.mark.parametrize("arrow", ["-->", "--->", "----->>", "-->-->"])
def test_a_title_holds_no_arrow(arrow: str) -> None:
    made = plain()
    text = exported(replace(made, media=replace(made.media, name=f"a{arrow}b.mp4")), "vtt").decode()

    assert "-->" not in text.partition("\n")[0]


def test_a_medium_without_appearances_is_a_file_without_cues() -> None:
    assert cues(empty(), "vtt") == cues(empty(), "vtt-metadata") == []


@pytest.mark.parametrize("make", [varying_clip, ntsc_clip])
def test_cues_are_cut_off_at_the_millisecond(make: object, tmp_path: Path) -> None:
    path: Path = make(tmp_path)  # type: ignore[operator]
    times = times_of(path)
    ((start, end, _),) = cues(clip_analysis(path, {ADA: (31, 47)}), "vtt")

    for written, exact in ((start, times[31]), (end, times[47])):
        hours, minutes, seconds = written.split(":")
        found = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
        assert found == pytest.approx(int(exact * 1000) / 1000, abs=1e-9)


def test_a_moment_shorter_than_a_millisecond_is_still_a_cue() -> None:
    short = seen(ADA, span(1, 1.0001).start_s, span(1, 1.0001).end_s)

    assert cues(analysis_of(appearances=(short,)), "vtt") == [
        ("00:00:01.000", "00:00:01.001", "Ada Lovelace")
    ]
