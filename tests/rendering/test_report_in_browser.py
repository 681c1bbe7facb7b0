"""The report in a real browser, without a network."""

import io
import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from playbill.core.analysis import Analysis
from playbill.core.appearances import Appearance
from playbill.core.labels import COCO_80
from playbill.core.media import MediaInfo
from playbill.core.metadata import FrameMetadata
from playbill.core.people import Person
from playbill.rendering.report import write_report
from playbill.rendering.thumbnails import Pictures, Thumbnail
from tests.support.analyses import ADA, CHARLES, analysis_of, person, span, thing

pytest.importorskip("playwright", reason="playwright is not installed")
from playwright.sync_api import Browser, sync_playwright

pytestmark = pytest.mark.browser

VILLAIN = Person("villain", "<img src=x onerror=document.title='hacked'>")


def jpeg(colour: str) -> bytes:
    encoded = io.BytesIO()
    Pillow.new("RGB", (120, 90), colour).save(encoded, "JPEG")
    return encoded.getvalue()


def seen(who: Person | None, start: float, end: float) -> Appearance:
    return Appearance("person", "person", 0, who, span(start, end), 3, 0.931)


def dog(start: float, end: float) -> Appearance:
    return Appearance("object", "dog", COCO_80.index("dog"), None, span(start, end), 2, 0.5)


VIDEO = analysis_of(
    appearances=(
        seen(ADA, 1.001, 9.009),
        dog(12, 20),
        seen(ADA, 30, 40),
        seen(CHARLES, 41, 50),
        seen(VILLAIN, 50, 60),
    ),
)
PICTURES = Pictures(
    thumbnails={
        0: Thumbnail(jpeg("red"), (120, 90), Fraction(4)),
        2: Thumbnail(jpeg("blue"), (120, 90), Fraction(33)),
    }
)


class Visit:
    """One page, and everything that it tried to do."""

    def __init__(self, browser: Browser, path: Path, **view: Any) -> None:
        context = browser.new_context(**view)
        context.set_offline(True)
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri())

    def visible(self, query: str) -> list[str]:
        found = self.page.locator(query)
        return [one.inner_text() for one in found.all() if one.is_visible()]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as running:
        opened = running.chromium.launch(executable_path=chromium, args=arguments)
        yield opened
        opened.close()


@pytest.fixture
def video(browser: Browser, tmp_path: Path) -> Visit:
    write_report(VIDEO, tmp_path / "video.html", PICTURES)
    return Visit(browser, tmp_path / "video.html", viewport={"width": 1280, "height": 900})


@pytest.fixture
def still(browser: Browser, tmp_path: Path) -> Visit:
    media = MediaInfo("photo.jpg", "image", "ab" * 32, (640, 360), "jpeg", "jpeg")
    frame = FrameMetadata(0, Fraction(0), (person(ADA), person(VILLAIN), thing("dog")))
    write_report(
        Analysis(media, VIDEO.run, (frame,), ()),
        tmp_path / "still.html",
        Pictures(still=Thumbnail(jpeg("grey"), (120, 90), Fraction(0))),
    )
    return Visit(browser, tmp_path / "still.html")


def test_the_pages_ask_for_nothing_and_complain_of_nothing(video: Visit, still: Visit) -> None:
    for visit in (video, still):
        visit.page.wait_for_timeout(200)
        assert visit.complaints == []
        outside = [url for url in visit.requests if not url.startswith(("data:", "file:"))]
        assert outside == []
        assert len([url for url in visit.requests if url.startswith("file:")]) == 1
        assert visit.page.title().endswith("· Playbill")


def test_a_click_on_a_bar_shows_its_time_and_its_picture(video: Visit) -> None:
    assert not video.page.locator("#card").is_visible()

    video.page.click('.bar[data-of="2"]')

    card = video.page.locator("#card")
    assert card.is_visible()
    said = card.inner_text()
    for words in (
        "Ada Lovelace",
        "00:00:30.000 \N{EN DASH} 00:00:40.000",
        "10.0 s · 3 looks",
        "93 %",
        "picture at 00:00:33.000",
    ):
        assert words in said
    picture = card.locator("img")
    assert picture.is_visible()
    assert picture.get_attribute("src") == video.page.locator("#a2 img").get_attribute("src")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 120


def test_a_bar_without_a_picture_shows_its_time_alone(video: Visit) -> None:
    video.page.click('.bar[data-of="1"]')
    assert "00:00:12.000 \N{EN DASH} 00:00:20.000" in video.page.locator("#card").inner_text()
    assert not video.page.locator("#card img").is_visible()


def test_the_card_stays_inside_the_window_and_goes_with_escape(video: Visit) -> None:
    video.page.click('.bar[data-of="4"]')
    box = video.page.locator("#card").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1280
    video.page.keyboard.press("Escape")
    assert not video.page.locator("#card").is_visible()


def test_a_name_that_is_markup_is_text_in_the_card_too(video: Visit) -> None:
    video.page.click('.bar[data-of="4"]')
    assert VILLAIN.name in video.page.locator("#card").inner_text()
    assert video.complaints == []


def test_pointing_at_a_bar_is_enough_to_see_it(video: Visit) -> None:
    video.page.hover('.bar[data-of="0"]')
    assert "00:00:01.001" in video.page.locator("#card").inner_text()
    video.page.hover("h1")
    assert not video.page.locator("#card").is_visible()


def test_the_keyboard_reaches_every_bar(video: Visit) -> None:
    def active() -> object:
        return video.page.evaluate("document.activeElement.dataset.of")

    video.page.focus('.bar[data-of="0"]')
    reached = [active()]
    for key in ("ArrowRight", "ArrowLeft", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp"):
        video.page.keyboard.press(key)
        reached.append(active())
    assert reached == ["0", "2", "0", "4", "3", "1", "3"]
    assert "Charles Babbage" in video.page.locator("#card").inner_text()


def test_the_filter_leaves_the_rows_that_hold_its_words(video: Visit) -> None:
    video.page.fill("#filter", "  lové ADA")
    assert video.visible(".row h3") == ["Ada Lovelace"]
    assert video.visible("#count") == ["1 of 4"]
    video.page.fill("#filter", "nobody of that name")
    assert video.visible(".row h3") == []
    video.page.fill("#filter", "")
    assert len(video.visible(".row h3")) == 4


def test_zoom_widens_the_time_line_and_keeps_the_names_in_place(video: Visit) -> None:
    def width() -> float:
        box = video.page.locator('.bar[data-of="0"]').bounding_box()
        assert box is not None
        return float(box["width"])

    before, name = width(), video.page.locator(".who >> nth=0").bounding_box()
    video.page.click('[data-zoom="2"]')
    assert width() == pytest.approx(2 * before, rel=0.03)
    assert video.page.locator(".who >> nth=0").bounding_box() == name
    video.page.click('[data-zoom="0.5"]')
    assert width() == pytest.approx(before)


def test_the_page_fits_a_phone(browser: Browser, tmp_path: Path) -> None:
    write_report(VIDEO, tmp_path / "video.html", PICTURES)
    visit = Visit(browser, tmp_path / "video.html", viewport={"width": 360, "height": 700})
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
    visit.page.click('.bar[data-of="0"]')
    box = visit.page.locator("#card").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360


def test_the_table_opens_with_all_its_pictures(video: Visit) -> None:
    assert video.visible(".table tbody tr") == []
    video.page.click("summary")
    assert len(video.visible(".table tbody tr")) == 5
    assert video.page.locator(".table img").count() == 2


def test_in_a_still_image_list_and_boxes_light_up_together(still: Visit) -> None:
    still.page.click(".things button >> nth=0")
    assert still.page.locator("g.thing.shown title").text_content() == "Ada Lovelace"
    still.page.fill("#filter", "dog")
    assert still.visible(".things strong") == ["dog"]
    assert still.page.locator("g.thing:visible").count() == 1
