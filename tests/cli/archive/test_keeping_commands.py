"""`playbill archive list|show|compare|promote|rollback|check|backup|restore`, as they are met."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from playbill.archive.archive import Archive
from playbill.archive.decisions.naming import assign, rename
from playbill.archive.document import document_text
from playbill.archive.media import add_media
from playbill.archive.tables import audit, media, tracks
from playbill.core.people import Match
from tests.cli.conftest import Playbill
from tests.support.analyses import ADA, CHARLES
from tests.support.sightings import Actor, Prop, crop_keys, keep, named, sightings, video

FIRST = sightings(
    Actor(range(4), match=named(ADA)),
    Actor(range(3, 6), face=(200, 50, 260, 120), match=Match(None, 0.2)),
    Prop("tv", range(9)),
    run_id="aaaa1111-first",
)
SECOND = sightings(
    Actor(range(4), match=named(CHARLES)), Prop("dog", range(9)), run_id="bbbb2222-second"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wide: None) -> Path:
    """An archive with two runs of one video, and another video that is not analysed yet."""
    del wide
    folder = tmp_path / "films"
    monkeypatch.setenv("PLAYBILL_ARCHIVE", str(folder))
    archive = Archive.create(folder)
    file = tmp_path / "news.mp4"
    file.write_bytes(b"film")
    info = FIRST.analysis.media
    archive.database.write(lambda tx: add_media(tx, info, bytes_=4, place=str(file), who="t"))
    for seen in (FIRST, SECOND):
        for keys in crop_keys(seen):
            for key in keys:
                archive.blobs.put(key, b"jpeg")
        archive.database.write(lambda tx, seen=seen: keep(tx, seen))  # type: ignore[misc]
    late = replace(
        video("[b]late[/b].mp4"), kind="image", duration_s=None, start_timecode="10:00:00;00"
    )
    archive.database.write(
        lambda tx: add_media(tx, late, bytes_=4, place=str(file), who="user:[red]x")
    )
    archive.close()
    return folder


def test_media_are_listed_with_what_is_known_of_them(folder: Path, playbill: Playbill) -> None:
    del folder
    shown = playbill("archive", "list")

    assert shown.code == 0
    head, late, news, foot = shown.out.splitlines()
    assert head.split() == ["name", "id", "length", "added", "people", "unnamed", "objects"]
    assert late.split()[0] == "[b]late[/b].mp4"
    assert "not analysed yet" in late
    assert news.split()[0] == "news.mp4"
    assert news.split()[-3:] == ["1", "0", "1"]
    assert foot == "2 of 2 media"


def test_a_list_is_narrowed_and_goes_on(folder: Path, playbill: Playbill) -> None:
    del folder
    first = playbill("archive", "list", "--limit", "1", "--json")
    assert json.loads(first.out)["name"] == "[b]late[/b].mp4"
    cursor = first.err.split()[-1]

    second = playbill("archive", "list", "--after", cursor, "--json")
    said = json.loads(second.out)
    assert (said["name"], said["runs"], said["people"]) == ("news.mp4", 2, 1)
    assert said["duration"] == 10.01
    assert json.loads(playbill("archive", "list", "NEW", "--json").out)["name"] == "news.mp4"
    assert playbill("archive", "list", "--after", "x").complaints == [
        "cursor: expected one that the page before gave, found 'x'"
    ]


def test_a_medium_is_shown_with_the_names_of_today(folder: Path, playbill: Playbill) -> None:
    archive = Archive.open(folder)
    archive.database.write(lambda tx: rename(tx, "t", CHARLES.id, "[i]Babbage"))
    archive.close()

    shown = playbill("archive", "show", "news.mp4")

    assert shown.code == 0
    assert "[i]Babbage" in shown.out
    assert "dog" in shown.out
    assert "aaaa1111" in shown.out
    assert f"{media_id()}" in shown.out
    assert "Ada Lovelace" in playbill("archive", "show", "news.mp4", "--run", "aaaa").out


def media_id() -> str:
    return FIRST.analysis.media.id


def test_a_document_is_printed_as_it_is_today_and_as_it_was_made(
    folder: Path, playbill: Playbill
) -> None:
    archive = Archive.open(folder)
    archive.database.write(lambda tx: rename(tx, "t", CHARLES.id, "Babbage"))
    archive.close()

    today = json.loads(playbill("archive", "show", media_id()[:6], "--json").out)
    assert today["appearances"][0]["person"]["name"] == "Babbage"
    then = playbill("archive", "show", "news.mp4", "--as-made", "--json")
    assert then.out == document_text(SECOND.analysis)


def test_a_medium_that_is_not_analysed_says_so(folder: Path, playbill: Playbill) -> None:
    del folder
    assert "not analysed yet" in playbill("archive", "show", "[b]late[/b].mp4").out
    said = json.loads(playbill("archive", "show", "[b]late[/b].mp4", "--json").out)
    assert (said["run"], said["addedBy"]) == (None, "user:[red]x")
    assert (said["frameRate"], said["startTimecode"]) == ("30000/1001", "10:00:00;00")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["show", "nothing"], "nothing: no medium of that name or id is in the archive"),
        (["show", "news.mp4", "--run", "zzzz"], "run 'zzzz': there is no such run in the archive"),
        (["promote", "a"], "run 'a': there is no such run in the archive"),
        (["compare", "aaaa", "\udcff"], "there is no such run in the archive"),
        (["rollback", "news.mp4"], "expected a promotion to roll back, found none"),
    ],
)
def test_what_is_not_there_is_one_sentence(
    folder: Path, playbill: Playbill, words: list[str], complaint: str
) -> None:
    del folder
    shown = playbill("archive", *words)

    assert shown.code == 2
    (said,) = shown.complaints
    assert complaint in said


def test_a_medium_is_hidden_by_its_name(folder: Path, playbill: Playbill) -> None:
    del folder
    assert playbill("people", "hide", "media", "news.mp4").code == 0

    assert playbill("archive", "list").out.splitlines()[-1] == "1 of 2 media"
    assert "hide" in playbill("people", "log", "--media", media_id()[:6]).out


def test_runs_are_compared(folder: Path, playbill: Playbill) -> None:
    del folder
    shown = playbill("archive", "compare", "aaaa", "bbbb").out

    assert "Ada Lovelace -> Charles Babbage" in shown
    assert "0 kept, 1 gained, 2 lost, 1 renamed" in shown
    said = json.loads(playbill("archive", "compare", "aaaa", "bbbb", "--json").out)
    assert said["renamed"] == [
        {
            "before": {"id": ADA.id, "name": ADA.name},
            "after": {"id": CHARLES.id, "name": CHARLES.name},
            "start": 0.0,
            "end": 4.004,
        }
    ]
    assert [one["label"] for one in said["gained"]] == ["dog"]


def test_a_run_is_promoted_and_the_promotion_taken_back(folder: Path, playbill: Playbill) -> None:
    assert playbill("archive", "promote", "aaaa").out == "news.mp4 shows run aaaa1111-first\n"
    assert "Ada Lovelace" in playbill("archive", "show", "news.mp4").out
    back = playbill("archive", "rollback", "news.mp4")
    assert back.out == "news.mp4 shows run bbbb2222-second again\n"
    archive = Archive.open(folder)
    last = select(audit.c.who, audit.c.action).order_by(audit.c.seq.desc()).limit(1)
    who, action = archive.database.read(lambda tx: tx.execute(last).one())
    archive.close()
    assert who.startswith("cli:")
    assert action == "decide.undo"


def test_a_check_says_what_is_wrong_and_puts_right_what_it_can(
    folder: Path, playbill: Playbill
) -> None:
    assert (playbill("archive", "check").out, playbill("archive", "check").code) == (
        "all is well\n",
        0,
    )
    archive = Archive.open(folder)
    archive.database.write(lambda tx: tx.execute(update(tracks).values(verified=True)))
    archive.database.write(lambda tx: tx.execute(update(media).values(bytes=5)))
    archive.close()

    shown = playbill("archive", "check", "--fix")
    assert shown.code == 2
    assert "projection fixed tracks 1: verified is True, and what is known says False" in shown.out
    assert "expected 5 bytes, found 4" in shown.out
    said = [json.loads(line) for line in playbill("archive", "check", "--json").out.splitlines()]
    assert {one["kind"] for one in said} == {"media"}


def test_a_backup_is_made_and_restored(folder: Path, playbill: Playbill, tmp_path: Path) -> None:
    made = playbill("archive", "backup", tmp_path / "b.zip")
    assert made.code == 0
    assert "2 media, 2 runs, 11 faces; 11 files of 44 bytes" in made.out

    again = playbill("archive", "restore", tmp_path / "b.zip", "--archive", tmp_path / "again")
    assert again.out == f"{tmp_path / 'again'}: 2 media\n"
    first = playbill("archive", "show", "news.mp4", "--json").out
    assert (
        playbill("archive", "show", "news.mp4", "--json", "--archive", tmp_path / "again").out
        == first
    )
    over = playbill("archive", "restore", tmp_path / "b.zip", "--archive", folder)
    assert over.complaints == [f"{folder}: expected no archive yet, found one"]


def test_without_an_archive_each_command_says_so(playbill: Playbill, tmp_path: Path) -> None:
    place = tmp_path / "none"
    for words in (["list"], ["show", "x"], ["check"], ["backup", tmp_path / "b"]):
        shown = playbill("archive", *words, "--archive", place)
        assert shown.code == 2
        assert shown.complaints == [
            f"{place}: no archive here, expected a folder that `playbill archive add` made"
        ]


def test_a_name_given_by_a_person_is_shown_as_certain(folder: Path, playbill: Playbill) -> None:
    archive = Archive.open(folder)
    ids = select(tracks.c.id).where(tracks.c.run_id == "bbbb2222-second")
    archive.database.write(lambda tx: assign(tx, "t", list(tx.execute(ids).scalars()), ADA.id))
    archive.close()

    said = json.loads(playbill("archive", "show", "news.mp4", "--json").out)
    assert said["appearances"][0]["person"]["name"] == "Ada Lovelace"
    assert said["appearances"][0]["score"] == 1.0
