"""`docs/images`, taken from what `playbill demo` has made.

$ playbill demo && python -m tools.screenshots
"""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
from PIL import Image
from playwright.sync_api import sync_playwright

from playbill.media.video import SampledVideo

IMAGES = Path(__file__).parent.parent / "docs" / "images"
PAGE_WH = (1100, 820)
FRAME = 20
"""In the clip's first scene: somebody with a name."""
DRAWN_WH = (800, 450)


def main(words: Sequence[str]) -> int:
    """Take them from the folder that is named; `demo`, if none is."""
    demo = Path(words[0]) if words else Path("demo")
    IMAGES.mkdir(parents=True, exist_ok=True)
    report(demo / "clip.html", IMAGES / "report.png")
    drawn_frame(demo / "clip-drawn.mp4", IMAGES / "drawn.jpg")
    return 0


def report(page: Path, target: Path) -> None:
    """The upper part of the report: who and what, on the time line."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        width, height = PAGE_WH
        tab = browser.new_page(viewport={"width": width, "height": height})
        tab.goto(page.resolve().as_uri())
        tab.screenshot(path=target)
        browser.close()
    with Image.open(target) as picture:
        picture.convert("RGB").quantize(128).save(target, optimize=True)


def drawn_frame(clip: Path, target: Path) -> None:
    """One frame with boxes and names."""
    with SampledVideo.open(clip, indices=[FRAME]) as video:
        (frame,) = video
    small = cv2.resize(frame.image, DRAWN_WH, interpolation=cv2.INTER_AREA)
    Image.fromarray(small).save(target, quality=85)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
