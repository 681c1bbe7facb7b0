"""Where the files of media are, and what it means that one is not there."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from unittest.mock import MagicMock, patch

import pytest

from playbill.archive.archive import Archive
from playbill.archive.blobs import Blobs
from playbill.archive.media import MediaRow, add_media, get_media
from playbill.errors import ArchiveUnavailable, MediaError
from playbill.library.places import LastFile, file_of
from tests.support.sightings import video

KEY = "uploads/news.mp4"


@pytest.fixture
def stored(tmp_path: Path) -> tuple[Archive, MediaRow]:
    """A medium in an object store."""
    archive = Archive.create(tmp_path / "archive", blobs_url=f"memory://{tmp_path.name}")
    info = video("news.mp4")
    archive.database.write(lambda tx: add_media(tx, info, bytes_=4, place=KEY, who="t"))
    return archive, archive.database.read(lambda tx: get_media(tx, info.id))


def test_a_file_of_a_store_is_here_for_a_while(stored: tuple[Archive, MediaRow]) -> None:
    archive, row = stored
    archive.blobs.put(KEY, b"film")
    with file_of(archive, row) as path:
        assert (path.read_bytes(), path.suffix) == (b"film", ".mp4")
    assert not path.exists()


def test_a_file_that_a_store_has_not_is_gone(stored: tuple[Archive, MediaRow]) -> None:
    archive, row = stored
    with pytest.raises(MediaError, match=f"{KEY}: the file of this medium is gone"):
        file_of(archive, row).__enter__()


@pytest.mark.parametrize(
    "error", [OSError(110, "Connection timed out"), RuntimeError("Connection timed out")]
)
def test_a_store_that_breaks_off_may_be_asked_again(
    stored: tuple[Archive, MediaRow], error: Exception
) -> None:
    archive, row = stored
    broken = MagicMock(wraps=BytesIO())
    broken.__enter__.return_value.read.side_effect = error
    said = pytest.raises(ArchiveUnavailable, match="cannot be had: Connection timed out")
    with patch.object(Blobs, "reading", return_value=broken), said:
        file_of(archive, row).__enter__()


def test_the_last_file_stays_here_until_it_is_dropped_or_another_is_asked_for(
    stored: tuple[Archive, MediaRow],
) -> None:
    archive, row = stored
    other = replace(row, place="uploads/other.mp4")
    for one in (row, other):
        archive.blobs.put(str(one.place), b"film")
    last = LastFile(archive)

    first = last.of(row)
    assert (last.of(row), first.read_bytes()) == (first, b"film")
    second = last.of(other)
    assert second.exists()
    assert not first.exists()
    last.drop()
    assert not second.exists()
    assert last.of(other).exists()
    last.drop()
