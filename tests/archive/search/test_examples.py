"""Tracks that look like an example face are found, and never by what was erased or changed."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, update

from playbill.archive.database import Database
from playbill.archive.packing import pack_vector
from playbill.archive.paging import Page
from playbill.archive.search import Examples, FaceIndex, Moment, Query, search, search_like, spaces
from playbill.archive.search import vectors as vectors_module
from playbill.archive.search.examples import MAX_NEAREST
from playbill.archive.tables import (
    appearances,
    decisions,
    faces,
    media,
    people,
    runs,
    tracks,
    words,
)
from playbill.core.cohort import Cohort
from playbill.core.embeddings import Embeddings
from playbill.core.likeness_scale import LikenessScale
from playbill.errors import ArchiveError, NotInArchive
from tests.support.rows import SPACE
from tests.support.scenes import SECOND, Scene, Spell, person_id, put_people, put_scene

ADA = person_id("Ada Lovelace")


def at(degrees: float) -> list[float]:
    """A face on a circle: the cosine of two is that of the angle between them."""
    return [math.cos(math.radians(degrees)), math.sin(math.radians(degrees))]


def faces_at(*degrees: float) -> Embeddings:
    return Embeddings.normalised([at(one) for one in degrees], SPACE)


CIRCLE = Scene(
    "circle",
    [Spell(2 * i, 2 * i + 1, person="Ada Lovelace" if i == 0 else None) for i in range(9)],
    vectors={i: at(10 * i) for i in range(9)},
)


@pytest.fixture
def archive(database: Database) -> Database:
    def work(tx: Connection) -> None:
        put_people(tx, "Ada Lovelace")
        put_scene(tx, CIRCLE)

    database.write(work)
    return database


def like(
    archive: Database,
    degrees: float | Sequence[float],
    min_likeness: float = 0.9,
    query: Query = Query(),  # noqa: B008 - it is frozen
    index: FaceIndex | None = None,
) -> Page[Moment]:
    given = [degrees] if isinstance(degrees, int | float) else degrees
    examples = Examples(faces_at(*given), min_likeness)
    used = FaceIndex(SPACE) if index is None else index
    return archive.read(lambda tx: search_like(tx, query, examples, used))


def found(page: Page[Moment]) -> list[tuple[int, float]]:
    """Which spell of the circle, and how like."""
    return [
        (moment.start_us // SECOND // 2, moment.subjects[0].likeness or 0.0)
        for moment in page.items
    ]


def test_the_likest_face_comes_first_and_the_unlike_do_not_come(archive: Database) -> None:
    page = like(archive, 42)

    assert [spell for spell, _ in found(page)] == [4, 5, 3, 6, 2]
    for spell, likeness in found(page):
        assert likeness == pytest.approx(math.cos(math.radians(10 * spell - 42)), abs=1e-3)


def test_beside_a_cohort_likeness_is_what_the_scale_says(archive: Database) -> None:
    everywhere = faces_at(*range(0, 360, 5)).vectors
    scale = LikenessScale(Cohort(np.zeros(2, np.float32), everywhere), half=0.1)

    page = like(archive, 42, 0.3, index=FaceIndex(SPACE, scale))

    spells = faces_at(*range(0, 90, 10)).vectors
    expected = scale.likeness(faces_at(42).vectors[0], scale.placed(spells))
    likest = [int(spell) for spell in np.argsort(-expected) if expected[spell] >= 0.3]
    assert [spell for spell, _ in found(page)] == likest
    assert 1 < len(likest) < 9
    for spell, likeness in found(page):
        assert likeness == pytest.approx(expected[spell], abs=0.01)


def test_pages_of_faces_go_on_where_the_last_one_ended(archive: Database) -> None:
    whole = like(archive, 42, 0.0).items
    seen: list[Moment] = []
    cursor = None
    while True:
        page = like(archive, 42, 0.0, Query(limit=2, cursor=cursor))
        seen += page.items
        cursor = page.next
        if cursor is None:
            break

    assert tuple(seen) == whole
    assert len(whole) == 9


def test_several_faces_are_found_where_all_are_seen(database: Database) -> None:
    spells = [Spell(0, 4), Spell(2, 6), Spell(8, 9)]
    two = Scene("two", spells, vectors={0: at(0), 1: at(90), 2: at(1)})
    database.write(lambda tx: put_scene(tx, two))

    both = like(database, (0, 90))
    either = like(database, (0, 90), query=Query(together=False))

    assert [(one.start_us, one.end_us) for one in both.items] == [(2 * SECOND, 4 * SECOND)]
    assert [one.likeness for one in both.items[0].subjects] == pytest.approx([1, 1], abs=1e-3)
    assert len(either.items) == 3


def test_a_face_beside_a_person_and_near(archive: Database) -> None:
    scene = Scene(
        "beside",
        [Spell(0, 4, person="Ada Lovelace"), Spell(2, 6, place=(10, 0, 20, 20))],
        vectors={0: at(180), 1: at(90)},
    )
    archive.write(lambda tx: put_scene(tx, scene))

    page = like(archive, 90, 0.99, Query(person_ids=(ADA,), near=True))

    assert [(one.media.id, one.start_us) for one in page.items] == [("beside", 2 * SECOND)]
    assert [one.likeness for one in page.items[0].subjects] == [None, pytest.approx(1, abs=1e-3)]


def test_new_tracks_are_found_without_reading_the_others_again(archive: Database) -> None:
    index = FaceIndex(SPACE)
    like(archive, 0, index=index)
    archive.write(
        lambda tx: put_scene(tx, Scene("new", [Spell(0, 1)], vectors={0: at(0)}, added=5))
    )

    assert archive.read(index.refresh) == 1
    assert len(index) == 10
    assert "new" in {one.media.id for one in like(archive, 0, index=index).items}


def test_a_track_that_becomes_visible_late_is_found(archive: Database) -> None:
    """As with two writers in PostgreSQL: the one with the lower number is done last."""
    if archive.dialect == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    index = FaceIndex(SPACE)
    ids = archive.read(
        lambda tx: tx.execute(select(tracks.c.id).order_by(tracks.c.id)).scalars().all()
    )
    hidden = {"space": "another"}
    archive.write(lambda tx: tx.execute(update(tracks).where(tracks.c.id == ids[0]).values(hidden)))
    archive.read(index.refresh)
    archive.write(lambda tx: tx.execute(update(tracks).values(space=SPACE)))

    assert archive.read(index.refresh) == 1
    assert found(like(archive, 0, index=index))[0][0] == 0


def test_an_erased_face_is_not_found_though_the_index_has_it(archive: Database) -> None:
    index = FaceIndex(SPACE)
    like(archive, 0, index=index)
    archive.write(lambda tx: tx.execute(update(tracks).values(embedding=None)))

    assert like(archive, 0, index=index).items == ()


@pytest.mark.parametrize("kind", ["split", "forget", "undo"])
def test_the_index_reads_everything_anew_once_embeddings_were_changed(
    archive: Database, kind: str
) -> None:
    index = FaceIndex(SPACE)
    like(archive, 0, index=index)

    def change(tx: Connection) -> None:
        tx.execute(update(tracks).values(embedding=pack_vector(np.array(at(123)))))
        said = {"at": datetime.now(UTC), "who": "test", "kind": kind, "details": {}}
        tx.execute(insert(decisions).values(said))

    archive.write(change)

    assert len(like(archive, 123, 0.99, index=index).items) == 9
    assert archive.read(index.refresh) == 0


def test_a_dropped_index_is_made_anew(archive: Database) -> None:
    index = FaceIndex(SPACE)
    like(archive, 0, index=index)

    index.drop()

    assert len(index) == 0
    assert found(like(archive, 0, index=index))[0][0] == 0


def test_faces_of_media_or_runs_that_are_not_shown_are_not_found(archive: Database) -> None:
    out = Scene("out", [Spell(0, 1)], vectors={0: at(0)}, hidden=True)
    old = Scene("old", [], stale=[Spell(0, 1)])
    for scene in (out, old):
        archive.write(lambda tx: put_scene(tx, scene))  # noqa: B023

    assert {one.media.id for one in like(archive, 0, 0.5).items} == {"circle"}


def test_faces_of_another_network_are_refused(archive: Database) -> None:
    other = Examples(Embeddings.normalised([[1.0, 0.0]], "net@other"))

    with pytest.raises(ArchiveError, match=r"embedded by net@other, expected net@0123456789ab"):
        archive.read(lambda tx: search_like(tx, Query(), other, FaceIndex(SPACE)))


def test_the_networks_of_the_archive_are_known(archive: Database) -> None:
    assert archive.read(spaces) == [SPACE]


def test_a_cursor_of_another_example_is_refused(archive: Database) -> None:
    page = like(archive, 42, query=Query(limit=1))

    with pytest.raises(ArchiveError, match="of another search"):
        like(archive, 43, query=Query(limit=1, cursor=page.next))
    plain = archive.read(lambda tx: search(tx, Query(limit=1)))
    with pytest.raises(ArchiveError, match="cursor"):
        like(archive, 42, query=Query(limit=1, cursor=plain.next))


@pytest.mark.parametrize(("n", "min_likeness"), [(0, 0.5), (9, 0.5), (1, -0.1), (1, float("nan"))])
def test_examples_that_cannot_be_are_refused(n: int, min_likeness: float) -> None:
    some = Embeddings(faces_at(0).vectors.repeat(n, axis=0), SPACE)

    with pytest.raises(ArchiveError, match="expected"):
        Examples(some, min_likeness)


def test_an_unknown_person_beside_an_example_is_said(archive: Database) -> None:
    with pytest.raises(NotInArchive):
        like(archive, 0, query=Query(person_ids=("nobody",)))


def test_embeddings_of_different_lengths_are_refused(archive: Database) -> None:
    index = FaceIndex(SPACE)
    archive.read(index.refresh)
    longer = Scene("longer", [Spell(0, 1)], vectors={0: [1.0, 0.0, 0.0]})
    archive.write(lambda tx: put_scene(tx, longer))

    with pytest.raises(ArchiveError, match="expected 2 numbers as before, found 3"):
        archive.read(index.refresh)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    angles=st.lists(st.integers(0, 35), max_size=30).map(lambda some: [10 * one for one in some]),
    at_degrees=st.integers(0, 35),
    rows=st.sampled_from([1, 4, 100]),
    calls=st.integers(1, 3),
)
def test_the_index_finds_what_all_pairs_find(
    database: Database, angles: list[int], at_degrees: int, rows: int, calls: int
) -> None:
    """In blocks of any size, read at once or a few at a time."""

    def clear(tx: Connection) -> None:
        for table in (faces, appearances, tracks, runs, media, people, words):
            tx.execute(delete(table))

    database.write(clear)
    whole, index = vectors_module.ROWS, FaceIndex(SPACE)
    vectors_module.ROWS = rows
    try:
        for call in range(calls):
            some = angles[call::calls]
            spells = [Spell(2 * i, 2 * i + 1) for i in range(len(some))]
            scene = Scene(f"m{call}", spells, vectors={i: at(a) for i, a in enumerate(some)})
            database.write(lambda tx: put_scene(tx, scene))  # noqa: B023
            database.read(index.refresh)
        page = like(database, 10 * at_degrees, 0.7, Query(limit=100), index)
    finally:
        vectors_module.ROWS = whole

    cosines = [math.cos(math.radians(a - 10 * at_degrees)) for a in angles]
    expected = sorted((one for one in cosines if one >= 0.7), reverse=True)
    assert [likeness for _, likeness in found(page)] == pytest.approx(expected, abs=2e-3)
    assert len(index) == len(angles) < MAX_NEAREST
