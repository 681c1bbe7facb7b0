from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from playbill.archive.archive import Archive
from playbill.archive.decisions.naming import rename
from playbill.archive.documents import analysis_now
from playbill.core.analysis import Analysis
from playbill.exports.formats import FORMATS
from tests.cli.conftest import Playbill
from tests.support.analyses import ADA
from tests.support.exported import exported, picture, plain
from tests.support.sightings import Actor, Prop, keep, named, sightings, still, video

pytestmark = pytest.mark.usefixtures("wide")


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "news.mp4.json"
    path.write_bytes(exported(plain(), "json"))
    return path


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg.json"
    path.write_bytes(exported(picture(), "json"))
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Two videos and a picture of Ada."""
    folder = tmp_path / "archive"
    opened = Archive.create(folder)
    ada = Actor(range(2, 5), match=named(ADA))
    kept = (
        sightings(ada, Prop("tv", range(4)), media=video("news.mp4"), run_id="run-1"),
        sightings(ada, media=video("late.mp4"), run_id="run-2"),
        still(Actor(range(1), match=named(ADA)), name="photo.jpg", run_id="run-3"),
    )
    for seen in kept:
        opened.database.write(partial(keep, seen=seen))
    opened.close()
    return folder


def now(folder: Path, name: str) -> Analysis:
    opened = Archive.open(folder)
    try:
        return opened.database.read(lambda tx: analysis_now(tx, video(name).id))
    finally:
        opened.close()


@pytest.mark.parametrize("name", FORMATS)
def test_a_document_becomes_any_format(
    playbill: Playbill, document: Path, tmp_path: Path, name: str
) -> None:
    target = tmp_path / "out"

    shown = playbill("export", document, "--format", name, "--out", target)

    assert (shown.code, shown.err) == (0, "")
    assert shown.out.strip() == str(target)
    assert target.stat().st_size > 0


def test_in_a_folder_a_file_is_called_after_its_medium(
    playbill: Playbill, document: Path, photo: Path, tmp_path: Path
) -> None:
    playbill("export", document, photo, document, "-f", "iiif", "-o", tmp_path / "out")

    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "news.mp4-2.iiif.json",
        "news.mp4.iiif.json",
        "photo.jpg.iiif.json",
    ]


def test_several_media_are_one_table(
    playbill: Playbill, document: Path, photo: Path, tmp_path: Path
) -> None:
    target = tmp_path / "all.csv"

    playbill("export", document, photo, "-f", "csv-objects", "-o", target)

    assert len(target.read_text().splitlines()) == 1 + 5 + 2


def test_of_several_the_good_ones_are_written(
    playbill: Playbill, document: Path, photo: Path, tmp_path: Path
) -> None:
    shown = playbill("export", document, photo, "-f", "edl", "-o", tmp_path / "out")

    assert shown.code == 2
    assert shown.complaints == [
        "photo.jpg: is a picture, which has no time, expected a video for edl"
    ]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["news.mp4.edl"]


@pytest.mark.parametrize(
    ("format_", "target", "sentence"),
    [
        ("doc", "x", "doc: is no known format, expected one of json, csv, "),
        ("csv", "nowhere/x.csv", "cannot be written: there is no folder"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    playbill: Playbill, document: Path, format_: str, target: str, sentence: str
) -> None:
    before = sorted(document.parent.iterdir())
    shown = playbill("export", document, "-f", format_, "-o", document.parent / target)

    assert shown.code == 2
    assert len(shown.complaints) == 1
    assert sentence in shown.complaints[0]
    assert sorted(document.parent.iterdir()) == before


def test_a_document_that_is_none_is_refused(playbill: Playbill, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"schema": "other/1"}')

    shown = playbill("export", tmp_path / "x.json", "-f", "csv", "-o", tmp_path / "x.csv")

    assert shown.code == 2
    assert "not a playbill/1 document" in shown.complaints[0]
    assert not (tmp_path / "x.csv").exists()


def test_an_archive_exports_by_name_with_the_names_of_today(
    playbill: Playbill, archive: Path, tmp_path: Path
) -> None:
    opened = Archive.open(archive)
    opened.database.write(lambda tx: rename(tx, "user:test", ADA.id, "Countess of Lovelace"))
    opened.close()
    target = tmp_path / "news.vtt"

    shown = playbill(
        "archive", "export", "news.mp4", "-f", "vtt", "-o", target, "--archive", archive
    )

    assert (shown.code, shown.err) == (0, "")
    assert "Countess of Lovelace" in target.read_text()
    assert target.read_bytes() == exported(now(archive, "news.mp4"), "vtt")


def test_an_archive_exports_by_the_start_of_an_id(
    playbill: Playbill, archive: Path, tmp_path: Path
) -> None:
    target = tmp_path / "x.json"
    words = ("-f", "json", "-o", target, "--archive", archive)

    shown = playbill("archive", "export", video("late.mp4").id[:8], *words)

    assert shown.code == 0
    assert target.read_bytes() == exported(now(archive, "late.mp4"), "json")


def test_all_of_an_archive_is_one_table(playbill: Playbill, archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "all.csv"

    playbill("archive", "export", "--all", "-f", "csv", "-o", target, "--archive", archive)

    rows = target.read_text().splitlines()[1:]
    assert {row.split(",")[1] for row in rows} == {"news.mp4", "late.mp4"}


def test_all_videos_of_an_archive_are_a_file_each(
    playbill: Playbill, archive: Path, tmp_path: Path
) -> None:
    words = ("-f", "fcpxml", "-o", tmp_path / "out", "--archive", archive)

    shown = playbill("archive", "export", "--all", *words)

    assert shown.code == 0
    assert "fcpxml is for videos: 1 picture left out" in shown.err
    found = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert found == ["late.mp4.fcpxml", "news.mp4.fcpxml"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nobody.mp4",), "nobody.mp4: no medium of that name or id is in the archive"),
        ((), "expected names or ids of media, or --all, and not both"),
        (("news.mp4", "--all"), "expected names or ids of media, or --all, and not both"),
        (("photo.jpg",), "photo.jpg: is a picture, which has no time, expected a video for otio"),
        (("' OR 1=1 --",), "' OR 1=1 --: no medium of that name or id is in the archive"),
    ],
)
def test_what_an_archive_has_not_is_said(
    playbill: Playbill, archive: Path, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    target = tmp_path / "x.otio"
    options = ("-f", "otio", "-o", target, "--archive", archive)

    shown = playbill("archive", "export", *words, *options)

    assert (shown.code, shown.complaints) == (2, [sentence])
    assert not target.exists()


def test_two_media_of_one_name_are_asked_for_by_id(
    playbill: Playbill, archive: Path, tmp_path: Path
) -> None:
    opened = Archive.open(archive)
    twin = replace(video("news.mp4"), sha256="77" * 32)
    changed = sightings(media=twin, run_id="run-9")
    opened.database.write(lambda tx: keep(tx, changed))
    opened.close()
    words = ("-f", "csv", "-o", tmp_path / "x.csv", "--archive", archive)

    shown = playbill("archive", "export", "news.mp4", *words)

    assert shown.code == 2
    assert "news.mp4: expected one medium, found several: " in shown.complaints[0]


def test_without_an_archive_that_is_said(playbill: Playbill, tmp_path: Path) -> None:
    words = ("-f", "csv", "-o", tmp_path / "x.csv", "--archive", tmp_path / "nowhere")

    shown = playbill("archive", "export", "--all", *words)

    assert shown.code == 2
    assert "no archive here" in shown.complaints[0]
