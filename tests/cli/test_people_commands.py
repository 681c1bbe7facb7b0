"""`playbill people`, from an empty archive to somebody forgotten."""

import json
from io import StringIO
from pathlib import Path

import pytest

from playbill.archive.archive import Archive
from tests.cli.conftest import Playbill
from tests.support.archived import Archived


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One video: two tracks of a cluster, one of them with two faces, and one without a cluster."""
    archive = Archive.create(tmp_path / "archive")
    archived = Archived(archive.database)
    medium = archived.medium()
    run = archived.run(medium)
    archived.track(medium, run, [1, 2], cluster="c")
    archived.track(medium, run, [4], cluster="c")
    archived.track(medium, run, [2])
    archive.close()
    return archive.folder


@pytest.fixture
def people(
    playbill: Playbill, folder: Path, monkeypatch: pytest.MonkeyPatch, wide: None
) -> Playbill:
    """`playbill people ...` on that archive; every line of output on its own."""
    del wide
    monkeypatch.setenv("PLAYBILL_ARCHIVE", str(folder))
    return lambda *words: playbill("people", *words)


def rows(people: Playbill, *words: str) -> list[dict[str, object]]:
    done = people(*words, "--json")
    assert done.code == 0, done.err
    return [json.loads(line) for line in done.out.splitlines()]


def test_naming_a_cluster_correcting_and_undoing(people: Playbill) -> None:
    assert [row["tracks"] for row in rows(people, "groups", "--unnamed")] == [2]

    named = people("name", "c", "Ada Lovelace", "--new")
    assert "cluster c is Ada Lovelace  (undo: playbill people undo 1)" in named.out
    assert [row["appearances"] for row in rows(people, "list")] == [2]

    people("reject", "Ada Lovelace", "2")
    people("assign", "Ada Lovelace", "2")
    people("assign", "nobody", "2")
    (ada,) = rows(people, "show", "Ada Lovelace")
    assert (ada["name"], ada["appearances"]) == ("Ada Lovelace", 1)

    people("undo", "4", "2")
    assert [row["appearances"] for row in rows(people, "list")] == [2]
    log = [(row["seq"], row["kind"], row["counts"]) for row in rows(people, "log")]
    assert log == [
        (6, "undo", True),
        (5, "undo", True),
        (4, "assign", False),
        (3, "assign", True),
        (2, "reject", False),
        (1, "name_cluster", True),
    ]
    assert "undone" in people("log").out
    assert people("groups").out.split() == ["c", "2", "tracks", "Ada", "Lovelace"]


def test_merging_and_parting_two_people(people: Playbill) -> None:
    for name in ("Ann", "Anna"):
        assert people("create", name).code == 0
    people("assign", "Ann", "1")
    assert "Ann is one with Anna" in people("merge", "Ann", "Anna").out
    (shown,) = rows(people, "show", "Anna")
    assert (shown["appearances"], len(shown["merged"])) == (1, 1)  # type: ignore[arg-type]
    assert "one with Ann" in people("show", "Anna").out

    people("undo", "2")
    assert [(row["name"], row["appearances"]) for row in rows(people, "list")] == [
        ("Ann", 1),
        ("Anna", 0),
    ]


def test_splitting_separating_merging_groups_and_hiding(people: Playbill) -> None:
    assert "1 face of track 1 is track 4 now" in people("split", "1", "2").out
    assert "track 2: now in cluster" in people("separate", "2").out
    new = next(str(row["id"]) for row in rows(people, "groups") if row["id"] != "c")
    assert people("merge-groups", new, "c").code == 0
    assert [row["tracks"] for row in rows(people, "groups")] == [2]
    people("create", "Ada")
    assert people("rename", "Ada", "Ada L.").code == 0
    assert people("hide", "person", "Ada L.").code == 0
    assert people("hide", "cluster", "c").code == 0
    assert rows(people, "list") == []
    assert len(rows(people, "list", "--hidden")) == 1


def test_ids_are_shown_whole_on_a_narrow_screen(
    people: Playbill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    people("create", "Augusta Ada King, Countess of Lovelace")
    (row,) = rows(people, "list")
    assert str(row["id"]) in people("list").out.split()


def test_forgetting_says_what_it_erased(
    people: Playbill, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people("name", "c", "Ada", "--new")
    monkeypatch.setattr("sys.stdin", StringIO("n\n"))

    asked = people("forget", "Ada")
    assert (asked.code, "Erase Ada, seen 2 times in 1 media, for good?" in asked.err) == (1, True)
    assert people("forget", "Adda").complaints == [
        "'Adda': nobody in the archive has this id or name"
    ]
    done = people("forget", "Ada", "--yes")

    assert "forgotten: 1 people, 0 portraits, 3 faces in 2 tracks, 3 files" in done.out
    assert people("list").out.split() == ["name", "media", "spans", "portraits", "id"]
    assert people("show", "Ada").complaints == ["'Ada': nobody in the archive has this id or name"]
    assert b"Ada" not in (folder / "archive.db").read_bytes()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("name", "x", "Ada", "--new"), "cluster 'x': there is no such cluster in the archive"),
        (("name", "c", "Ada"), "'Ada': nobody in the archive has this id or name"),
        (("create", " "), "the name ' ' is blank"),
        (("create", "Eve"), "the name 'Eve' is that of person"),
        (("rename", "Eve", "Eve\x07"), "has control characters"),
        (("merge", "Eve", "Eve"), "cannot be one with themselves"),
        (("assign", "Eve", "99"), "track 99: there is no such track in the archive"),
        (("split", "1", "1", "2"), "all of its 2 faces are to be taken out"),
        (("split", "1", "77"), "track 1: has no face 77"),
        (("separate", "1", "3"), "expected all of them in one cluster"),
        (("merge-groups", "c", "c"), "cannot be one with itself"),
        (("hide", "media", "x"), "x: no medium of that name or id is in the archive"),
        (("log", "--cluster", "x"), "cluster 'x': there is no such cluster in the archive"),
        (("log", "--media", "x"), "x: no medium of that name or id is in the archive"),
        (("undo", "7"), "decision 7: there is no decision of this number"),
        (("undo", "7", "7"), "a decision is named twice"),
        (("list", "--after", "x"), "cursor: expected one that the page before gave"),
        (("show", "\x00"), "nobody in the archive has this id or name"),
        (("forget", "x", "--yes"), "'x': nobody in the archive has this id or name"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    people: Playbill, words: tuple[str, ...], complaint: str
) -> None:
    people("create", "Eve")

    done = people(*words)

    assert (done.code, len(done.complaints)) == (2, 1)
    assert complaint in done.complaints[0]


def test_of_two_with_one_name_the_id_is_asked_for(people: Playbill) -> None:
    people("create", "Jan")
    assert people("create", "Jan", "--even-if-named-alike").code == 0

    done = people("show", "Jan")

    assert "2 people have this name, expected one of" in done.complaints[0]
