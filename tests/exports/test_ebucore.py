"""EBUCore, held against its schema by hand.

EBU's schema is CC BY-NC-SA and so does not lie here. What stands below is what EBU Tech 3293 (1.9)
says of the elements that are used: their order, and what their values look like.
"""

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import opentimelineio as otio
import pytest

from playbill.core.analysis import Analysis
from playbill.core.people import Person
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

EBU = "{urn:ebu:metadata-schema:ebucore}"
DC = "{http://purl.org/dc/elements/1.1/}"
CORE = ("title", "subject", "description", "format", "identifier", "part")
ORDER = {
    "ebuCoreMain": ("coreMetadata",),
    "coreMetadata": CORE,
    "part": (*CORE, "partStartTime", "partEndTime"),
    "format": (
        *("imageFormat", "videoFormat", "containerFormat"),
        *("timecodeFormat", "duration", "fileName"),
        "technicalAttributeString",
    ),
    "timecodeFormat": ("timecodeStart",),
    "videoFormat": ("width", "height", "frameRate"),
    "imageFormat": ("width", "height"),
    "title": ("title",),
    "subject": ("subject", "subjectCode"),
    "description": ("description",),
    "identifier": ("identifier",),
}
ONE = {"partStartTime", "partEndTime", "duration", "timecodeStart"}
TIMECODE = re.compile(r"(([0-1][0-9])|([2][0-3])):[0-5][0-9]:[0-5][0-9](([.,])|([:;]))[0-9]{2,}")
NMTOKEN = re.compile(r"[\w.:-]+")
ATTRIBUTES = {
    "ebuCoreMain": {"version", "writingLibraryName", "writingLibraryVersion"},
    "part": {"partId", "partName", "partNumber", "partTotalNumber", "typeLabel"},
    "timecode": {"editRate", "dropframe", "factorNumerator", "factorDenominator"},
    "frameRate": {"factorNumerator", "factorDenominator"},
    "containerFormat": {"containerFormatName"},
    "width": {"unit"},
    "height": {"unit"},
}


def checked(analysis: Analysis) -> Element:
    """The core metadata, after a look at every element."""
    root = ElementTree.fromstring(exported(analysis, "ebucore"))
    assert root.tag == f"{EBU}ebuCoreMain"
    for element in root.iter():
        check(element)
    (core,) = root
    return core


def check(element: Element) -> None:
    tag = local(element)
    inner = [local(child) for child in element]
    if element.tag.startswith(DC):
        assert not inner
        return
    order = ORDER.get(tag, ())
    if tag in ONE:
        assert inner in (["timecode"], ["normalPlayTime"])
    else:
        assert sorted(inner, key=order.index) == inner
    assert set(element.attrib) <= ATTRIBUTES.get(tag, {"typeLabel"})
    match tag:
        case "timecode":
            assert TIMECODE.fullmatch(element.text or "")
            assert int(element.get("editRate", "")) > 0
            assert element.get("dropframe") in {"true", "false"}
        case "normalPlayTime":
            assert re.fullmatch(r"PT\d+(\.\d+)?S", element.text or "")
        case "part":
            assert NMTOKEN.fullmatch(element.get("partId", ""))
        case "width" | "height" | "frameRate":
            assert int(element.text or "") > 0


def local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def parts(core: Element) -> list[Element]:
    return core.findall(f"{EBU}part")


def seconds_of(element: Element | None) -> Fraction:
    """The time that it says; time code as opentime reads it."""
    assert element is not None
    (said,) = element
    if local(said) == "normalPlayTime":
        return Fraction((said.text or "").removeprefix("PT").removesuffix("S"))
    factor = Fraction(
        int(said.get("factorNumerator", "1")), int(said.get("factorDenominator", "1"))
    )
    rate = int(said.get("editRate", "")) * factor
    frame = otio.opentime.from_timecode(said.text, float(rate)).value
    return int(frame) / rate


def span_of(part: Element) -> tuple[Fraction, Fraction]:
    return (
        seconds_of(part.find(f"{EBU}partStartTime")),
        seconds_of(part.find(f"{EBU}partEndTime")),
    )


def test_every_appearance_is_a_part_with_its_time() -> None:
    found = parts(checked(plain()))

    second = Fraction(1001, 1000)
    assert [part.get("partName") for part in found] == [
        "Ada Lovelace",
        "tv",
        "Charles Babbage",
        "unknown person",
    ]
    assert [span_of(part) for part in found] == [
        (Fraction(0), 2 * second),
        (Fraction(0), second),
        (second, 2 * second),
        (2 * second, 3 * second),
    ]
    labels = [part.find(f"{EBU}subject").get("typeLabel") for part in found]  # type: ignore[union-attr]
    assert labels == ["Person", "Object", "Person", "Person"]
    assert found[0].findtext(f"{EBU}subject/{EBU}subjectCode") == "urn:playbill:person:person-ada"


def test_the_medium_is_described() -> None:
    core = checked(plain())

    assert core.findtext(f"{EBU}title/{DC}title") == "news.mp4"
    identifiers = {
        e.get("typeLabel"): e.findtext(f"{DC}identifier") for e in core.findall(f"{EBU}identifier")
    }
    assert identifiers["SHA-256"] == "ab" * 32
    rate = core.find(f"{EBU}format/{EBU}videoFormat/{EBU}frameRate")
    assert rate is not None
    assert (rate.text, rate.attrib) == (
        "30",
        {"factorNumerator": "1000", "factorDenominator": "1001"},
    )
    said = {e.get("typeLabel"): e.text for e in core.iter(f"{EBU}technicalAttributeString")}
    assert (said["frameRate"], said["sampleEvery"]) == ("30000/1001", "30")
    people = [e.findtext(f"{DC}subject") for e in core.findall(f"{EBU}subject")]
    assert people == ["Ada Lovelace", "Charles Babbage"]


def test_at_29_97_numbers_are_dropped(tmp_path: Path) -> None:
    core = checked(clip_analysis(ntsc_clip(tmp_path), {ADA: (1798, 1801), CHARLES: (1800, 1900)}))
    codes = [part.findtext(f"{EBU}partStartTime/{EBU}timecode") for part in parts(core)]

    assert codes == ["00:00:59;28", "00:01:00;02"]
    assert [span_of(part) for part in parts(core)] == [
        (1798 / NTSC, 1801 / NTSC),
        (1800 / NTSC, 1900 / NTSC),
    ]


def test_the_time_code_that_the_file_begins_with_is_said() -> None:
    made = plain()
    core = checked(replace(made, media=replace(made.media, start_timecode="10:00:00:00")))
    hour = Fraction(3600 * 30) / NTSC

    assert seconds_of(core.find(f".//{EBU}timecodeStart")) == 10 * hour
    assert span_of(parts(core)[0]) == (10 * hour, 10 * hour + 60 / NTSC)
    assert seconds_of(core.find(f".//{EBU}duration")) == 1840 / NTSC
    assert checked(made).find(f".//{EBU}timecodeFormat") is None


def test_where_the_rate_varies_times_are_those_of_the_clock(tmp_path: Path) -> None:
    path = varying_clip(tmp_path)
    times = times_of(path)
    core = checked(clip_analysis(path, {ADA: (7, 50)}))

    assert [span_of(part) for part in parts(core)] == [(times[7], times[50])]
    assert not list(core.iter(f"{EBU}timecode"))


def test_beyond_a_day_times_are_those_of_the_clock() -> None:
    late = seen(ADA, Fraction(30 * 3600), Fraction(30 * 3600 + 1))
    made = analysis_of(appearances=(late,))
    core = checked(replace(made, media=replace(made.media, duration_s=Fraction(31 * 3600))))

    assert [span_of(part) for part in parts(core)] == [(Fraction(108_000), Fraction(108_001))]


def test_odd_names_are_read_back() -> None:
    names = [part.get("partName") for part in parts(checked(awkward()))]

    assert names == [one_line(odd) for odd in ODD_NAMES]


def test_what_xml_cannot_hold_is_marked() -> None:
    who = Person("x\uffff", "Ada \uffff & \x01")
    core = checked(analysis_of(appearances=(seen(who, Fraction(0), Fraction(1)),)))

    assert [part.get("partName") for part in parts(core)] == ["Ada \ufffd &"]
    assert core.findtext(f"{EBU}subject/{DC}subject") == "Ada \ufffd & \ufffd"


def test_a_medium_without_appearances_has_no_parts() -> None:
    assert parts(checked(empty())) == []


@pytest.mark.parametrize("tag", ["imageFormat"])
def test_a_picture_names_its_people_and_has_no_times(tag: str) -> None:
    core = checked(picture())

    assert core.find(f"{EBU}format/{EBU}{tag}/{EBU}width") is not None
    assert [e.findtext(f"{DC}subject") for e in core.findall(f"{EBU}subject")] == ["Ada Lovelace"]
    assert parts(core) == []
    assert core.find(f"{EBU}format/{EBU}duration") is None
