"""Adding files: what is known is skipped, by its bytes; the rest is kept and ordered."""

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from playbill.archive import queue
from playbill.archive.archive import Archive
from playbill.archive.media import count_media, get_media
from playbill.errors import ArchiveError, ArchiveUnavailable, MediaError
from playbill.library import adding
from playbill.library.adding import Addition, Refusal, add_files
from playbill.library.ordering import Order, settings_json, settings_of
from playbill.library.places import file_of
from playbill.pipeline.settings import AnalysisSettings
from playbill.pipeline.surveyed import SurveyedMedia, survey_media

ORDER = Order(AnalysisSettings(), "a" * 64)
OTHER = Order(AnalysisSettings(sample_every=7), "b" * 64)


@pytest.fixture
def archive(database_url: str, tmp_path: Path) -> Iterator[Archive]:
    opened = Archive.create(tmp_path / "archive", database_url=database_url)
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures that were last touched long ago, but for their entries in the folder."""
    made = tmp_path / "media"
    made.mkdir()
    for n, name in enumerate(("a.png", "b.png", "c.png")):
        Image.new("RGB", (8, 8), (n, 0, 0)).save(made / name)
    return made


class Looker:
    """Surveys, and remembers what it was asked to."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, path: Path) -> SurveyedMedia:
        self.asked.append(path.name)
        return survey_media(path)


def add(
    archive: Archive,
    *paths: Path,
    order: Order = ORDER,
    look: Looker | None = None,
    again: bool = False,
    by_hash: bool = False,
) -> list[tuple[str, str]]:
    """Name and outcome of each; `refused` for those that are."""
    said = add_files(
        archive, paths, look or Looker(), order, who="cli:test", again=again, by_hash=by_hash
    )
    return [
        (one.path.name, one.outcome if isinstance(one, Addition) else "refused") for one in said
    ]


def test_new_files_are_added_and_their_analysis_ordered(archive: Archive, folder: Path) -> None:
    paths = sorted(folder.iterdir())
    assert add(archive, *paths) == [("a.png", "added"), ("b.png", "added"), ("c.png", "added")]
    assert archive.database.read(queue.count_jobs) == {"queued": 3}
    (newest, *_) = archive.database.read(queue.list_jobs)
    assert settings_of(newest.settings) == ORDER.settings


def test_the_same_bytes_are_known_under_any_name(archive: Archive, folder: Path) -> None:
    shutil.copy(folder / "a.png", folder / "same.png")
    said = add(archive, folder / "a.png", folder / "same.png", folder / "a.png")
    assert said == [("a.png", "added"), ("same.png", "known"), ("a.png", "known")]
    assert archive.database.read(queue.count_jobs) == {"queued": 1}


def test_files_that_were_not_touched_since_are_not_read_again(
    archive: Archive, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "FRESH", adding.FRESH * 0)
    paths = sorted(folder.iterdir())
    time.sleep(0.05)
    add(archive, *paths)
    look = Looker()
    assert {outcome for _, outcome in add(archive, *paths, look=look)} == {"known"}
    assert look.asked == []

    time.sleep(0.05)
    before = (folder / "b.png").stat()
    Image.new("RGB", (8, 8), (9, 0, 0)).save(folder / "b.png")
    os.utime(folder / "b.png", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (folder / "b.png").stat().st_size == before.st_size
    assert dict(add(archive, *paths, look=look))["b.png"] == "added"
    assert look.asked == ["b.png"]
    assert {outcome for _, outcome in add(archive, *paths, look=look, by_hash=True)} == {"known"}
    assert look.asked == ["b.png", "a.png", "b.png", "c.png"]


def test_files_that_were_touched_just_before_they_were_added_are_read_again(
    archive: Archive, folder: Path
) -> None:
    add(archive, folder / "a.png")
    look = Looker()
    add(archive, folder / "a.png", look=look)
    assert look.asked == ["a.png"]


def test_a_file_that_was_moved_is_found_at_its_new_place(archive: Archive, folder: Path) -> None:
    add(archive, folder / "a.png")
    moved = (folder / "a.png").rename(folder / "elsewhere.png")
    (one,) = add_files(archive, [moved], survey_media, ORDER, who="cli:test")
    assert isinstance(one, Addition)
    assert (one.outcome, one.job_id) == ("moved", None)
    row = archive.database.read(lambda tx: get_media(tx, one.media_id))
    assert row.place == str(moved.resolve())
    with file_of(archive, row) as path:
        assert path == moved.resolve()


def test_known_media_are_analysed_in_another_way_only_if_asked(
    archive: Archive, folder: Path
) -> None:
    path = folder / "a.png"
    add(archive, path)
    assert add(archive, path, order=OTHER) == [("a.png", "known")]
    assert add(archive, path, order=OTHER, again=True) == [("a.png", "again")]
    assert add(archive, path, order=OTHER, again=True) == [("a.png", "known")]
    assert archive.database.read(queue.count_jobs) == {"queued": 2}


def test_what_cannot_be_used_is_refused_and_the_rest_is_added(
    archive: Archive, folder: Path
) -> None:
    (folder / "empty.png").touch()
    (folder / "text.mp4").write_text("no video")
    (folder / "cut.png").write_bytes((folder / "a.png").read_bytes()[:20])
    (folder / "dangling.jpg").symlink_to(folder / "nothing")
    (folder / "circle.jpg").symlink_to("circle.jpg")
    strange = Path(os.fsdecode(os.fsencode(folder) + b"/\xff.png"))
    Image.new("RGB", (9, 9)).save(strange)
    paths = sorted(folder.iterdir())

    said = list(add_files(archive, paths, survey_media, ORDER, who="cli:test"))

    refused = {one.path.name: str(one.error) for one in said if isinstance(one, Refusal)}
    unusable = {"empty.png", "text.mp4", "cut.png", "dangling.jpg", "circle.jpg", strange.name}
    assert refused.keys() == unusable
    assert "is empty (0 bytes)" in refused["empty.png"]
    assert "cannot be read: no such file" in refused["dangling.jpg"]
    assert "must be Unicode text" in refused[strange.name]
    assert archive.database.read(count_media) == 3


def test_files_are_not_refused_because_the_data_base_is_away(
    archive: Archive, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise ArchiveUnavailable("the data base has not answered for 30 s")

    monkeypatch.setattr(archive.database, "write", away)

    with pytest.raises(ArchiveUnavailable):
        add(archive, *folder.iterdir())


def test_what_was_given_is_written_down_even_if_nothing_more_is_asked_for(
    archive: Archive, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "BATCH", 2)
    said = add_files(archive, sorted(folder.iterdir()), survey_media, ORDER, who="cli:test")
    next(said)
    assert archive.database.read(count_media) == 2


def test_settings_survive_their_job() -> None:
    settings = AnalysisSettings(sample_every=3, models=("yolox_nano",), threads=5)
    assert settings_of(settings_json(settings), threads=2) == replace(settings, threads=2)
    with pytest.raises(ArchiveError, match="expected those of an analysis: there is no mood"):
        settings_of(settings_json(settings) | {"mood": "good"})
    with pytest.raises(ArchiveError, match="sample_every must be at least 1"):
        settings_of({"sample_every": 0})


def test_an_upload_is_found_among_the_blobs_and_what_is_gone_is_said(
    archive: Archive, folder: Path
) -> None:
    add(archive, folder / "a.png")
    media_id = survey_media(folder / "a.png").info.id
    row = archive.database.read(lambda tx: get_media(tx, media_id))
    archive.blobs.put("uploads/a.png", b"bytes")
    with file_of(archive, replace(row, place="uploads/a.png")) as path:
        assert path.read_bytes() == b"bytes"
    for place, reason in (("uploads/no.png", "is gone"), (None, "not known where")):
        with pytest.raises(MediaError, match=reason), file_of(archive, replace(row, place=place)):
            pass
