"""Exports of files that begin at a time code of their own, as other people's readers see them.

The frame at index n has the time code of the first one plus n: what that is called is counted by
opentime.
"""

import csv
import io
import re
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import opentimelineio as otio
import pyarrow.parquet as pq
import pytest
import webvtt
from opentimelineio.opentime import RationalTime

from playbill.core.analysis import Analysis
from playbill.errors import ExportError
from playbill.exports.counting import FrameCounter
from tests.support.analyses import ADA, analysis_of
from tests.support.clips import numbered_clip
from tests.support.exported import (
    INTRA,
    NTSC,
    clip_analysis,
    exported,
    plain,
    seen,
    varying_clip,
)

ADAPTERS = {"otio": "otio_json", "edl": "cmx_3600", "fcp7": "fcp_xml", "fcpxml": "fcpx_xml"}
EBU = "{urn:ebu:metadata-schema:ebucore}"
FIRST, END, FRAMES = 7, 50, 60
PAL = Fraction(25)


@dataclass(frozen=True)
class Kind:
    """A file, the time code that it begins with, and the frame that this one names."""

    suffix: str
    rate: Fraction
    said: str
    frame: int

    def analysis(self, folder: Path) -> Analysis:
        """Ada from frame 7 up to frame 50."""
        mxf = self.suffix == "mxf"
        path = numbered_clip(
            folder / f"news.{self.suffix}",
            frames=FRAMES,
            codec="mpeg2video" if mxf else "libx264",
            options={} if mxf else INTRA,
            rate=self.rate,
            timecode=self.said,
        )
        return clip_analysis(path, {ADA: (FIRST, END)})

    def name(self, frame: int) -> str:
        """What opentime calls the frame at an index of the file."""
        time = RationalTime(self.frame + frame, float(self.rate))
        name: str = otio.opentime.to_timecode(time, float(self.rate), ";" in self.said)
        return name


KINDS = {
    "pal": Kind("mov", PAL, "01:00:00:00", 90_000),
    "time of day": Kind("mp4", PAL, "17:42:03:11", ((17 * 60 + 42) * 60 + 3) * 25 + 11),
    "drop": Kind("mov", NTSC, "10:00:00;00", 10 * 107_892),
    "non-drop": Kind("mov", NTSC, "10:00:00:00", 10 * 108_000),
    "drops on the way": Kind("mp4", NTSC, "00:00:59;20", 59 * 30 + 20),
    "mxf, drop": Kind("mxf", NTSC, "10:00:00;00", 10 * 107_892),
    "mxf, non-drop": Kind("mxf", NTSC, "01:00:00:00", 108_000),
    "film": Kind("mov", Fraction(24000, 1001), "01:00:00:00", 86_400),
    "fast": Kind("mov", Fraction(60000, 1001), "01:00:00;00", 2 * 107_892),
}
each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def read(analysis: Analysis, name: str, **more: Any) -> Any:
    text = exported(analysis, name).decode()
    return otio.adapters.read_from_string(text, ADAPTERS[name], **more)


def only_clip(timeline: Any) -> Any:
    (clip,) = timeline.find_clips()
    return clip


@each_kind
def test_an_edit_list_has_the_time_codes_of_the_source(kind: Kind, tmp_path: Path) -> None:
    analysis = kind.analysis(tmp_path)
    text = exported(analysis, "edl").decode()
    clip = only_clip(read(analysis, "edl", rate=float(kind.rate)))

    first, end = kind.name(0), kind.name(FRAMES)
    assert f"V     C        {first} {end} {first} {end}\r\n" in text
    assert f"* LOC: {kind.name(FIRST)} GREEN" in text
    assert f"(until {kind.name(END)};" in text
    assert f"FCM: {'DROP' if ';' in kind.said else 'NON-DROP'} FRAME\r\n" in text
    assert first == kind.said
    assert clip.source_range.start_time.value == kind.frame
    assert clip.source_range.duration.value == FRAMES


@each_kind
def test_opentimelineio_counts_from_the_time_code(kind: Kind, tmp_path: Path) -> None:
    timeline = read(kind.analysis(tmp_path), "otio")
    clip = only_clip(timeline)
    (marker,) = clip.markers

    assert timeline.global_start_time.value == kind.frame
    assert clip.source_range == clip.media_reference.available_range
    assert clip.source_range.start_time.value == kind.frame
    assert clip.source_range.duration.value == FRAMES
    assert marker.marked_range.start_time.value == kind.frame + FIRST
    assert marker.marked_range.duration.value == END - FIRST


@each_kind
def test_final_cut_7_has_the_time_code_of_the_file_and_counts_from_its_first_frame(
    kind: Kind, tmp_path: Path
) -> None:
    analysis = kind.analysis(tmp_path)
    timeline = read(analysis, "fcp7")
    clip = only_clip(timeline)
    root = ElementTree.fromstring(exported(analysis, "fcp7"))

    assert timeline.global_start_time.value == kind.frame
    assert clip.media_reference.available_range.start_time.value == kind.frame
    assert clip.source_range.start_time.value == kind.frame
    assert clip.markers[0].marked_range.start_time.value == FIRST
    assert {e.text for e in root.iter("string")} == {kind.said}
    assert {e.text for e in root.iter("displayformat")} == {"DF" if ";" in kind.said else "NDF"}


@each_kind
def test_final_cut_x_counts_seconds_from_the_time_code(kind: Kind, tmp_path: Path) -> None:
    analysis = kind.analysis(tmp_path)
    root = ElementTree.fromstring(exported(analysis, "fcpxml"))

    def frames(path: str, attribute: str) -> Fraction:
        element = root.find(path)
        assert element is not None
        return Fraction(element.get(attribute, "").removesuffix("s")) * kind.rate

    assert only_clip(read(analysis, "fcpxml")[0]).name == f"news.{kind.suffix}"
    for path, attribute in {
        ".//asset": "start",
        ".//sequence": "tcStart",
        ".//asset-clip": "start",
    }.items():
        assert frames(path, attribute) == kind.frame
    assert frames(".//asset-clip", "offset") == kind.frame
    assert frames(".//marker", "start") == kind.frame + FIRST
    assert frames(".//marker", "duration") == END - FIRST
    formats = {root.find(it).get("tcFormat") for it in (".//sequence", ".//asset-clip")}  # type: ignore[union-attr]
    assert formats == {"DF" if ";" in kind.said else "NDF"}


@each_kind
def test_tables_and_ebucore_have_the_time_codes_of_the_file(kind: Kind, tmp_path: Path) -> None:
    analysis = kind.analysis(tmp_path)
    (row,) = csv.DictReader(io.StringIO(exported(analysis, "csv").decode(), newline=""))
    (typed,) = pq.read_table(io.BytesIO(exported(analysis, "parquet"))).to_pylist()
    core = ElementTree.fromstring(exported(analysis, "ebucore"))

    spoken = (kind.name(FIRST), kind.name(END))
    assert (row["start_timecode"], row["end_timecode"]) == spoken
    assert (typed["start_timecode"], typed["end_timecode"]) == spoken
    codes = {
        name: core.findtext(f".//{EBU}{name}/{EBU}timecode")
        for name in ("timecodeStart", "partStartTime", "partEndTime")
    }
    assert codes == {
        "timecodeStart": kind.said,
        "partStartTime": spoken[0],
        "partEndTime": spoken[1],
    }
    from_0 = replace(kind, frame=0)
    assert core.findtext(f".//{EBU}duration/{EBU}timecode") == from_0.name(FRAMES)
    assert all(
        e.get("dropframe") == str(";" in kind.said).lower() for e in core.iter(f"{EBU}timecode")
    )


def test_players_count_from_the_first_frame_all_the_same() -> None:
    def cues(analysis: Analysis) -> list[tuple[str, str, str]]:
        found = webvtt.from_buffer(io.StringIO(exported(analysis, "vtt").decode()))
        return [(cue.start, cue.end, cue.text) for cue in found]

    assert cues(timed("10:00:00;00")) == cues(plain())


def timed(said: str, **media: Any) -> Analysis:
    """`plain`, 61 s at 29.97, of a file that begins so."""
    made = plain()
    return replace(made, media=replace(made.media, start_timecode=said, **media))


def test_time_code_begins_anew_at_midnight() -> None:
    """2 s before it, with dropped numbers: 1840 frames, and no 00:01:00;00 among them."""
    analysis = timed("23:59:58;00")
    text = exported(analysis, "edl").decode()

    assert "23:59:58;00 00:00:59;10 23:59:58;00 00:00:59;10\r\n" in text
    locators = re.findall(r"\* LOC: (\S+) \w+ +([\w ]+) \(until (\S+);", text)
    assert locators == [
        ("23:59:58;00", "Ada Lovelace", "00:00:00;00"),
        ("23:59:58;00", "tv", "23:59:59;00"),
        ("23:59:59;00", "Charles Babbage", "00:00:00;00"),
        ("00:00:00;00", "unknown person", "00:00:01;00"),
    ]
    rows = csv.DictReader(io.StringIO(exported(analysis, "csv").decode(), newline=""))
    assert [row["end_timecode"] for row in rows] == [end for _, _, end in locators]
    core = ElementTree.fromstring(exported(analysis, "ebucore"))
    parts = core.findall(f".//{EBU}partEndTime/{EBU}timecode")
    assert [e.text for e in parts] == [end for _, _, end in locators]


@pytest.mark.parametrize("name", ["otio", "fcp7", "fcpxml"])
def test_timelines_in_frames_and_seconds_run_on_past_midnight(name: str) -> None:
    analysis = timed("23:59:58;00")
    last = 24 * 107_892 - 60
    if name == "fcpxml":
        root = ElementTree.fromstring(exported(analysis, name))
        starts = [Fraction(e.get("start", "").removesuffix("s")) for e in root.iter("marker")]
        assert [start * NTSC - last for start in starts] == [0, 0, 30, 60]
    else:
        clip = only_clip(read(analysis, name))
        assert clip.source_range.start_time.value == last
        assert clip.source_range.duration.value == 1840


@pytest.mark.parametrize(("frames", "refused"), [(2_589_407, False), (2_589_408, True)])
def test_an_edit_list_holds_less_than_a_day_wherever_it_begins(frames: int, refused: bool) -> None:
    long = timed("10:00:00;00", duration_s=frames / NTSC)

    if refused:
        with pytest.raises(ExportError, match=r"lasts 24\.0 hours, expected less than 24 for edl"):
            exported(long, "edl")
    else:
        assert "10:00:00;00 09:59:59;29 10:00:00;00" in exported(long, "edl").decode()


@pytest.mark.parametrize(
    ("said", "rate"),
    [
        ("00:01:00;00", NTSC),  # dropped
        ("01:00:00;29", PAL),
        ("01:00:00:25", PAL),
        ("01:00:00;00", PAL),
        ("01:00:00;00", Fraction(30)),
    ],
)
def test_a_time_code_that_the_rate_does_not_have_is_not_used(said: str, rate: Fraction) -> None:
    empty = analysis_of()
    media = replace(empty.media, frame_rate=rate, start_timecode=said)
    at_rate = replace(empty, media=media, appearances=(seen(ADA, 10 / rate, 20 / rate),))
    without = replace(at_rate, media=replace(media, start_timecode=None))

    assert FrameCounter.of(at_rate, rate) == FrameCounter.of(without, rate)
    assert f"own time code, {said}, cannot be counted on" in exported(at_rate, "edl").decode()
    assert exported(at_rate, "csv") == exported(without, "csv")


@pytest.mark.parametrize("name", ["otio", "edl", "fcp7", "fcpxml", "csv", "ebucore"])
def test_where_the_rate_varies_time_code_begins_at_0(name: str, tmp_path: Path) -> None:
    made = clip_analysis(varying_clip(tmp_path), {ADA: (7, 50)})
    varying = replace(made, media=replace(made.media, start_timecode="10:00:00:00"))

    def without_what_is_said(analysis: Analysis) -> str:
        text = exported(analysis, name).decode()
        text = re.sub(
            r"; the medium's own time code, 10:00:00:00, [^:]+: time codes begin at 0", "", text
        )
        return re.sub(
            r"startTimecode: \S+ |.*\"startTimecode\".*\n|.*\.startTimecode\".*\n", "", text
        )

    assert without_what_is_said(varying) == without_what_is_said(made)


@pytest.mark.parametrize("name", ADAPTERS)
def test_the_file_says_whose_time_code_it_has(name: str) -> None:
    own, none = (exported(it, name).decode() for it in (timed("10:00:00;00"), plain()))

    assert "count on from the medium" in own
    assert "imecode" not in re.sub("</?timecode>", "", none)
