"""Runs are written whole, never changed, and lie side by side."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from threading import Barrier, BrokenBarrierError

import numpy as np
import pytest
from sqlalchemy import Connection, select, update

from playbill.archive.database import Database
from playbill.archive.media import add_media, get_media
from playbill.archive.packing import unpack_vectors
from playbill.archive.runs import get_run, keep_run, list_runs, named_run
from playbill.archive.tables import appearances, faces, people, runs, tracks
from playbill.core.people import Match
from playbill.errors import Conflict, NotInArchive
from tests.support.analyses import ADA, CHARLES
from tests.support.sightings import Actor, Prop, crop_keys, keep, look, named, sightings, still

ADA_SITS = Actor(range(4), match=named(ADA, 0.9), look=1)
SOMEBODY = Actor(range(2, 6), face=(200, 50, 260, 120), match=Match(None, 0.2), look=2)
TV = Prop("tv", range(10))


def test_all_that_a_run_saw_is_in_rows(database: Database) -> None:
    media_id = database.write(lambda tx: keep(tx, sightings(ADA_SITS, SOMEBODY, TV)))

    rows = database.read(lambda tx: tx.execute(select(tracks).order_by(tracks.c.id)).all())
    assert [(row.faces, row.machine_person_id, row.machine_score) for row in rows] == [
        (4, ADA.id, 0.9),
        (4, None, 0.2),
    ]
    assert [(row.start_us, row.end_us) for row in rows] == [(0, 4_004_000), (2_002_000, 6_006_000)]
    seen = database.read(lambda tx: tx.execute(select(faces).order_by(faces.c.id)).all())
    assert [row.frame_index for row in seen] == [0, 30, 60, 90, 60, 90, 120, 150]
    assert [row.time_us for row in seen][:2] == [0, 1_001_000]
    assert (seen[4].left, seen[4].bottom, seen[4].thing) == (200, 120, 1)
    np.testing.assert_allclose(unpack_vectors([seen[4].embedding])[0], look(2), atol=1e-3)
    assert seen[5].crop == "crops/run-1/1-1.jpg"
    spans = database.read(
        lambda tx: tx.execute(select(appearances).order_by(appearances.c.id)).all()
    )
    assert [(row.kind, row.first_frame, row.last_frame, row.current) for row in spans] == [
        ("person", 0, 90, True),
        ("object", 0, 270, True),
        ("person", 60, 150, True),
    ]
    assert spans[1].track_id is None
    assert database.read(lambda tx: get_media(tx, media_id)).run_id == "run-1"


def test_the_record_of_a_run_comes_back(database: Database) -> None:
    seen = sightings(ADA_SITS, cuts=(6,))
    database.write(lambda tx: keep(tx, seen, fingerprint="bb" * 32))

    row = database.read(lambda tx: get_run(tx, "run-1"))
    assert row.record == seen.analysis.run
    assert (row.fingerprint, row.space, row.cuts_us) == ("bb" * 32, seen.space, (6_006_000,))


def test_a_picture_is_seen_for_a_microsecond(database: Database) -> None:
    media_id = database.write(lambda tx: keep(tx, still(Actor(range(1)))))

    row = database.read(lambda tx: tx.execute(select(appearances)).one())
    assert (row.start_us, row.end_us) == (0, 1)
    assert database.read(lambda tx: get_media(tx, media_id)).info.duration_s is None


def test_runs_of_one_medium_lie_side_by_side_and_the_newest_is_shown(database: Database) -> None:
    media_id = database.write(lambda tx: keep(tx, sightings(ADA_SITS)))
    database.write(lambda tx: keep(tx, sightings(ADA_SITS, SOMEBODY, run_id="run-2")))

    runs = database.read(lambda tx: list_runs(tx, media_id))
    assert [run.id for run in runs] == ["run-2", "run-1"]
    assert database.read(lambda tx: get_media(tx, media_id)).run_id == "run-2"
    shown = select(appearances.c.run_id, appearances.c.current).order_by(appearances.c.id)
    assert database.read(lambda tx: tx.execute(shown).all()) == [
        ("run-1", False),
        ("run-2", True),
        ("run-2", True),
    ]


def test_the_run_that_came_last_is_the_newest_whatever_the_clock_says(database: Database) -> None:
    media_id = database.write(lambda tx: keep(tx, sightings(ADA_SITS)))
    ahead = datetime.now(UTC) + timedelta(hours=1)  # the clock of another machine
    database.write(lambda tx: tx.execute(update(runs).values(added_at=ahead)))

    database.write(lambda tx: keep(tx, sightings(ADA_SITS, run_id="run-2")))

    assert database.read(lambda tx: get_media(tx, media_id)).run_id == "run-2"
    linked = select(tracks.c.same_as).where(tracks.c.run_id == "run-2")
    assert database.read(lambda tx: tx.execute(linked).scalar_one()) is not None


def test_keeping_a_run_again_changes_nothing(database: Database) -> None:
    seen = sightings(ADA_SITS, TV)
    database.write(lambda tx: keep(tx, seen))
    database.write(lambda tx: keep(tx, seen))

    assert len(database.read(lambda tx: tx.execute(select(faces)).all())) == 4


def test_a_run_that_two_keep_at_once_is_kept_once(database: Database) -> None:
    seen = sightings(ADA_SITS, TV)
    database.write(lambda tx: add_media(tx, seen.analysis.media, bytes_=1, place=None, who="t"))
    both = Barrier(2)

    def work(tx: Connection) -> None:
        with suppress(BrokenBarrierError):
            both.wait(0.5)  # in SQLite the other one has not begun
        keep_run(tx, seen, fingerprint="aa" * 32, crops=crop_keys(seen))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(database.write, [work, work]))

    assert len(database.read(lambda tx: tx.execute(select(faces)).all())) == 4


def test_a_run_is_found_by_the_beginning_of_its_id(database: Database) -> None:
    for run_id in ("abcd-1", "abcd-2", "abcd"):
        database.write(lambda tx, run_id=run_id: keep(tx, sightings(TV, run_id=run_id)))  # type: ignore[misc]

    def meant(said: str) -> str:
        return database.read(lambda tx: named_run(tx, said)).id

    assert [meant("abcd-1"), meant("ABCD-2"), meant("abcd")] == ["abcd-1", "abcd-2", "abcd"]
    with pytest.raises(Conflict, match="expected one run, found several: abcd-1, abcd-2"):
        meant("abcd-")
    for unknown in ("abc", "abce", "a%cd", "abcd-3", "nul\0"):
        with pytest.raises(NotInArchive):
            meant(unknown)


def test_another_run_of_the_same_id_is_refused(database: Database) -> None:
    database.write(lambda tx: keep(tx, sightings(ADA_SITS)))

    with pytest.raises(Conflict, match="run 'run-1': expected a new id, found another run"):
        database.write(lambda tx: keep(tx, sightings(ADA_SITS), fingerprint="cc" * 32))


def test_a_run_of_a_medium_that_is_not_there_is_refused(database: Database) -> None:
    seen = sightings(ADA_SITS)

    with pytest.raises(NotInArchive, match="there is no such medium"):
        database.write(lambda tx: keep_run(tx, seen, fingerprint="aa" * 32, crops=crop_keys(seen)))


def test_each_face_needs_a_crop(database: Database) -> None:
    seen = sightings(ADA_SITS)

    def work(tx: object) -> None:
        add_media(tx, seen.analysis.media, bytes_=1, place=None, who="user:t")  # type: ignore[arg-type]
        keep_run(tx, seen, fingerprint="aa" * 32, crops=[["one"]])  # type: ignore[arg-type]

    with pytest.raises(ValueError, match="a key for each face"):
        database.write(work)


def test_people_of_a_gallery_are_met_once(database: Database) -> None:
    charles = replace(SOMEBODY, match=named(CHARLES))
    database.write(lambda tx: keep(tx, sightings(ADA_SITS)))
    database.write(lambda tx: keep(tx, sightings(ADA_SITS, charles, run_id="run-2")))

    known = select(people.c.id, people.c.name).order_by(people.c.id)
    assert database.read(lambda tx: tx.execute(known).all()) == [
        (ADA.id, ADA.name),
        (CHARLES.id, CHARLES.name),
    ]


def test_tracks_of_a_new_run_know_the_first_track_that_shows_the_same_faces(
    database: Database,
) -> None:
    moved = replace(SOMEBODY, face=(205, 55, 262, 118))
    database.write(lambda tx: keep(tx, sightings(ADA_SITS, SOMEBODY)))
    database.write(lambda tx: keep(tx, sightings(moved, ADA_SITS, run_id="run-2")))
    database.write(lambda tx: keep(tx, sightings(ADA_SITS, run_id="run-3")))

    known = select(tracks.c.id, tracks.c.run_id, tracks.c.same_as).order_by(tracks.c.id)
    first, second, *later = database.read(lambda tx: tx.execute(known).all())
    assert first.same_as is second.same_as is None
    assert [(row.run_id, row.same_as) for row in later] == [
        ("run-2", second.id),
        ("run-2", first.id),
        ("run-3", first.id),
    ]


def test_a_run_that_looks_at_other_frames_finds_the_same_faces(database: Database) -> None:
    database.write(lambda tx: keep(tx, sightings(ADA_SITS)))
    finer = sightings(replace(ADA_SITS, frames=range(12)), run_id="run-2", every=10)
    database.write(lambda tx: keep(tx, finer))

    known = select(tracks.c.same_as).where(tracks.c.run_id == "run-2")
    assert database.read(lambda tx: tx.execute(known).scalar_one()) is not None


def test_times_are_kept_as_the_document_rounds_them(database: Database) -> None:
    media_id = database.write(lambda tx: keep(tx, sightings(ADA_SITS)))

    assert database.read(lambda tx: get_media(tx, media_id)).info.duration_s == Fraction("10.01")
