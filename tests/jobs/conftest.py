"""Archives to work on, and media of plain colours in which the fakes find what is known before."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures

from playbill.archive.archive import Archive
from playbill.core.frame import Image
from playbill.library.adding import add_files
from playbill.library.ordering import Order
from playbill.pipeline.fingerprint import fingerprint
from playbill.pipeline.settings import AnalysisSettings
from playbill.pipeline.surveyed import survey_media
from tests.support.clips import numbered_clip
from tests.support.workers import open_fakes

RED, GREEN, BLUE = (200, 20, 20), (20, 200, 20), (20, 20, 200)
SETTINGS = AnalysisSettings(sample_every=5, threads=1)
SEGMENT_S = 2.0
FRAMES = 250


def coloured_clip(path: Path, *colours: tuple[int, int, int], frames: int = FRAMES) -> Path:
    """A clip of 25 frames a second in which colours take turns; a place to cut in every second."""

    def paint(picture: Image, number: int) -> Image:
        return np.full_like(picture, colours[number * len(colours) // frames])

    return numbered_clip(path, frames=frames, options={"g": "25", "bf": "0"}, paint=paint)


def order_of(settings: AnalysisSettings = SETTINGS) -> Order:
    return Order(settings, fingerprint(open_fakes(settings).networks, settings), 0, SEGMENT_S)


@pytest.fixture
def archive(database_url: str, tmp_path: Path) -> Iterator[Archive]:
    opened = Archive.create(tmp_path / "archive", database_url=database_url)
    yield opened
    opened.close()


@pytest.fixture
def lone_archive(tmp_path: Path) -> Iterator[Archive]:
    """In one folder, for tests that are about processes and not about data bases."""
    opened = Archive.create(tmp_path / "archive")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds, five segments of ten frames each; the middle one is blue."""
    path = tmp_path_factory.mktemp("clips") / "colours.mp4"
    return coloured_clip(path, RED, RED, BLUE, GREEN, GREEN)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "red.png"
    Pictures.new("RGB", (64, 48), RED).save(path)
    return path


def add_all(archive: Archive, *paths: Path) -> list[str]:
    """Order the analysis of files; gives the ids of their jobs."""
    said = add_files(archive, paths, survey_media, order_of(), who="cli:test")
    return [one.job_id for one in said]  # type: ignore[union-attr,misc]
