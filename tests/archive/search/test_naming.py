"""A name means a person, or the message says whom it may mean."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, String, cast, insert, literal, select, update

from playbill.archive.database import Database
from playbill.archive.search import named_person
from playbill.archive.tables import metadata, people, words
from playbill.archive.tables.columns import Moment
from playbill.errors import Conflict, NotInArchive
from tests.conftest import MARKS
from tests.support.databases import KINDS, empty_url
from tests.support.rows import EPOCH
from tests.support.scenes import person_id, put_people

NAMES = ("Ada Lovelace", "Ada Lovelace-King", "Alan Turing", "Žofie Černá", "Old Name", "Ghost")


@pytest.fixture(scope="module", params=[pytest.param(kind, marks=MARKS[kind]) for kind in KINDS])
def known(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    def work(tx: Connection) -> None:
        metadata.create_all(tx)
        put_people(tx, *NAMES, hidden=["Ghost"])
        merged = update(people).where(people.c.id == person_id("Old Name"))
        tx.execute(merged.values(merged_into=person_id("Alan Turing")))

    with empty_url(request.param, tmp_path_factory.mktemp("archive")) as url:
        opened = Database.open(url)
        opened.write(work)
        yield opened
        opened.close()


def meant(known: Database, said: str) -> str:
    return known.read(lambda tx: named_person(tx, said))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("ada  LOVELACE", "Ada Lovelace"),
        ("king", "Ada Lovelace-King"),
        ("tur", "Alan Turing"),
        ("cerna zofie", "Žofie Černá"),
        (person_id("Ghost"), "Ghost"),
        (person_id("Old Name"), "Old Name"),
    ],
)
def test_a_person_is_meant_by_name_by_its_beginnings_or_by_id(
    known: Database, said: str, name: str
) -> None:
    assert meant(known, said) == person_id(name)


def put_namesakes(tx: Connection, count: int) -> None:
    """So many people called Ann, by two statements."""
    one = select(literal(1).label("n")).cte(recursive=True)
    each = one.union_all(select(one.c.n + 1).where(one.c.n < count))
    id_, name = "ann-" + cast(each.c.n, String), literal("Ann")
    person = select(id_, name, name, literal(EPOCH, Moment), literal("test"))
    columns = ["id", "first_name", "name", "created_at", "created_by"]
    tx.execute(insert(people).from_select(columns, person))
    word = select(literal("ann"), literal("person"), id_)
    tx.execute(insert(words).from_select(["word", "kind", "subject_id"], word))


def test_of_more_people_than_a_statement_has_parameters_a_few_are_named(database: Database) -> None:
    database.write(lambda tx: put_namesakes(tx, 66_000))

    with pytest.raises(Conflict, match=r"found 66000: .* and 65995 more"):
        meant(database, "ann")


def test_several_people_of_one_beginning_are_all_named(known: Database) -> None:
    sentence = re.escape(
        "'ada': expected one person, found 2: "
        f"Ada Lovelace ({person_id('Ada Lovelace')}), "
        f"Ada Lovelace-King ({person_id('Ada Lovelace-King')})"
    )

    with pytest.raises(Conflict, match=sentence):
        meant(known, "ada")


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("Ada Lovelase", "; near it: Ada Lovelace"),
        ("Allan Turing", "; near it: Alan Turing"),
        ("Ghost", ""),
        ("Old Name", ""),
        ("", ""),
        ("%", ""),
        ("' OR 1=1 --", ""),
        ("\0", ""),
    ],
)
def test_a_name_that_nobody_has_is_refused_with_those_near_it(
    known: Database, said: str, hint: str
) -> None:
    with pytest.raises(NotInArchive) as refused:
        meant(known, said)

    assert str(refused.value).startswith(
        f"{said!r}: nobody in the archive has this name or id{hint}"
    )
