"""Media to make jobs of."""

from collections.abc import Callable
from hashlib import sha256

import pytest

from playbill.archive.database import Database
from playbill.archive.media import add_media
from playbill.core.media import MediaInfo


@pytest.fixture
def medium(database: Database) -> Callable[[str], str]:
    """Adds a medium of a name, and gives its id."""
    return lambda name: add_medium(database, name)


def add_medium(database: Database, name: str) -> str:
    digest = sha256(name.encode()).hexdigest()
    info = MediaInfo(name, "video", digest, (640, 360), "mov", "h264")
    database.write(lambda tx: add_media(tx, info, bytes_=1, place=f"/{name}", who="cli:test"))
    return info.id
