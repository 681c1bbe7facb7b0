"""What people said of one run holds for the next one."""

from dataclasses import replace

from sqlalchemy import Connection, select

from playbill.archive.checking.projections import check_projections
from playbill.archive.database import Database
from playbill.archive.decisions.clusters import split
from playbill.archive.decisions.naming import assign
from playbill.archive.documents import analysis_now, document_of
from playbill.archive.forgetting import forget
from playbill.archive.people import create_person
from playbill.archive.tables import appearances, faces, people, tracks
from playbill.core.people import Match
from tests.support.analyses import ADA, CHARLES
from tests.support.sightings import Actor, keep, named, sightings

TWO = Actor(range(6), match=Match(None, 0.3))
"""Two people whom the machine took for one: the second is seen from frame 3 on."""


def take_apart(tx: Connection) -> None:
    keep(tx, sightings(TWO))
    create_person(tx, "t", CHARLES.name, person_id=CHARLES.id)
    (whole,) = tx.execute(select(tracks.c.id)).scalars()
    ids = tx.execute(select(faces.c.id).order_by(faces.c.id)).scalars().all()
    split(tx, "user:eve", whole, ids[3:])
    part = tx.execute(select(tracks.c.id).where(tracks.c.split_from == whole)).scalar_one()
    assign(tx, "user:eve", [part], CHARLES.id)


def spans(tx: Connection, run_id: str) -> list[tuple[int, int, str | None, bool]]:
    row = appearances.c
    found = select(row.start_us, row.end_us, row.person_id, row.verified)
    return [
        (start, end, person, verified)
        for start, end, person, verified in tx.execute(
            found.where(row.run_id == run_id, row.current).order_by(row.start_us)
        )
    ]


def test_faces_that_people_took_apart_stay_apart_in_another_run(database: Database) -> None:
    database.write(take_apart)
    assert database.read(lambda tx: spans(tx, "run-1")) == [
        (0, 3_003_000, None, False),
        (3_003_000, 6_006_000, CHARLES.id, True),
    ]

    media_id = database.write(lambda tx: keep(tx, sightings(TWO, run_id="run-2")))

    assert database.read(lambda tx: spans(tx, "run-2")) == [
        (0, 3_003_000, None, False),
        (3_003_000, 6_006_000, CHARLES.id, True),
    ]
    today = database.read(lambda tx: analysis_now(tx, media_id))
    assert [thing.name for frame in today.frames for thing in frame.things] == [
        *[None] * 3,
        *["Charles Babbage"] * 3,
    ]
    assert database.write(lambda tx: list(check_projections(tx))) == []


def test_a_third_run_that_looks_closer_keeps_them_apart_too(database: Database) -> None:
    database.write(take_apart)
    database.write(lambda tx: keep(tx, sightings(TWO, run_id="run-2")))
    closer = sightings(replace(TWO, frames=range(18)), run_id="run-3", every=10)

    database.write(lambda tx: keep(tx, closer))

    (first, second) = database.read(lambda tx: spans(tx, "run-3"))
    assert (first[2], second[2]) == (None, CHARLES.id)
    assert abs(first[1] - 3_003_000) <= 1_001_000 / 2
    counted = select(tracks.c.faces).where(tracks.c.run_id == "run-3").order_by(tracks.c.id)
    assert sum(database.read(lambda tx: tx.execute(counted).scalars().all())) == 18


def test_what_was_taken_apart_in_two_runs_stays_apart_in_the_next(database: Database) -> None:
    both = (TWO, replace(TWO, face=(300, 30, 360, 90)))

    def take_apart_the_first_whole(tx: Connection, run_id: str) -> None:
        keep(tx, sightings(*both, run_id=run_id))
        whole = select(tracks.c.id).where(tracks.c.run_id == run_id, tracks.c.faces == 6)
        track = tx.execute(whole.order_by(tracks.c.id)).scalars().first()
        assert track is not None
        its = select(faces.c.id).where(faces.c.track_id == track).order_by(faces.c.id)
        split(tx, "user:eve", track, tx.execute(its).scalars().all()[3:])

    database.write(lambda tx: take_apart_the_first_whole(tx, "run-1"))
    database.write(lambda tx: take_apart_the_first_whole(tx, "run-2"))

    database.write(lambda tx: keep(tx, sightings(*both, run_id="run-3")))

    counted = select(tracks.c.faces).where(tracks.c.run_id == "run-3")
    assert database.read(lambda tx: tx.execute(counted).scalars().all()) == [3] * 4


def test_tracks_that_nobody_took_apart_stay_whole(database: Database) -> None:
    database.write(take_apart)
    other = Actor(range(6), face=(300, 30, 360, 90), match=named(ADA))

    database.write(lambda tx: keep(tx, sightings(other, run_id="run-2")))

    assert len(database.read(lambda tx: spans(tx, "run-2"))) == 1


def test_whoever_is_forgotten_is_not_named_by_an_old_gallery(database: Database) -> None:
    seen = Actor(range(3), match=named(ADA))
    database.write(lambda tx: keep(tx, sightings(seen)))
    database.write(lambda tx: forget(tx, "user:eve", ADA.id))

    database.write(lambda tx: keep(tx, sightings(seen, run_id="run-2")))

    assert ADA.name not in database.read(lambda tx: document_of(tx, "run-2"))
    who = select(tracks.c.person_id, tracks.c.machine_person_id).where(tracks.c.run_id == "run-2")
    assert database.read(lambda tx: tx.execute(who).all()) == [(None, None)]
    assert database.read(lambda tx: tx.execute(select(people.c.name)).scalars().all()) == [""]
    (appearance,) = database.read(
        lambda tx: analysis_now(tx, sightings(seen).analysis.media.id)
    ).appearances
    assert appearance.person is None
