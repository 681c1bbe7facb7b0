"""`playbill archive add` with real networks: who and what is found is kept."""

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from playbill.archive.archive import Archive
from playbill.archive.documents import document_of
from playbill.archive.tables import appearances, faces, media, tracks
from tests.cli.conftest import Playbill
from tests.support.clips import numbered_clip

pytestmark = [pytest.mark.models, pytest.mark.usefixtures("models_folder", "wide")]


@pytest.fixture
def folder(data_folder: Path, tmp_path: Path) -> Path:
    """A portrait, the same again under another name, a video of three faces, and a broken one."""
    made = tmp_path / "media"
    made.mkdir()
    portrait = data_folder / "archive" / "hamilton" / "alex-lacamoire.png"
    shutil.copy(portrait, made / "portrait.png")
    shutil.copy(portrait, made / "same.png")
    shutil.copy(data_folder / "video" / "three_faces.gif", made / "faces.gif")
    (made / "broken.mp4").write_bytes(numbered_clip(tmp_path / "c.mp4").read_bytes()[:500])
    return made


def test_a_folder_becomes_an_archive_and_is_skipped_the_next_time(
    folder: Path, tmp_path: Path, playbill: Playbill
) -> None:
    words = ["archive", "add", folder, "--archive", tmp_path / "archive", "--every", "10"]
    first = playbill(*words)

    assert first.code == 2
    assert len(first.complaints) == 1
    assert "broken.mp4" in first.complaints[0]
    assert first.out.splitlines() == ["2 added, 1 known, 1 refused", "2 analysed"]
    archive = Archive.open(tmp_path / "archive")
    try:
        names = archive.database.read(lambda tx: tx.execute(select(media.c.name)).scalars().all())
        shown = archive.database.read(lambda tx: tx.execute(select(media.c.run_id)).scalars().all())
        crops = archive.database.read(lambda tx: tx.execute(select(faces.c.crop)).scalars().all())
        groups = archive.database.read(
            lambda tx: tx.execute(select(tracks.c.cluster_id)).scalars().all()
        )
        kinds = archive.database.read(
            lambda tx: tx.execute(select(appearances.c.kind)).scalars().all()
        )
        document = archive.database.read(lambda tx: document_of(tx, str(shown[0])))
        assert len(names) == 2
        assert all(shown)
        assert len(crops) >= 4
        assert all(archive.blobs.get(key) for key in crops)
        assert all(groups)
        assert "person" in kinds
        assert json.loads(document)["schema"] == "playbill/1"
    finally:
        archive.close()

    second = playbill(*words, "--json")
    assert {json.loads(line)["outcome"] for line in second.out.splitlines()} == {"known"}


def test_work_that_was_left_is_done_by_work(
    folder: Path, tmp_path: Path, playbill: Playbill
) -> None:
    where = ["--archive", tmp_path / "archive"]
    left = playbill("archive", "add", folder / "portrait.png", *where, "--no-wait")
    assert (left.code, left.out.splitlines()) == (0, ["1 added"])
    assert playbill("archive", "work", "--until-done", *where).code == 0
    listed = playbill("archive", "jobs", "list", *where)
    assert listed.out.splitlines()[-1] == "1 done"
