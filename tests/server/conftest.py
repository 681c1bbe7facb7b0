from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from playbill.archive.access import passwords
from playbill.archive.archive import Archive
from playbill.server.settings import ServerSettings
from tests.support.databases import empty_url
from tests.support.serving import CHEAP, Serving, serving


@pytest.fixture(autouse=True)
def log() -> Iterator[list[structlog.typing.EventDict]]:
    """What the server logs."""
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing that is slow on purpose is tested with the archive."""
    monkeypatch.setattr(passwords, "_hasher", CHEAP)


@pytest.fixture
def settings() -> ServerSettings:
    """The server's; a test module may have its own."""
    return ServerSettings()


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    """The data base's; tests of what is kept in rows run on `BOTH`."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def archive(tmp_path: Path, kind: str) -> Iterator[Archive]:
    """An empty archive."""
    with empty_url(kind, tmp_path) as url:
        opened = Archive.create(tmp_path / "archive", database_url=url)
        yield opened
        opened.close()


@pytest.fixture
def server(archive: Archive, settings: ServerSettings) -> Iterator[Serving]:
    """A real server on it."""
    with serving(archive, settings) as running:
        yield running
