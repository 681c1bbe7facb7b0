"""Words of names are found by their beginnings, whatever their case and accents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from playbill.archive.database import Database
from playbill.archive.tables import words
from playbill.archive.words import Named, find_words, fold, put_words, remove_words

PEOPLE = {
    "ada": "Ada Lovelace",
    "alan": "Alan Turing",
    "hedy": "Hedy Lamarr",
    "zizek": "Slavoj Žižek",
    "strasse": "Jo Straße",
    "tag": "<script>alert('Robert'); DROP TABLE words;--</script>",
    "tolstoi": "Лев Толстой",
    "kyoko": "岸田 京子",
}


def filed(database: Database) -> Database:
    def work(tx):  # type: ignore[no-untyped-def]
        for person_id, name in PEOPLE.items():
            put_words(tx, "person", person_id, name)
        put_words(tx, "media", "film", "Ada_LOVELACE-1843.MP4")

    database.write(work)
    return database


def found(database: Database, text: str, kind: Named = "person") -> list[str]:
    return database.read(lambda tx: find_words(tx, kind, text))


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("ada", ["ada"]),
        ("la", ["hedy"]),
        ("l ad", ["ada"]),
        ("lovelace ADA", ["ada"]),
        ("a", ["ada", "alan", "tag"]),
        ("zizek", ["zizek"]),
        ("ŽIŽ", ["zizek"]),
        ("STRASSE", ["strasse"]),
        ("straße", ["strasse"]),
        ("ТОЛСТ", ["tolstoi"]),
        ("京", ["kyoko"]),
        ("ovelace", []),
        ("ada turing", []),
        ("", []),
        ("  ", []),
    ],
)
def test_all_words_must_be_beginnings_of_words_of_the_name(
    database: Database, text: str, ids: list[str]
) -> None:
    assert found(filed(database), text) == ids


@pytest.mark.parametrize(
    "text", ["%", "_", "a%", "_da", "ad*", "' OR 1=1 --", '"; DROP TABLE x', "\0"]
)
def test_wildcards_and_quotes_mean_nothing(database: Database, text: str) -> None:
    filed(database)

    plain = " ".join(fold(text))

    assert found(database, text) == found(database, plain)
    assert len(found(database, "ada")) == 1


def test_html_and_sql_in_a_name_are_words_like_others(database: Database) -> None:
    filed(database)

    assert found(database, "drop TABLE") == ["tag"]
    assert found(database, "<script>") == ["tag"]


def test_people_and_media_are_found_apart(database: Database) -> None:
    filed(database)

    assert found(database, "lovelace", "media") == ["film"]
    assert found(database, "1843 mp4", "media") == ["film"]
    assert found(database, "1843") == []


def test_new_words_take_the_place_of_the_old_ones(database: Database) -> None:
    filed(database)

    database.write(lambda tx: put_words(tx, "person", "ada", "Ada King", "Countess of Lovelace"))

    assert found(database, "lovelace king") == ["ada"]
    assert found(database, "countess") == ["ada"]
    database.write(lambda tx: put_words(tx, "person", "ada", "Nobody"))
    assert found(database, "king") == []


def test_removed_words_are_gone_for_their_subject_alone(database: Database) -> None:
    filed(database)

    database.write(lambda tx: remove_words(tx, "person", "ada"))

    assert found(database, "lovelace") == []
    assert found(database, "lovelace", "media") == ["film"]


def test_a_name_without_letters_has_no_words(database: Database) -> None:
    database.write(lambda tx: put_words(tx, "media", "odd", "--- !!! ---"))

    assert database.read(lambda tx: tx.execute(select(words)).all()) == []


@given(st.text(max_size=300))
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text)

    assert fold(" ".join(once)) == once
    assert all(word and len(word) <= 100 for word in once)


@given(st.text(max_size=40))
def test_case_does_not_count(text: str) -> None:
    assert fold(text.casefold()) == fold(text)
