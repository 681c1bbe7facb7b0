"""The made archive that searches are timed on is one that can be searched."""

from itertools import pairwise

from sqlalchemy import func, select

from benchmarks.archive_made import Made, make
from benchmarks.archive_plan import Size
from benchmarks.archive_rows import SPACE
from playbill.archive.database import Database
from playbill.archive.search import Examples, FaceIndex, Query, object_class, search, search_like
from playbill.archive.tables import appearances, clusters, faces, tracks
from playbill.core.embeddings import Embeddings

SMALL = Size(
    videos=20,
    people=40,
    appearances=800,
    object_appearances=200,
    unknown_faces=60,
    dimensions=64,
    video_s=300,
)


def made_in(database: Database) -> Made:
    return database.write(lambda tx: make(tx, SMALL))


def test_it_is_as_large_as_was_asked(database: Database) -> None:
    made = made_in(database)

    def counted(tx):  # type: ignore[no-untyped-def]
        seen = tx.execute(select(func.count()).where(appearances.c.person_id.is_not(None)))
        unknown = tx.execute(
            select(func.sum(tracks.c.faces)).where(tracks.c.cluster_id == made.unknown_cluster_id)
        )
        people = tx.execute(select(func.count(appearances.c.person_id.distinct())))
        every_face = tx.execute(select(func.count()).select_from(faces))
        groups = tx.execute(select(func.count()).select_from(clusters))
        return [one.scalar_one() for one in (seen, unknown, people, every_face, groups)]

    assert database.read(counted) == [800, 60, 40, made.faces, 41]


def test_people_are_found_alone_together_near_and_by_name(database: Database) -> None:
    made = made_in(database)
    first, second = made.person_ids[:2]
    car = object_class("car")
    queries = (
        Query(person_ids=(first,)),
        Query(person_ids=(first, second)),
        Query(person_ids=(first,), object_classes=(car,)),
        Query(text=made.names[0]),
        Query(cluster_ids=(made.unknown_cluster_id,)),
    )

    found = [database.read(lambda tx: search(tx, query)).items for query in queries]  # noqa: B023

    assert all(found)
    near = Query(person_ids=(first,), object_classes=(car,), near=True)
    assert len(database.read(lambda tx: search(tx, near)).items) <= len(found[2])


def test_a_persons_direction_finds_that_person(database: Database) -> None:
    made = made_in(database)
    example = Examples(Embeddings(made.directions[:1], SPACE), 0.7)

    page = database.read(lambda tx: search_like(tx, Query(), example, FaceIndex(SPACE)))

    likeness = [moment.subjects[0].likeness or 0 for moment in page.items]
    people = {one.person.id for moment in page.items for one in moment.subjects if one.person}
    assert people == {made.person_ids[0]}
    assert all(left >= right for left, right in pairwise(likeness))


def test_rows_may_be_added_afterwards(database: Database) -> None:
    made = made_in(database)

    def add(tx):  # type: ignore[no-untyped-def]
        row = {"run_id": "x", "media_id": "x", "shot": 0, "start_us": 0, "end_us": 1, "faces": 1}
        one = tx.execute(select(tracks.c.run_id, tracks.c.media_id).limit(1)).one()
        kept = tracks.insert().values(row | one._asdict()).returning(tracks.c.id)
        return tx.execute(kept).scalar_one()

    assert database.write(add) == made.tracks + 1
