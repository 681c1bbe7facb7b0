"""Where the real networks and pictures are, and what every test may not do."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from playbill.archive.archive import Archive
from playbill.archive.database import Database
from playbill.archive.tables import metadata
from tests.support.databases import KINDS, empty_url

MARKS: dict[str, list[pytest.MarkDecorator]] = {"sqlite": [], "postgres": [pytest.mark.postgres]}


hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")
# A shell that runs the tests in the background has them ignore Ctrl-C, which some of them send.
signal.signal(signal.SIGINT, signal.default_int_handler)


def folder_from(variable: str) -> Path:
    value = os.environ.get(variable)
    if not value or not Path(value).is_dir():
        pytest.skip(f"{variable} does not name a folder")
    return Path(value)


@pytest.fixture(scope="session")
def models_folder() -> Path:
    """Real networks: `facenet_vggface2.onnx`, `ssd_mobilenet_v1_coco.onnx`, ..."""
    return folder_from("PLAYBILL_MODELS")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Real pictures and video: `lfw/`, `faces/`, `video/`, ..."""
    return folder_from("PLAYBILL_DATA")


@pytest.fixture(autouse=True)
def own_data_folder(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever runs the tests may have models and galleries of their own: they stay out of it."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data_home")))


@pytest.fixture(params=[pytest.param(kind, marks=MARKS[kind]) for kind in KINDS])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty data base; the test runs once for each kind there is."""
    with empty_url(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A data base with all tables of the archive, empty."""
    opened = Database.open(database_url)
    opened.write(metadata.create_all)
    yield opened
    opened.close()


@pytest.fixture
def archive(database_url: str, tmp_path: Path) -> Iterator[Archive]:
    """An empty archive, once for each kind of data base."""
    opened = Archive.create(tmp_path / "archive", database_url=database_url)
    yield opened
    opened.close()
