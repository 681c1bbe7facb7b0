"""Timelines as opentimelineio and its adapters read them."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import opentimelineio as otio
import pytest
from lxml import etree
from opentimelineio.opentime import RationalTime

from playbill.core.analysis import Analysis
from playbill.core.people import Person
from playbill.errors import ExportError
from playbill.exports.words import one_line
from tests.support.analyses import ADA, CHARLES, analysis_of
from tests.support.exported import (
    NTSC,
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

ADAPTERS = {"otio": "otio_json", "edl": "cmx_3600", "fcp7": "fcp_xml", "fcpxml": "fcpx_xml"}
each_format = pytest.mark.parametrize("name", ADAPTERS)


@dataclass(frozen=True)
class Read:
    """What somebody else's reader found: names and frames of markers, and the clip's length."""

    clip: str
    frames: int
    markers: list[tuple[str, int, int]]


def read_otio(analysis: Analysis) -> Read:
    return _of_clip(_only_clip(_adapter(analysis, "otio")))


def read_fcp7(analysis: Analysis) -> Read:
    return _of_clip(_only_clip(_adapter(analysis, "fcp7")))


def read_fcpxml(analysis: Analysis) -> Read:
    """The adapter counts 29 frames a second at 29.97, so times are taken as the file has them."""
    clip = _only_clip(_adapter(analysis, "fcpxml")[0])
    root = ElementTree.fromstring(exported(analysis, "fcpxml"))
    one = _seconds(root.find(".//format"), "frameDuration")
    placed = root.find(".//asset-clip")
    assert placed is not None
    markers = [
        (m.name, _seconds(e, "start") / one, _seconds(e, "duration") / one)
        for m, e in zip(clip.markers, placed.iter("marker"), strict=True)
    ]
    for _, start, frames in markers:
        assert start.denominator == frames.denominator == 1
    whole = [(name, int(start), int(frames)) for name, start, frames in markers]
    return Read(clip.name, int(_seconds(placed, "duration") / one), whole)


def read_edl(analysis: Analysis) -> Read:
    """The adapter knows no locator with dropped frames: those are read by opentime alone."""
    text = exported(analysis, "edl").decode()
    said = re.search(r"^\* PLAYBILL timelineRate: (\S+)\r?$", text, re.MULTILINE)
    assert said
    rate = float(Fraction(said[1]))
    clip = _only_clip(otio.adapters.read_from_string(text, "cmx_3600", rate=rate))
    found = re.findall(r"^\* LOC: (\S+) (\w+) +(.*) \(until (\S+); .*\)\r?$", text, re.MULTILINE)
    markers = []
    for start, _, name, end in found:
        first, last = (otio.opentime.from_timecode(tc, rate).value for tc in (start, end))
        markers.append((name, int(first), int(last - first)))
    return Read(clip.name, int(clip.source_range.duration.value), markers)


READERS: dict[str, Callable[[Analysis], Read]] = {
    "otio": read_otio,
    "edl": read_edl,
    "fcp7": read_fcp7,
    "fcpxml": read_fcpxml,
}


def _adapter(analysis: Analysis, name: str) -> Any:
    return otio.adapters.read_from_string(exported(analysis, name).decode(), ADAPTERS[name])


def _only_clip(timeline: Any) -> Any:
    (clip,) = timeline.find_clips()
    return clip


def _of_clip(clip: Any) -> Read:
    markers = [
        (m.name, int(m.marked_range.start_time.value), int(m.marked_range.duration.value))
        for m in clip.markers
    ]
    return Read(clip.name, int(clip.source_range.duration.value), markers)


def _seconds(element: Any, attribute: str) -> Fraction:
    return Fraction(element.get(attribute).removesuffix("s"))


FCPXML = """
<!ELEMENT fcpxml (resources?, library)>
<!ATTLIST fcpxml version CDATA #FIXED "1.8">
<!ELEMENT resources (asset | format)*>
<!ELEMENT format EMPTY>
<!ATTLIST format id ID #REQUIRED name CDATA #IMPLIED frameDuration CDATA #IMPLIED
  width CDATA #IMPLIED height CDATA #IMPLIED>
<!ELEMENT asset (bookmark?, metadata?)>
<!ELEMENT bookmark (#PCDATA)>
<!ATTLIST asset id ID #REQUIRED name CDATA #IMPLIED src CDATA #REQUIRED start CDATA #IMPLIED
  duration CDATA #IMPLIED hasVideo CDATA #IMPLIED format IDREF #IMPLIED>
<!ELEMENT metadata (md)*>
<!ELEMENT md EMPTY>
<!ATTLIST md key CDATA #REQUIRED value CDATA #IMPLIED>
<!ELEMENT library (event)*>
<!ELEMENT event (project)*>
<!ATTLIST event name CDATA #IMPLIED>
<!ELEMENT project (sequence)>
<!ATTLIST project name CDATA #IMPLIED>
<!ELEMENT sequence (note?, spine, metadata?)>
<!ELEMENT note (#PCDATA)>
<!ATTLIST sequence format IDREF #REQUIRED duration CDATA #IMPLIED tcStart CDATA #IMPLIED
  tcFormat (DF | NDF) #IMPLIED>
<!ELEMENT spine (asset-clip)*>
<!ELEMENT asset-clip (note?, marker*, metadata?)>
<!ATTLIST asset-clip ref IDREF #REQUIRED name CDATA #IMPLIED offset CDATA #IMPLIED
  start CDATA #IMPLIED duration CDATA #IMPLIED format IDREF #IMPLIED tcFormat (DF | NDF) #IMPLIED>
<!ELEMENT marker EMPTY>
<!ATTLIST marker start CDATA #REQUIRED duration CDATA #IMPLIED value CDATA #REQUIRED
  completed CDATA #IMPLIED note CDATA #IMPLIED>
"""
"""What Apple's DTD of FCPXML 1.8 says of the elements that are used, written down by hand: the DTD
itself is Apple's and does not lie here."""

XMEML = """
<!ELEMENT xmeml (sequence)>
<!ATTLIST xmeml version CDATA #REQUIRED>
<!ELEMENT sequence (name, duration, rate, timecode, media)>
<!ATTLIST sequence id ID #REQUIRED>
<!ELEMENT rate (timebase, ntsc)>
<!ELEMENT timecode (rate, string, frame, displayformat)>
<!ELEMENT media (video)>
<!ELEMENT video ((format, track+) | (duration, samplecharacteristics))>
<!ELEMENT format (samplecharacteristics)>
<!ELEMENT samplecharacteristics (rate, width, height)>
<!ELEMENT track (clipitem*)>
<!ELEMENT clipitem (name, duration, rate, start, end, in, out, file, comments?, marker*)>
<!ATTLIST clipitem id ID #REQUIRED>
<!ELEMENT file (name, pathurl, rate, duration, timecode, media)>
<!ATTLIST file id ID #REQUIRED>
<!ELEMENT comments (mastercomment1?)>
<!ELEMENT marker (comment?, name, in, out)>
<!ELEMENT name (#PCDATA)> <!ELEMENT duration (#PCDATA)> <!ELEMENT timebase (#PCDATA)>
<!ELEMENT ntsc (#PCDATA)> <!ELEMENT string (#PCDATA)> <!ELEMENT frame (#PCDATA)>
<!ELEMENT displayformat (#PCDATA)> <!ELEMENT width (#PCDATA)> <!ELEMENT height (#PCDATA)>
<!ELEMENT start (#PCDATA)> <!ELEMENT end (#PCDATA)> <!ELEMENT in (#PCDATA)>
<!ELEMENT out (#PCDATA)> <!ELEMENT pathurl (#PCDATA)> <!ELEMENT mastercomment1 (#PCDATA)>
<!ELEMENT comment (#PCDATA)>
"""
"""The same for xmeml."""


@pytest.mark.parametrize("make", [plain, awkward, empty])
@pytest.mark.parametrize(("name", "rules"), [("fcpxml", FCPXML), ("fcp7", XMEML)])
def test_the_xml_has_the_shape_that_apple_asks_for(
    name: str, rules: str, make: Callable[[], Analysis]
) -> None:
    dtd = etree.DTD(io.StringIO(rules))

    assert dtd.validate(etree.fromstring(exported(make(), name))), dtd.error_log


@each_format
def test_every_appearance_is_a_marker_on_its_frames(name: str) -> None:
    found = READERS[name](plain())

    assert found.clip == "news.mp4"
    assert found.frames == int(Fraction("61.4") * NTSC) == 1840
    assert found.markers == [
        ("Ada Lovelace", 0, 60),
        ("tv", 0, 30),
        ("Charles Babbage", 30, 30),
        ("unknown person", 60, 30),
    ]


@each_format
def test_at_29_97_a_marker_after_a_minute_stands_on_its_frame(name: str, tmp_path: Path) -> None:
    """A minute on the clock is frame 1798, and frame 1800 is called 00:01:00;02."""
    analysis = clip_analysis(ntsc_clip(tmp_path), {ADA: (1798, 1801), CHARLES: (1800, 1900)})

    assert READERS[name](analysis).markers == [
        ("Ada Lovelace", 1798, 3),
        ("Charles Babbage", 1800, 100),
    ]
    if name == "edl":
        text = exported(analysis, "edl").decode()
        assert "FCM: DROP FRAME" in text
        assert "* LOC: 00:00:59;28 GREEN   Ada Lovelace (until 00:01:00;03;" in text
        assert "* LOC: 00:01:00;02 GREEN   Charles Babbage" in text


@each_format
def test_where_the_rate_varies_a_marker_stands_on_the_frame_of_the_clock(
    name: str, tmp_path: Path
) -> None:
    path = varying_clip(tmp_path)
    times = times_of(path)
    analysis = clip_analysis(path, {ADA: (7, 50), "tv": (10, 31)})
    assert analysis.media.frame_rate == Fraction(750, 59)
    nearest = Fraction(24000, 1001)

    markers = {name_: (start, end) for name_, start, end in READERS[name](analysis).markers}

    for who, (first, end) in (("Ada Lovelace", (7, 50)), ("tv", (10, 31))):
        start = int(times[first] * nearest)
        assert markers[who] == (start, int(times[end] * nearest) - start)
        assert start / nearest <= times[first] < (start + 1) / nearest


@each_format
def test_the_file_says_how_frames_were_counted(name: str, tmp_path: Path) -> None:
    varying = exported(clip_analysis(varying_clip(tmp_path), {}), name).decode()
    constant = exported(plain(), name).decode()

    assert "no standard one (average" in varying
    assert "frame = floor(time * 24000/1001)" in varying
    assert "frame numbers count from 0 at 30000/1001 frames a second, as in the medium" in constant
    for text in (varying, constant):
        assert re.search(r"\b[0-9a-f]{64}\b", text)
        assert "sampleEvery" in text


@each_format
@pytest.mark.parametrize(
    ("rate", "drops"),
    [
        (Fraction(24000, 1001), False),
        (Fraction(24), False),
        (Fraction(25), False),
        (NTSC, True),
        (Fraction(30), False),
        (Fraction(50), False),
        (Fraction(60000, 1001), True),
        (Fraction(60), False),
    ],
)
def test_every_standard_rate_is_exact_hours_in(name: str, rate: Fraction, drops: bool) -> None:
    first, last = int(rate * 3 * 3600) + 7, int(rate * 3 * 3600) + 107
    made = analysis_of(appearances=(seen(ADA, first / rate, last / rate),))
    hours = replace(made.media, frame_rate=rate, duration_s=Fraction(4 * 3600))
    analysis = replace(made, media=hours)

    assert READERS[name](analysis).markers == [("Ada Lovelace", first, 100)]
    text = exported(analysis, name).decode()
    said = {
        "otio": f'"dropFrame": {str(drops).lower()}',
        "edl": "FCM: DROP FRAME" if drops else "FCM: NON-DROP FRAME",
        "fcp7": f"<displayformat>{'DF' if drops else 'NDF'}<",
        "fcpxml": f'tcFormat="{"DF" if drops else "NDF"}"',
    }
    assert said[name] in text


@each_format
def test_odd_names_are_read_back_in_one_line(name: str) -> None:
    found = READERS[name](awkward())

    lost = "\x00\x07\x1b"
    assert [marker[0] for marker in found.markers] == [one_line(odd) for odd in ODD_NAMES]
    assert not any(sign in marker[0] for marker in found.markers for sign in lost)
    assert found.clip == one_line("odd <&> 'name' --> .mp4")


@each_format
def test_a_medium_without_appearances_is_a_clip_without_markers(name: str) -> None:
    found = READERS[name](empty())

    assert (found.clip, found.markers) == ("news.mp4", [])


@each_format
def test_a_picture_is_refused_in_one_sentence(name: str) -> None:
    with pytest.raises(ExportError, match=rf"^photo\.jpg: is a picture.* for {name}$"):
        exported(picture(), name)


@each_format
def test_a_video_without_a_frame_rate_is_refused(name: str) -> None:
    made = plain()
    without = replace(made, media=replace(made.media, frame_rate=None))

    with pytest.raises(ExportError, match=r"^news\.mp4: says no frame rate"):
        exported(without, name)


@each_format
def test_a_marker_never_reaches_out_of_the_clip(name: str) -> None:
    late = analysis_of(appearances=(seen(ADA, Fraction("61.3999"), Fraction("61.4")),))
    found = READERS[name](late)

    assert found.markers == [("Ada Lovelace", 1839, 1)]


@each_format
def test_a_moment_within_one_frame_is_one_frame(name: str) -> None:
    short = analysis_of(appearances=(seen(ADA, Fraction("10.01"), Fraction("10.02")),))

    assert READERS[name](short).markers == [("Ada Lovelace", 300, 1)]


@pytest.mark.parametrize("name", ["fcp7", "fcpxml"])
def test_what_xml_cannot_hold_is_marked(name: str) -> None:
    who = Person("x", "Ada \uffff\ufffe")
    made = analysis_of(appearances=(seen(who, Fraction(0), Fraction(1)),))

    assert READERS[name](made).markers[0][0] == "Ada \ufffd\ufffd"


def test_a_day_is_more_than_an_edit_list_can_say() -> None:
    made = plain()
    long = replace(made, media=replace(made.media, duration_s=Fraction(25 * 3600)))

    with pytest.raises(ExportError, match=r"lasts 25\.0 hours, expected less than 24 for edl"):
        exported(long, "edl")


@pytest.mark.parametrize(("frames", "refused"), [(2_589_407, False), (2_589_408, True)])
def test_an_edit_list_ends_where_time_code_does(frames: int, refused: bool) -> None:
    """With dropped numbers 24:00:00;00 comes 86 ms before the day is over."""
    made = plain()
    long = replace(made, media=replace(made.media, duration_s=frames / NTSC))

    if refused:
        with pytest.raises(ExportError, match="expected less than 24 for edl"):
            exported(long, "edl")
    else:
        assert "00:00:00;00 23:59:59;29\r\n" in exported(long, "edl").decode()


def test_without_dropped_frames_the_adapter_reads_the_locators_too() -> None:
    made = plain()
    at_25 = replace(made, media=replace(made.media, frame_rate=Fraction(25)))
    timeline = otio.adapters.read_from_string(exported(at_25, "edl").decode(), "cmx_3600", rate=25)
    markers = _only_clip(timeline).markers

    assert [m.marked_range.start_time for m in markers] == [
        RationalTime(frame, 25) for frame in (0, 0, 25, 50)
    ]
    assert [m.color for m in markers] == ["GREEN", "BLUE", "GREEN", "YELLOW"]
    assert markers[2].name.startswith("Charles Babbage (until 00:00:02:00; person, score 0.8")


def test_a_marker_of_opentimelineio_says_who_how_sure_and_from_where() -> None:
    timeline = _adapter(plain(), "otio")
    ada = _only_clip(timeline).markers[0]

    assert dict(ada.metadata["playbill"])["personId"] == ADA.id
    assert ada.metadata["playbill"]["score"] == 0.8
    assert ada.metadata["playbill"]["origin"]["run"] == "run-1"
    assert ada.metadata["playbill"]["origin"]["sha256"] == "ab" * 32
    assert timeline.metadata["playbill"]["frameRate"] == "30000/1001"
    assert (ada.color, ada.comment) == ("GREEN", "person, score 0.8, 2 frames, person person-ada")


@pytest.mark.parametrize("name", ["otio", "fcp7", "fcpxml"])
def test_media_are_pointed_to_where_they_are_said_to_lie(name: str) -> None:
    made = plain()
    spaced = replace(made, media=replace(made.media, name="my news #1.mp4"))

    beside = exported(spaced, name).decode()
    there = exported(spaced, name, base_url="file:///Volumes/Archive").decode()

    assert "my%20news%20%231.mp4" in beside
    assert "file:" not in beside
    assert "file:///Volumes/Archive/my%20news%20%231.mp4" in there


def test_comments_of_final_cut_7_say_how_sure() -> None:
    root = ElementTree.fromstring(exported(plain(), "fcp7"))

    assert next(e.findtext("comment") for e in root.iter("marker")) == (
        "person, score 0.8, 2 frames, person person-ada"
    )
