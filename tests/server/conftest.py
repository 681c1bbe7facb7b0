from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from playbill.archive.archive import Archive
from playbill.server.settings import ServerSettings
from tests.support.serving import Serving, serving


@pytest.fixture(autouse=True)
def log() -> Iterator[list[structlog.typing.EventDict]]:
    """What the server logs."""
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.fixture
def settings() -> ServerSettings:
    """The server's; a test module may have its own."""
    return ServerSettings()


@pytest.fixture
def archive(tmp_path: Path, database_url: str) -> Iterator[Archive]:
    """An empty archive, on each kind of data base."""
    opened = Archive.create(tmp_path / "archive", database_url=database_url)
    yield opened
    opened.close()


@pytest.fixture
def server(archive: Archive, settings: ServerSettings) -> Iterator[Serving]:
    """A real server on it."""
    with serving(archive, settings) as running:
        yield running
