"""People by name: made, found, listed."""

from base64 import urlsafe_b64encode

import pytest

from playbill.archive.database import Database
from playbill.archive.decisions.merging import merge_people
from playbill.archive.decisions.naming import assign, rename
from playbill.archive.decisions.undo import undo
from playbill.archive.people import (
    PersonCounts,
    counts_of,
    create_person,
    get_person,
    list_people,
    merged_into,
    require_person,
)
from playbill.archive.words import find_words
from playbill.errors import ArchiveError, BadName, Conflict, NotInArchive
from tests.support.archived import WHO, Archived


def names(database: Database, **asked: object) -> list[str]:
    page = database.read(lambda tx: list_people(tx, **asked))  # type: ignore[arg-type]
    return [row.name for row in page.items]


def test_a_person_is_made_with_a_clean_name_and_found_by_its_words(database: Database) -> None:
    person = database.write(lambda tx: create_person(tx, WHO, "  Ada   Lovelace\n"))

    row = database.read(lambda tx: get_person(tx, person))
    assert (row.name, row.created_by, row.version) == ("Ada Lovelace", WHO, 1)
    assert database.read(lambda tx: find_words(tx, "person", "love")) == [person]

    seq = database.write(lambda tx: rename(tx, WHO, person, "Ada King"))
    assert database.read(lambda tx: find_words(tx, "person", "love")) == []
    assert database.read(lambda tx: find_words(tx, "person", "king")) == [person]
    database.write(lambda tx: undo(tx, WHO, seq))
    assert database.read(lambda tx: find_words(tx, "person", "love")) == [person]


@pytest.mark.parametrize("name", ["", " \t", "x" * 1001, "red\x1b[31m", "nul\0", "bad \udcff"])
def test_what_is_no_name_is_refused(database: Database, name: str) -> None:
    with pytest.raises(BadName):
        database.write(lambda tx: create_person(tx, WHO, name))


def test_a_second_person_of_one_name_is_made_only_on_request(database: Database) -> None:
    first = database.write(lambda tx: create_person(tx, WHO, "Jan Novák"))

    with pytest.raises(Conflict, match=f"the name 'Jan Novák' is that of person {first} already"):
        database.write(lambda tx: create_person(tx, WHO, "Jan Nova\u0301k"))
    second = database.write(
        lambda tx: create_person(tx, WHO, "Jan Novák", even_if_named_alike=True)
    )

    found = database.read(lambda tx: list_people(tx, name="Jan Novák")).items
    assert {row.id for row in found} == {first, second}


def test_an_id_is_given_once(database: Database) -> None:
    database.write(lambda tx: create_person(tx, WHO, "Ada", person_id="1"))

    with pytest.raises(Conflict, match="person 1: there is a person of this id already"):
        database.write(lambda tx: create_person(tx, WHO, "Bob", person_id="1"))


def test_pages_go_on_where_the_last_one_ended_whoever_comes_and_goes(database: Database) -> None:
    for name in ("Cid", "Ann", "Eve", "Bob", "Dan"):
        database.write(lambda tx, name=name: create_person(tx, WHO, name))  # type: ignore[misc]
    first = database.read(lambda tx: list_people(tx, limit=2))
    database.write(lambda tx: create_person(tx, WHO, "Abe"))

    assert [row.name for row in first.items] == ["Ann", "Bob"]
    assert names(database, limit=2, after=first.next) == ["Cid", "Dan"]
    with pytest.raises(ArchiveError, match="cursor"):
        names(database, after="nonsense")
    with pytest.raises(ArchiveError, match="limit"):
        names(database, limit=0)


@pytest.mark.parametrize(
    "forged", [b'["nul\\u0000", "1"]', b'["\\ud800", "1"]', b'["Ada", 1]', b'["Ada"]', b"[]", b"{}"]
)
def test_a_forged_cursor_is_refused(database: Database, forged: bytes) -> None:
    with pytest.raises(ArchiveError, match="cursor"):
        names(database, after=urlsafe_b64encode(forged).decode().rstrip("="))


@pytest.mark.parametrize("person_id", ["nobody", "", "nul\0", "bad \udcff", "x" * 500])
def test_nobody_is_not_found(database: Database, person_id: str) -> None:
    with pytest.raises(NotInArchive, match="there is no such person"):
        database.read(lambda tx: get_person(tx, person_id))


def test_a_state_that_was_changed_meanwhile_is_a_conflict(database: Database) -> None:
    person = database.write(lambda tx: create_person(tx, WHO, "Ada"))

    database.read(lambda tx: require_person(tx, person, expected_version=1))
    database.write(lambda tx: rename(tx, WHO, person, "Ada B.", expected_version=1))
    with pytest.raises(Conflict, match="found version 2, expected 1"):
        database.write(lambda tx: rename(tx, WHO, person, "Ada C.", expected_version=1))


def test_counts_take_in_those_who_are_one_with_them(database: Database) -> None:
    archived = Archived(database)
    for person in ("ada", "augusta"):
        archived.person(person)
    for person in ("ada", "augusta", "ada"):
        medium = archived.medium()
        track = archived.track(medium, archived.run(medium), [1])
        database.write(lambda tx, p=person, t=track: assign(tx, WHO, [t], p))  # type: ignore[misc]
    database.write(lambda tx: merge_people(tx, WHO, "augusta", "ada"))

    assert database.read(lambda tx: counts_of(tx, ["ada"])) == {"ada": PersonCounts(3, 3, 0)}
    assert [row.id for row in database.read(lambda tx: merged_into(tx, "ada"))] == ["augusta"]
