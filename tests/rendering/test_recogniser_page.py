"""The page of a trained recogniser: what it says, and how a browser takes it."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from playbill.evaluation.recogniser.result import RecogniserEvaluation
from playbill.rendering.evaluation.recogniser import write_recogniser_page
from playbill.training.recogniser.run import train_recogniser
from playbill.training.recogniser.settings import RecogniserSettings, RecogniserTraining
from tests.support.drawn_people import describer, draw_people

HOSTILE = "<img src=x onerror=document.title='hacked'>"
WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten people who are not easily told apart, one of them with a name that is markup."""
    folder = tmp_path_factory.mktemp("people")
    draw_people(folder, [6] * 9 + [1], noise=1.1)
    (folder / "Person_0").rename(folder / HOSTILE)
    (folder / "Person_1" / "bad.png").write_text("no picture")
    return folder


@pytest.fixture(scope="module")
def evaluation(people: Path, tmp_path_factory: pytest.TempPathFactory) -> RecogniserEvaluation:
    settings = RecogniserSettings(held_out=0.5, held_out_people=0.2, stranger_rate=0.3)
    training = RecogniserTraining(people, settings)
    return train_recogniser(training, describer(), tmp_path_factory.mktemp("out")).evaluation


@pytest.fixture(scope="module")
def page(
    people: Path, evaluation: RecogniserEvaluation, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    write_recogniser_page(evaluation, people, path)
    return path


def test_everything_that_was_measured_is_there(
    page: Path, evaluation: RecogniserEvaluation
) -> None:
    text = page.read_text("utf-8")

    for words in (
        "Methods side by side",
        "FNIR at FPIR 1 %",
        "What a score is worth",
        "Who is taken for whom",
        "bad.png",
        "1 person has one picture: enrolled, and not measured.",
        "enrolled, not measured",
        "stranger: right is not to be named",
        "How this was measured",
    ):
        assert words in text
    assert evaluation.confusions, "the people are too easily told apart for this test"
    assert text.count("<article>") == len(evaluation.confusions)
    assert text.count("data:image/svg+xml") == 4  # two charts, in light and in dark


def test_names_are_text_and_nothing_else(page: Path) -> None:
    assert "<img src=x" not in page.read_text("utf-8")


def test_a_page_of_nothing_measured_says_so(
    evaluation: RecogniserEvaluation, people: Path, tmp_path: Path
) -> None:
    nothing = replace(
        evaluation, methods=(), confusions=(), score_bins=(), score_bins_with_strangers=(),
        answers=(), not_measured=("nothing was measured: the share to hold out is 0",),
    )  # fmt: skip
    write_recogniser_page(nothing, people, tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text("utf-8")

    assert "nothing could be measured" in text
    assert "the share to hold out is 0" in text
    assert "Methods side by side" not in text
    assert "Who is taken for whom" not in text


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_a_browser_shows_it_without_complaint_or_sideways_scrolling(page: Path, width: int) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is missing")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    said: list[str] = []
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": width, "height": 900})
        opened.on("console", lambda message: said.append(message.text))
        opened.goto(page.as_uri())
        wide = opened.evaluate("document.documentElement.scrollWidth")
        broken = opened.evaluate(
            "[...document.images].filter(i => i.complete && !i.naturalWidth).length"
        )
        title = opened.title()
        browser.close()

    assert said == []
    assert wide <= width
    assert broken == 0
    assert "hacked" not in title
