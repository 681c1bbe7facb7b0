"""`playbill archive jobs`: what is ordered, and how far it is."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from playbill.archive import queue
from playbill.archive.archive import Archive
from playbill.cli.archive.add import How, add_and_analyse
from tests.cli.conftest import Playbill
from tests.jobs.conftest import SETTINGS
from tests.support.workers import open_fakes

FIRST, SECOND = "a.png", "<b> [red].png"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An archive with two pictures that wait; one of them failed before."""
    (tmp_path / "media").mkdir()
    for name, colour in ((FIRST, (200, 0, 0)), (SECOND, (0, 200, 0))):
        Image.new("RGB", (8, 8), colour).save(tmp_path / "media" / name)
    archive = Archive.create(tmp_path / "archive")
    add_and_analyse(archive, [tmp_path / "media"], SETTINGS, How(open_fakes), None)
    held = archive.database.write(lambda tx: queue.claim(tx, "ada", queue.clock(tx), 60))
    assert held is not None
    archive.database.write(lambda tx: queue.fail(tx, held, "it is [too] red", queue.clock(tx)))
    archive.close()
    return tmp_path / "archive"


@pytest.fixture
def ids(folder: Path, playbill: Playbill) -> dict[str, str]:
    """Job by name of the medium."""
    shown = playbill("archive", "jobs", "list", "--archive", folder, "--json").out
    rows = [json.loads(line) for line in shown.splitlines()]
    return {row["media"]["name"]: row["id"] for row in rows}


def test_jobs_are_listed_with_their_state(
    folder: Path, ids: dict[str, str], playbill: Playbill
) -> None:
    shown = playbill("archive", "jobs", "list", "--archive", folder)
    lines = shown.out.splitlines()
    assert [line.split()[:2] for line in lines[:2]] == [
        [ids[FIRST], "queued"],
        [ids[SECOND], "running"],
    ]
    assert SECOND in shown.out
    assert sorted(lines[-1].split(", ")) == ["1 queued", "1 running"]


def test_a_job_shows_its_frames_and_what_went_wrong(
    folder: Path, ids: dict[str, str], playbill: Playbill
) -> None:
    shown = [
        playbill("archive", "jobs", "show", job, "--archive", folder).out for job in ids.values()
    ]
    assert all("0 of 1 frames, 0 at it" in text for text in shown)
    assert sum("frames 0 to 0: queued after 1 attempt: it is [too] red" in s for s in shown) == 1


def test_a_job_is_shown_to_machines(folder: Path, ids: dict[str, str], playbill: Playbill) -> None:
    told = playbill("archive", "jobs", "show", ids[FIRST], "--archive", folder, "--json")
    said = json.loads(told.out)
    assert said["frames"] == {"done": 0, "wanted": 1, "givenUp": 0}
    assert said["media"]["name"] == FIRST


def test_jobs_are_cancelled_and_tried_again(
    folder: Path, ids: dict[str, str], playbill: Playbill
) -> None:
    job = ids[FIRST]
    assert playbill("archive", "jobs", "cancel", job, "--archive", folder).code == 0
    again = playbill("archive", "jobs", "cancel", job, "--archive", folder)
    assert again.code == 2
    assert again.complaints == [f"job {job}: is cancelled, expected one that is queued or running"]
    assert playbill("archive", "jobs", "retry", job, "--archive", folder).code == 0
    assert playbill("archive", "jobs", "priority", job, "7", "--archive", folder).code == 0
    told = playbill("archive", "jobs", "show", job, "--archive", folder, "--json")
    assert (json.loads(told.out)["state"], json.loads(told.out)["priority"]) == ("queued", 7)


def test_a_job_is_named_by_the_beginning_of_its_id(
    folder: Path, ids: dict[str, str], playbill: Playbill
) -> None:
    job = ids[FIRST]
    short = next(job[:n] for n in range(4, 36) if not ids[SECOND].startswith(job[:n]))
    where = ["--archive", folder]
    assert job in playbill("archive", "jobs", "show", short, *where).out
    moved = playbill("archive", "jobs", "priority", short, "-5", *where)
    assert moved.out == f"job {job} has the priority -5\n"
    assert "queued, priority -5" in playbill("archive", "jobs", "show", short, *where).out
    assert job in playbill("archive", "jobs", "cancel", short, *where).out
    assert job in playbill("archive", "jobs", "retry", short, *where).out


@pytest.mark.parametrize("number", ["1001", "-1001", "99999999999"])
def test_priorities_have_bounds(
    folder: Path, ids: dict[str, str], playbill: Playbill, number: str
) -> None:
    refused = playbill("archive", "jobs", "priority", ids[FIRST], number, "--archive", folder)
    assert refused.code == 2
    assert "1000" in refused.err


def test_what_is_not_there_is_one_sentence(
    folder: Path, playbill: Playbill, tmp_path: Path
) -> None:
    missing = playbill("archive", "jobs", "show", "j9", "--archive", folder)
    assert (missing.code, missing.complaints) == (2, ["j9: no such job in the archive"])
    nowhere = playbill("archive", "work", "--archive", tmp_path / "nowhere")
    assert nowhere.code == 2
    assert "no archive here" in nowhere.complaints[0]


def test_the_files_of_the_archive_itself_are_not_added(folder: Path) -> None:
    (folder / "blobs").mkdir(exist_ok=True)
    Image.new("RGB", (8, 8), (1, 2, 3)).save(folder / "blobs" / "crop.jpg")
    archive = Archive.open(folder)
    report = add_and_analyse(archive, [folder.parent], SETTINGS, How(open_fakes), None)
    archive.close()
    assert report.counts == {"known": 2}


def test_the_same_folder_added_in_another_way_is_known_unless_again_is_said(folder: Path) -> None:
    archive, other = Archive.open(folder), replace(SETTINGS, sample_every=9)
    media = [folder.parent / "media"]
    known = add_and_analyse(archive, media, other, How(open_fakes), None)
    again = add_and_analyse(archive, media, other, How(open_fakes, again=True), None)
    archive.close()
    assert (known.counts, again.counts) == ({"known": 2}, {"again": 2})
