import base64
import hashlib
import io
import re
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image as Pillow

from playbill.core.analysis import Analysis
from playbill.core.appearances import Appearance
from playbill.core.labels import COCO_80
from playbill.core.media import MediaInfo
from playbill.core.metadata import FrameMetadata
from playbill.core.people import Candidate, Match, Person
from playbill.core.run import Coverage
from playbill.core.timespan import TimeSpan
from playbill.errors import OutputError
from playbill.rendering.report import write_report
from playbill.rendering.report.page import render_report
from playbill.rendering.report.timeline import Scale
from playbill.rendering.thumbnails import Pictures, Thumbnail
from playbill.rendering.timeline import NOBODY_KNOWN, OTHERS, object_rows, people_rows
from tests.support.analyses import ADA, CHARLES, analysis_of, person, span, thing


def seen(who: Person | None, start: float, end: float) -> Appearance:
    return Appearance("person", "person", 0, who, span(start, end), 3, 0.931)


def seen_object(label: str, start: float, end: float) -> Appearance:
    return Appearance("object", label, COCO_80.index(label), None, span(start, end), 2, 0.5)


def still_of(*things: object) -> Analysis:
    media = MediaInfo("photo.jpg", "image", "ab" * 32, (640, 360), "jpeg", "jpeg")
    frame = FrameMetadata(0, Fraction(0), things)  # type: ignore[arg-type]
    return Analysis(media, analysis_of().run, (frame,), ())


def jpeg(colour: str = "red", size_wh: tuple[int, int] = (60, 80)) -> bytes:
    encoded = io.BytesIO()
    Pillow.new("RGB", size_wh, colour).save(encoded, "JPEG")
    return encoded.getvalue()


class Page(HTMLParser):
    """What a browser would see, by Python's own reader: every tag with its attributes, and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._silent = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._silent = tag in {"style", "script"}

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.text += data

    def all(self, tag: str, css_class: str | None = None) -> list[dict[str, str | None]]:
        return [
            attributes
            for name, attributes in self.tags
            if name == tag and css_class in {None, attributes.get("class")}
        ]


def page_of(analysis: Analysis, pictures: Pictures | None = None) -> Page:
    return Page(render_report(analysis, pictures or Pictures()))


def test_people_come_by_their_time_in_the_picture_and_the_nameless_last() -> None:
    rows = people_rows(
        [
            seen(ADA, 0, 2),
            seen(None, 0, 50),
            seen(CHARLES, 5, 9),
            seen(ADA, 10, 11),
            seen_object("dog", 0, 60),
        ]
    )
    assert [(row.title, int(row.total_s), len(row.bars)) for row in rows] == [
        ("Charles Babbage", 4, 1),
        ("Ada Lovelace", 3, 2),
        (NOBODY_KNOWN, 50, 1),
    ]


def test_each_person_without_a_name_has_a_row_above_those_whose_faces_are_not_seen() -> None:
    rows = people_rows(
        [
            seen(None, 0, 9),
            replace(seen(None, 0, 1), unknown=1),
            replace(seen(None, 2, 5), unknown=2),
            seen(ADA, 0, 1),
            replace(seen(None, 7, 8), unknown=1),
        ]
    )
    assert [(row.title, int(row.total_s), row.named) for row in rows] == [
        ("Ada Lovelace", 1, True),
        ("Unknown 2", 3, False),
        ("Unknown 1", 2, False),
        (OTHERS, 9, False),
    ]


def test_time_that_overlaps_counts_once() -> None:
    (row,) = people_rows([seen(None, 0, 4), seen(None, 2, 5), seen(None, 8, 9)])
    assert row.total_s == 6


def test_namesakes_keep_their_own_rows() -> None:
    other = Person("another-id", ADA.name)
    assert len(people_rows([seen(ADA, 0, 1), seen(other, 1, 2)])) == 2


def test_objects_have_a_row_per_class() -> None:
    rows = object_rows([seen_object("dog", 0, 1), seen_object("cat", 0, 2), seen(ADA, 0, 9)])
    assert [row.title for row in rows] == ["cat", "dog"]


@pytest.mark.parametrize(
    ("seconds", "step"),
    [
        ("0.04", "0.1"),
        ("8", "1"),
        ("61.4", "10"),
        ("600", "120"),
        ("3600", "600"),
        ("86400", "14400"),
    ],
)
def test_ticks_stand_at_round_times(seconds: str, step: str) -> None:
    assert Scale(Fraction(seconds)).step_s == Fraction(step)


def test_a_very_long_medium_has_ticks_too() -> None:
    assert 10**7 / Scale(Fraction(10**7)).step_s <= 8


def test_the_page_says_who_and_what_appears_and_how_long() -> None:
    analysis = analysis_of(
        appearances=(seen(ADA, 1.001, 9.009), seen(None, 20, 21), seen_object("dog", 2, 4))
    )
    page = page_of(analysis)
    assert "Ada Lovelace, people without a name and 1 kind of object." in page.text
    assert "8.0 s · 1 time" in page.text
    assert "00:00:01.001" in page.text
    assert "00:00:09.009" in page.text
    assert "93 %" in page.text


def test_the_page_counts_the_people_without_a_name() -> None:
    unknown = (replace(seen(None, 3, 4), unknown=1), replace(seen(None, 5, 7), unknown=2))
    page = page_of(analysis_of(appearances=(seen(ADA, 1, 9), *unknown, seen(None, 20, 21))))
    assert "Ada Lovelace, 2 unknown people and other people." in page.text
    assert "Unknown 2" in page.text


def test_bars_lie_where_the_appearances_are() -> None:
    media = replace(analysis_of().media, duration_s=Fraction(100))
    analysis = replace(analysis_of(appearances=(seen(ADA, 25, 75),)), media=media)
    (bar,) = page_of(analysis).all("button", "bar")
    assert bar["style"] == "left:25.0000%;width:50.0000%"
    assert bar["aria-label"] == "Ada Lovelace, 00:00:25.000 to 00:01:15.000"


def test_bars_that_jut_out_are_cut_off_at_the_end() -> None:
    analysis = analysis_of(appearances=(seen(ADA, 60, 70), seen(CHARLES, 100, 101)))
    styles = [bar["style"] for bar in page_of(analysis).all("button", "bar")]
    assert styles == ["left:97.7199%;width:2.2801%", "left:100.0000%;width:0.0000%"]


def test_the_table_says_what_the_time_line_shows() -> None:
    analysis = analysis_of(appearances=(seen(ADA, 1, 2), seen_object("dog", 0, 4), seen(ADA, 7, 9)))
    page = page_of(analysis)
    bars = {bar["data-of"] for bar in page.all("button", "bar")}
    rows = [str(row["id"])[1:] for row in page.all("tr") if "id" in row]
    assert bars == set(rows) == {"0", "1", "2"}
    assert rows == ["1", "0", "2"]


def test_the_run_record_is_complete() -> None:
    text = page_of(analysis_of()).text
    record = analysis_of().run
    assert record.gallery is not None
    facts = [fact for use in record.models for fact in (use.name, use.sha256, use.precision)]
    facts += ["cast.npz", "centroid", "0.41", record.gallery.sha256, "minObjectScore", "0.5"]
    facts += ["ab" * 32, "run-1", "At most 1 % of strangers", "22 November 2026, 13:00:00 UTC"]
    assert [fact for fact in facts if fact not in text] == []


def test_without_a_gallery_the_page_says_that_nobody_could_be_named() -> None:
    plain = analysis_of()
    assert (
        "nobody could be named"
        in page_of(replace(plain, run=replace(plain.run, gallery=None))).text
    )


def test_a_record_without_times_is_shown_as_it_is() -> None:
    plain = analysis_of()
    run = replace(plain.run, started=None, seconds=None)
    assert "not told" in page_of(replace(plain, run=run)).text


def test_the_page_says_what_not_appearing_means_and_what_was_damaged() -> None:
    plain = analysis_of()
    run = replace(plain.run, frames=Coverage(62, 59, 3))
    text = page_of(replace(plain, run=run)).text
    assert "59 of 62 frames that were to be analysed (one frame in 30, one look every 1" in text
    assert "3 frames were damaged: this page says nothing about them." in text
    assert "Damaged: 3 frames of 62 to be analysed." in text
    assert "was not recognised in any of these looks" in text


NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style><script>alert(1)</script>",
    "${script} $script {0} %s",
    "&lt;b&gt;",
)


@pytest.mark.parametrize("nasty", NASTY)
def test_names_are_text_wherever_they_stand(nasty: str) -> None:
    villain = Person("p", nasty)
    plain = analysis_of(appearances=(seen(villain, 0, 1),))
    gallery = replace(plain.run.gallery, name=nasty) if plain.run.gallery else None
    run = replace(plain.run, gallery=gallery, decoder=nasty, settings={nasty: nasty})
    video = replace(plain, media=replace(plain.media, name=nasty), run=run)
    honest = page_of(analysis_of(appearances=(seen(ADA, 0, 1),)))

    for analysis in (video, still_of(person(villain))):
        page = page_of(analysis, Pictures(missing=nasty))
        assert page.text.count(nasty) >= 3
        assert len(page.all("script")) == 1
        assert not any(key.startswith("on") for _, tag in page.tags for key in tag)
    assert {name for name, _ in page_of(video).tags} == {name for name, _ in honest.tags}


def test_names_that_are_no_proper_text_do_not_break_the_page(tmp_path: Path) -> None:
    odd = Person("p", "a\x00b\ud800c\x1b[31m")
    write_report(analysis_of(appearances=(seen(odd, 0, 1),)), tmp_path / "page.html")
    assert "a\ufffdb\ufffdc\ufffd[31m" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_the_page_needs_nothing_but_itself() -> None:
    pictures = Pictures(thumbnails={0: Thumbnail(jpeg(), (60, 80), Fraction(1))})
    page = page_of(analysis_of(appearances=(seen(ADA, 0, 1),)), pictures)
    addresses = [
        str(value)
        for _, tag in page.tags
        for key, value in tag.items()
        if key in {"src", "href", "srcset", "action", "poster", "data"}
    ]
    assert addresses
    assert all(address.startswith("data:") for address in addresses)


def test_the_pages_own_policy_admits_its_script_and_no_other() -> None:
    page = render_report(analysis_of(), Pictures())
    script = page.split("<script>")[1].split("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = str(next(t["content"] for t in Page(page).all("meta") if "http-equiv" in t))
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert f"script-src 'sha256-{digest}';" in policy


def test_pictures_stand_in_the_page() -> None:
    picture = jpeg("blue")
    pictures = Pictures(thumbnails={1: Thumbnail(picture, (60, 80), Fraction(3, 2))})
    analysis = analysis_of(appearances=(seen(ADA, 0, 1), seen(ADA, 1, 2)))
    page = page_of(analysis, pictures)
    sources = [str(image["src"]) for image in page.all("img") if "src" in image]
    assert f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}" in sources
    assert len(page.all("img", "portrait")) == 1
    assert [row["data-at"] for row in page.all("tr") if "data-at" in row] == ["00:00:01.500"]


def test_a_page_without_pictures_says_why() -> None:
    page = page_of(analysis_of(), Pictures(missing="news.mp4: cannot be read: no such file."))
    assert "This page has no pictures. news.mp4: cannot be read: no such file." in page.text


def test_nothing_found_is_said_in_words() -> None:
    text = page_of(analysis_of()).text
    for words in ("Nobody and nothing was recognised.", "Nobody was seen.", "No object was"):
        assert words in text


def test_a_still_image_is_shown_with_its_boxes() -> None:
    analysis = still_of(person(ADA, (10, 20, 110, 220), (40, 30, 80, 80)), thing("dog"))
    page = page_of(analysis, Pictures(still=Thumbnail(jpeg(), (60, 80), Fraction(0))))
    rects = {(r["class"], r["x"], r["y"], r["width"], r["height"]) for r in page.all("rect")}
    assert ("body", "10.0", "20.0", "100.0", "200.0") in rects
    assert ("face", "40.0", "30.0", "40.0", "50.0") in rects
    assert len(page.all("button", "thing")) == 2
    assert page.all("svg")[0]["viewbox"] == "0 0 640 360"
    assert str(page.all("image")[0]["href"]).startswith("data:image/jpeg;base64,")
    assert "Ada Lovelace and 1 kind of object." in page.text
    assert "was not recognised in it" in page.text
    assert not page.all("button", "bar")


def test_a_still_image_of_nothing_is_a_page_too() -> None:
    assert "Nobody and nothing." in page_of(still_of()).text


def test_long_names_are_cut_in_the_picture_and_whole_in_the_list() -> None:
    long = Person("p", "x" * 300)
    page = render_report(still_of(person(long)), Pictures())
    labels = re.findall(r"<text[^>]*>([^<]*)</text>", page)
    assert [len(label) for label in labels] == [32]
    assert f"<bdi>{'x' * 300}</bdi>" in page


def test_an_hour_with_a_hundred_people_stays_a_page_of_moderate_size() -> None:
    hour = tuple(
        Appearance(
            "person",
            "person",
            0,
            Person(f"p{p}", f"Person {p}"),
            TimeSpan(Fraction(t), Fraction(t + 5)),
            5,
            0.9,
        )
        for p in range(100)
        for t in range(p, 3600, 70)
    )
    page = render_report(analysis_of(appearances=hour), Pictures())
    assert len(hour) > 5000
    assert len(page) < 4_000_000
    assert page.count("class=bar") == len(hour)


def test_the_page_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    write_report(analysis_of(), target)
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
    with pytest.raises(OutputError, match="there is no folder"):
        write_report(analysis_of(), tmp_path / "nowhere" / "page.html")


def test_whoever_somebody_without_a_name_may_be_stands_in_their_row_and_is_not_counted() -> None:
    maybe = (Candidate(ADA, 0.437), Candidate(Person("x", "<b>Raj</b>"), 0.12))
    unsure = replace(person(None), match=Match(None, 0.4, maybe), unknown=1)
    nobody = replace(seen(None, 0, 5), unknown=1)
    analysis = analysis_of(FrameMetadata(0, Fraction(0), (unsure,)), appearances=(nobody,))

    page = render_report(analysis, Pictures())

    assert "perhaps" in page
    assert re.search(r"class=perhaps>perhaps .*Ada Lovelace.* \(44 %\), .*Raj.* \(12 %\)", page)
    assert "<b>Raj" not in page
    [row] = people_rows(analysis.appearances, analysis.frames)
    assert (row.named, row.perhaps) == (False, maybe)
    assert "Ada" not in re.search(r"<title>(.*?)</title>", page)[1]  # type: ignore[index]


def test_a_picture_says_whom_a_face_without_a_name_may_show() -> None:
    unsure = replace(person(None), match=Match(None, 0.4, (Candidate(ADA, 0.3),)), unknown=1)

    page = render_report(still_of(unsure), Pictures())

    assert re.search(r"class=perhaps>perhaps .*Ada Lovelace.* \(30 %\)", page)
