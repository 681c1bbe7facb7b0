"""The pages of evaluations: what they say, and how a browser takes them."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from playbill.core.people import Person
from playbill.evaluation.faces.evaluate import FaceNetwork, FaceQuestion, evaluate_faces
from playbill.evaluation.gallery.evaluate import (
    GalleryNetworks,
    GalleryQuestion,
    evaluate_gallery,
)
from playbill.evaluation.objects.evaluate import ObjectNetwork, ObjectQuestion, evaluate_objects
from playbill.recognition.network_scores import UNMEASURED
from playbill.rendering.evaluation.faces import write_face_page
from playbill.rendering.evaluation.gallery import write_gallery_page
from playbill.rendering.evaluation.objects import write_object_page
from tests.evaluation.objects.test_object_evaluation import Labelled
from tests.support.fakes import AxisRecogniser, BlueIsADog, BrightnessFaces, ColourEmbedder

HOSTILE = "<img src=x onerror=document.title='hacked'>"
WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve people of four pictures, one of them with a name that is markup."""
    folder = tmp_path_factory.mktemp("people")
    random = np.random.default_rng(0)
    for person in range(12):
        home = folder / (HOSTILE if person == 0 else f"Person_{person}")
        home.mkdir()
        colour = random.integers(20, 250, 3)
        for number in range(4):
            pixels = np.clip(colour + random.integers(-9, 9, (48, 64, 3)), 1, 255)
            Pillow.fromarray(pixels.astype(np.uint8)).save(home / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def pages(people: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A page of each kind."""
    home = tmp_path_factory.mktemp("pages")
    networks = [FaceNetwork(ColourEmbedder(), size, UNMEASURED) for size in (1.0, 2.0)]
    faces, _ = evaluate_faces(FaceQuestion(people), BrightnessFaces(), networks)
    write_face_page(faces, home / "faces.html")
    recogniser = AxisRecogniser((Person("a", "Person 1"), Person("b", HOSTILE)))
    asked = GalleryNetworks(BrightnessFaces(), ColourEmbedder(), recogniser, frozenset())
    gallery, _ = evaluate_gallery(GalleryQuestion(people), asked)
    write_gallery_page(gallery, people, home / "gallery.html")
    labelled = Labelled(home)
    for colour, label in (((0, 0, 200), "cat"), ((200, 0, 0), "dog"), ((0, 0, 200), "dog")):
        labelled.add(colour, label)
    detectors = [ObjectNetwork(BlueIsADog(), 1.0, BlueIsADog().limits)]
    objects, _ = evaluate_objects(ObjectQuestion(labelled.write(), pictures=home), detectors)
    write_object_page(objects, home / "objects.html")
    return {name: home / f"{name}.html" for name in ("faces", "gallery", "objects")}


def test_the_face_page_has_networks_side_by_side(pages: dict[str, Path]) -> None:
    page = pages["faces"].read_text("utf-8")

    for words in (
        "Right person first, 2 pictures or more",
        "FNIR at FPIR 1 %",
        "FNIR at FPIR 0.3 %",
        "Milliseconds a face, alone",
        "n = ",
        "Not measured.",
    ):
        assert words in page
    assert page.count("data:image/svg+xml") == 4  # two charts, in light and in dark


def test_the_gallery_page_shows_both_faces_of_a_confusion(pages: dict[str, Path]) -> None:
    page = pages["gallery"].read_text("utf-8")

    assert page.count("<article>") > 0
    assert page.count("class=pair") <= page.count("data:image/jpeg") <= 2 * page.count("class=pair")
    assert "a stranger" in page


def test_the_object_page_draws_what_was_missed(pages: dict[str, Path]) -> None:
    page = pages["objects"].read_text("utf-8")

    assert "<title>cat as dog 80 %</title>" in page
    assert "<g class=missed><title>dog</title>" in page
    assert "best F1" in page


def test_names_are_text_and_nothing_else(pages: dict[str, Path]) -> None:
    assert "<img src=x" not in "".join(page.read_text("utf-8") for page in pages.values())


def test_a_picture_that_is_gone_leaves_its_place_empty(people: Path, tmp_path: Path) -> None:
    recogniser = AxisRecogniser((Person("a", "Person 1"),))
    asked = GalleryNetworks(BrightnessFaces(), ColourEmbedder(), recogniser, frozenset())
    gallery, _ = evaluate_gallery(GalleryQuestion(people), asked)

    write_gallery_page(gallery, tmp_path / "elsewhere", tmp_path / "page.html")

    assert "cannot be read" in (tmp_path / "page.html").read_text("utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is missing")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=chromium, args=arguments)
        yield opened
        opened.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["faces", "gallery", "objects"])
def test_a_page_fits_asks_for_nothing_and_shows_all_its_pictures(
    browser: Any, pages: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
    )
    page, told, asked = context.new_page(), [], []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))

    page.goto(pages[name].as_uri())
    page.evaluate("document.querySelectorAll('img').forEach(one => one.loading = 'eager')")
    page.wait_for_function("Array.from(document.images).every(one => one.complete)")

    assert told == []
    assert [url for url in asked if not url.startswith(("data:", "file:"))] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("Array.from(document.images).every(one => one.naturalWidth > 0)")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 21, 24)"
    assert dark == (scheme == "dark")
    context.close()
