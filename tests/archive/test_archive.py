"""Archives are made where they are asked for, and found there again."""

from pathlib import Path

import pytest

from playbill.archive.archive import SETTINGS, Archive
from playbill.errors import ArchiveError, OutputError


def test_an_archive_is_made_once_and_opened_ever_after(tmp_path: Path) -> None:
    made = Archive.create(tmp_path / "new" / "archive")
    made.blobs.put("crops/a.jpg", b"face")
    made.close()

    opened = Archive.create(tmp_path / "new" / "archive")

    assert opened.blobs.get("crops/a.jpg") == b"face"
    opened.close()


def test_addresses_that_are_paths_mean_the_same_from_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, elsewhere = tmp_path / "archive", tmp_path / "else'where"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    made = Archive.create(folder, database_url="sqlite:///facts.db", blobs_url="faces")
    made.blobs.put("crops/a.jpg", b"face")
    made.close()
    monkeypatch.chdir(tmp_path)

    opened = Archive.open(folder)

    assert opened.blobs.get("crops/a.jpg") == b"face"
    assert opened.database.engine.url.database == str(elsewhere / "facts.db")
    opened.close()


@pytest.mark.parametrize(
    "asked", [{"database_url": "mysql://ada@host/facts"}, {"blobs_url": "nonsense://bucket"}]
)
def test_an_address_that_cannot_be_opened_leaves_no_archive_behind(
    tmp_path: Path, asked: dict[str, str]
) -> None:
    with pytest.raises(ArchiveError, match="that is known here"):
        Archive.create(tmp_path / "archive", **asked)

    assert not (tmp_path / "archive" / SETTINGS).exists()
    Archive.create(tmp_path / "archive").close()


def test_an_archive_keeps_its_addresses(tmp_path: Path) -> None:
    Archive.create(tmp_path / "archive").close()
    with pytest.raises(ArchiveError, match="has its blobs at the folder itself, found /elsewhere"):
        Archive.create(tmp_path / "archive", blobs_url="/elsewhere")


def test_a_file_where_the_folder_is_to_be_is_said(tmp_path: Path) -> None:
    place = tmp_path / "notes.txt"
    place.write_text("here I am")
    with pytest.raises(OutputError, match=r"notes\.txt: no archive can be made here: file exists"):
        Archive.create(place)


def test_an_archive_is_for_its_owner_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'facts.db'}"
    Archive.create(tmp_path / "archive", database_url=url).close()

    for path in (tmp_path / "archive", tmp_path / "archive" / SETTINGS):
        assert path.stat().st_mode & 0o077 == 0


def test_no_message_says_a_password(tmp_path: Path) -> None:
    (tmp_path / SETTINGS).write_text("database = 'postgresql+psycopg://ada:geheim@host/facts'\n")

    with pytest.raises(ArchiveError, match="expected the same or nothing") as refused:
        Archive.create(tmp_path, database_url="postgresql+psycopg://ada:auch-geheim@other/facts")
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("line", ["databse = 'sqlite:///x'", "database = 3", "[database]"])
def test_settings_that_nobody_reads_are_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / SETTINGS).write_text(line)

    with pytest.raises(ArchiveError, match="expected addresses of database and blobs alone"):
        Archive.open(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [SETTINGS]
