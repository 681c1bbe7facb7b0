"""`playbill archive search`, as it is met."""

import json
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import pytest
from sqlalchemy import Connection

from playbill.archive.archive import Archive
from tests.cli.conftest import Playbill
from tests.support.scenes import Scene, Spell, person_id, put_clusters, put_people, put_scene

MARKUP = "[bold]Alan[/] <b>Türing"
DIGEST = "ab" * 32
NEWS_ID = str(uuid5(NAMESPACE_OID, f"playbill:{DIGEST}"))
NEWS = Scene(
    NEWS_ID,
    [
        Spell(0, 4, person="Ada Lovelace", verified=True),
        Spell(2, 6, person=MARKUP),
        Spell(3, 5, 2, place=(12, 0, 40, 20)),
        Spell(8, 9, cluster="99999999-group"),
        Spell(9, 10),
    ],
    name="[red]news.mp4",
    sha256=DIGEST,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive = Archive.create(tmp_path_factory.mktemp("films") / "archive")

    def work(tx: Connection) -> None:
        put_people(tx, "Ada Lovelace", "Ada Byron", MARKUP)
        put_clusters(tx, "99999999-group")
        put_scene(tx, NEWS)
        picture = Scene(
            "22222222-face", [Spell(0, 1, person="Ada Lovelace")], picture=True, added=1
        )
        put_scene(tx, picture)

    archive.database.write(work)
    archive.close()
    return archive.folder


@pytest.fixture
def find(folder: Path, playbill: Playbill, monkeypatch: pytest.MonkeyPatch, wide: None) -> Playbill:
    del wide
    monkeypatch.setenv("PLAYBILL_ARCHIVE", str(folder))
    return lambda *words: playbill("archive", "search", *words)


def rows(find: Playbill, *words: str) -> list[dict[str, object]]:
    done = find(*words, "--json")
    assert done.code == 0, done.err
    return [json.loads(line) for line in done.out.splitlines()]


def test_two_people_together_are_found_by_their_names(find: Playbill) -> None:
    shown = find("--person", "ada lovelace", "--with", "turing")

    assert shown.code == 0
    head, news, foot = shown.out.splitlines()
    assert head.split() == ["media", "from", "to", "who", "and", "what", "score"]
    assert news.split() == [
        *("[red]news.mp4", "00:00:02.000", "00:00:04.000", "Ada", "Lovelace", "✓,"),
        *("[bold]Alan[/]", "<b>Türing", "0.50"),
    ]
    assert foot == "1 moment"


def test_everything_is_said_to_machines(find: Playbill) -> None:
    (moment,) = rows(find, "-p", "Ada Lovelace", "-o", "car", "--near", "--min-seconds", "1")

    subjects = moment.pop("subjects")
    assert moment == {
        "media": {"id": NEWS_ID, "name": "[red]news.mp4", "kind": "video"},
        "start": 3.0,
        "end": 4.0,
        "firstFrame": 75,
        "lastFrame": 75,
        "score": 0.5,
        "verified": True,
    }
    assert isinstance(subjects, list)
    ada, car = subjects
    assert ada["person"] == {"id": person_id("Ada Lovelace"), "name": "Ada Lovelace"}
    assert ada["crop"] == f"crops/{ada['tracks'][0]}-3.jpg"
    assert (car["label"], car["ObjectID"], car["crop"]) == ("car", 2, None)
    assert (car["frameIdx"], car["box"]) == (75, [12, 0, 40, 20])


def test_a_picture_has_no_times_on_the_screen(find: Playbill) -> None:
    picture, news, _ = find("--person", "Ada Lovelace").out.splitlines()[1:]

    assert picture.split() == ["22222222-face", "Ada", "Lovelace", "0.50"]
    assert "00:00:04.000" in news


def test_those_without_a_name_are_somebody(find: Playbill) -> None:
    shown = find("--from", "8")

    assert "somebody of group 99999999" in shown.out
    assert "somebody unknown" in shown.out
    assert rows(find, "--cluster", "99999999")[0]["start"] == 8.0


def test_a_page_says_how_to_go_on(find: Playbill) -> None:
    first = find("--limit", "2", "--json")
    cursor = first.err.split()[-1]
    rest = find("--after", cursor, "--json")

    assert first.err.startswith("there are more: --after ")
    assert len(first.out.splitlines() + rest.out.splitlines()) == len(rows(find)) == 6
    assert find("--after", cursor, "--text", "news").code == 2


@pytest.mark.parametrize(
    ("words", "n"),
    [
        (["--text", "ada"], 2),
        (["--text", "lovelace news"], 1),
        (["--verified"], 1),
        (["--machine"], 2),
        (["--media", "[red]news.mp4"], 5),
        (["--added-from", "2026-01-02"], 1),
        (["--added-to", "2026-01-02"], 5),
        (["--min-score", "0.6"], 0),
        (["--each", "-p", "Ada Lovelace", "-p", "turing"], 3),
        (["-p", "Ada Byron"], 0),
    ],
)
def test_a_search_is_narrowed(find: Playbill, words: list[str], n: int) -> None:
    assert len(rows(find, *words)) == n
    if not n:
        assert find(*words).out == "nothing found\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["-p", "ada"], "'ada': expected one person, found 2: Ada Byron ("),
        (["-p", "Ada Lovelase"], "'Ada Lovelase': nobody in the archive has this name or id; near"),
        (["-o", "cra"], "'cra': expected one of COCO's 80 classes of objects; near it: cat, car"),
        (["--media", "none.mp4"], "none.mp4: no medium of that name or id is in the archive"),
        (["--cluster", "none"], "cluster 'none': there is no such cluster in the archive"),
        (["--near"], "near: expected a person or group, together with"),
        (["--text", "%"], "text: expected letters or digits to look for, found '%'"),
        (["--min-seconds", "-1"], "min_seconds: expected 0 or more, found -1.0"),
        (["--min-seconds", "nan"], "min_seconds: expected 0 or more, found nan"),
        (["--from", "3", "--to", "2"], "expected a time before 2.0 s, found 3.0 s"),
        (["--added-from", "0001-01-01"], "expected a day since 1971, found"),
        (["--after", "x"], "cursor: expected one that the page before gave, found 'x'"),
    ],
)
def test_what_cannot_be_found_is_one_sentence(
    find: Playbill, words: list[str], sentence: str
) -> None:
    done = find(*words)

    assert done.code == 2
    (complaint,) = done.complaints
    assert complaint.startswith(sentence)
    assert done.out == ""


def test_there_must_be_an_archive(playbill: Playbill, tmp_path: Path, wide: None) -> None:
    del wide
    done = playbill("archive", "search", "--archive", tmp_path / "nowhere")

    assert done.code == 2
    assert "no archive here" in done.complaints[0]


@pytest.mark.models
def test_an_example_picture_finds_the_one_it_shows(
    playbill: Playbill, tmp_path: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setenv("PLAYBILL_ARCHIVE", str(tmp_path / "films"))
    people = data_folder / "lfw"
    shown = [
        people / "Tony_Blair" / "Tony_Blair_0001.jpg",
        people / "Abba_Eban" / "Abba_Eban_0001.jpg",
    ]
    added = playbill("archive", "add", *shown, "--workers", "1")
    assert added.code == 0, added.err

    example = people / "Tony_Blair" / "Tony_Blair_0002.jpg"
    done = playbill("archive", "search", "--example", example, "--json")

    (moment,) = [json.loads(line) for line in done.out.splitlines()]
    assert moment["media"]["name"] == "Tony_Blair_0001.jpg"
    assert 0.6 < moment["subjects"][0]["likeness"] < 1
