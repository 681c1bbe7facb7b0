"""A document is what was said when it was made; the names of today are put in on demand."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, update

from playbill.archive.database import Database
from playbill.archive.decisions.clusters import split
from playbill.archive.decisions.merging import merge_people
from playbill.archive.decisions.naming import assign, rename
from playbill.archive.document import document_text
from playbill.archive.documents import analysis_now, analysis_of, analysis_today, document_of
from playbill.archive.media import add_media
from playbill.archive.people import create_person
from playbill.archive.tables import clusters, faces, metadata, runs, tracks
from playbill.core.analysis import Analysis
from playbill.core.appearances import Appearance
from playbill.core.people import Match, Person
from playbill.errors import ArchiveError, NotInArchive
from tests.support.analyses import ADA, CHARLES
from tests.support.sightings import SPACE, Actor, Prop, keep, named, sightings, still, video

FIRST = Actor(range(3), match=named(ADA, 0.9), look=1)
SECOND = Actor(range(3, 6), match=Match(None, 0.2), look=1)
OTHER = Actor(range(6), face=(200, 50, 260, 120), match=named(CHARLES, 0.7), look=2)
TV = Prop("tv", range(10))


FIRST_STILL = replace(FIRST, frames=range(1), match=named(Person("person-x", "X")))


@pytest.fixture(autouse=True)
def known_people(request: pytest.FixtureRequest) -> None:
    """Ada and Charles are known before anything is seen."""
    if "database" in request.fixturenames:
        database: Database = request.getfixturevalue("database")
        for one in (ADA, CHARLES):
            database.write(lambda tx, one=one: create_person(tx, "t", one.name, person_id=one.id))  # type: ignore[misc]


def track_of(tx: Connection, place: int) -> int:
    return int(tx.execute(select(tracks.c.id).order_by(tracks.c.id)).scalars().all()[place])


def said(appearances: tuple[Appearance, ...]) -> list[tuple[str, float, float, float]]:
    return [
        (
            one.person.name if one.person else "somebody" if one.kind == "person" else one.label,
            round(float(one.span.start_s), 3),
            round(float(one.span.end_s), 3),
            round(one.score, 4),
        )
        for one in appearances
    ]


def test_a_document_comes_back_byte_for_byte(database: Database) -> None:
    seen = sightings(FIRST, OTHER, TV, cuts=(7,))
    database.write(lambda tx: keep(tx, seen))

    assert database.read(lambda tx: document_of(tx, "run-1")) == document_text(seen.analysis)


def test_nothing_new_is_known_just_after_a_run(database: Database) -> None:
    seen = sightings(FIRST, SECOND, OTHER, TV, cuts=(7,))
    media_id = database.write(lambda tx: keep(tx, seen))

    today = database.read(lambda tx: analysis_now(tx, media_id))

    assert today == database.read(lambda tx: analysis_of(tx, "run-1"))
    assert document_text(today) == document_text(seen.analysis)


def test_a_name_that_a_person_gave_joins_what_was_two(database: Database) -> None:
    media_id = database.write(lambda tx: keep(tx, sightings(FIRST, SECOND, TV)))
    database.write(lambda tx: assign(tx, "user:eve", [track_of(tx, 1)], ADA.id))

    today = database.read(lambda tx: analysis_now(tx, media_id))

    assert said(today.appearances) == [
        ("Ada Lovelace", 0.0, 6.006, 0.95),
        ("tv", 0.0, 10.01, 0.7),
    ]
    assert [thing.match for frame in today.frames[2:4] for thing in frame.things[:1]] == [
        Match(ADA, 0.9),
        Match(ADA, 1.0),
    ]


def test_a_name_that_is_taken_away_leaves_somebody(database: Database) -> None:
    media_id = database.write(lambda tx: keep(tx, sightings(FIRST, OTHER)))
    database.write(lambda tx: assign(tx, "user:eve", [track_of(tx, 1)], None))

    today = database.read(lambda tx: analysis_now(tx, media_id))

    assert said(today.appearances) == [
        ("Ada Lovelace", 0.0, 3.003, 0.9),
        ("somebody", 0.0, 6.006, 0.9),
    ]
    assert '"person": null' in document_text(today)


TURNED = Actor(range(6), look=3, turned=frozenset({2, 3}), unknown=1)
"""Somebody unknown, whose face is away in two frames of six."""
LATER = Actor(range(7, 9), look=3, unknown=1)
SOMEBODY_ELSE = Actor(range(7, 9), face=(200, 50, 260, 120), look=4, unknown=2)


def numbers(today: Analysis) -> list[list[int | str | None]]:
    return [[thing.name or thing.unknown for thing in frame.things] for frame in today.frames]


def test_people_with_numbers_come_back_as_they_were_said(database: Database) -> None:
    seen = sightings(TURNED, LATER, SOMEBODY_ELSE)
    media_id = database.write(lambda tx: keep(tx, seen))

    today = database.read(lambda tx: analysis_now(tx, media_id))

    assert document_text(today) == document_text(seen.analysis)
    assert numbers(today)[2:8:5] == [[1], [1, 2]]


def test_a_name_that_a_person_gave_goes_on_in_the_body(database: Database) -> None:
    media_id = database.write(lambda tx: keep(tx, sightings(TURNED, LATER)))
    database.write(lambda tx: assign(tx, "user:eve", [track_of(tx, 0)], ADA.id))

    today = database.read(lambda tx: analysis_now(tx, media_id))

    assert numbers(today)[:9] == [["Ada Lovelace"]] * 6 + [[], [1], [1]]
    assert [thing.face for frame in today.frames[2:4] for thing in frame.things] == [None, None]
    assert today.appearances[0].person == ADA
    assert today.appearances[0].frames == 6


def test_who_loses_a_name_gets_a_number_that_is_free(database: Database) -> None:
    named_first = replace(TURNED, match=named(CHARLES, 0.7), unknown=None)
    somebody = replace(SOMEBODY_ELSE, unknown=1)
    media_id = database.write(lambda tx: keep(tx, sightings(named_first, somebody)))
    database.write(lambda tx: assign(tx, "user:eve", [track_of(tx, 0)], None))

    today = database.read(lambda tx: analysis_now(tx, media_id))

    assert numbers(today)[:9] == [[2]] * 6 + [[], [1], [1]]


def test_numbers_follow_the_groups_that_people_made(database: Database) -> None:
    media_id = database.write(lambda tx: keep(tx, sightings(TURNED, LATER, SOMEBODY_ELSE)))

    def group(tx: Connection) -> None:
        first, later, other = (track_of(tx, place) for place in range(3))
        for name, members in (("one", [first]), ("two", [later, other])):
            row = {"id": name, "space": SPACE, "created_at": datetime.now(UTC)}
            tx.execute(insert(clusters).values(row))
            placed = update(tracks).where(tracks.c.id.in_(members))
            tx.execute(placed.values(machine_cluster_id=name, cluster_id=name))

    database.write(group)
    today = database.read(lambda tx: analysis_now(tx, media_id))

    assert numbers(today)[:9] == [[1]] * 6 + [[], [2, 2], [2, 2]]


def test_a_body_goes_with_the_face_nearest_to_it_when_people_split_the_track(
    database: Database,
) -> None:
    media_id = database.write(lambda tx: keep(tx, sightings(TURNED)))

    def work(tx: Connection) -> None:
        track = track_of(tx, 0)
        its = select(faces.c.id).where(faces.c.track_id == track).order_by(faces.c.frame_index)
        _, part = split(tx, "user:eve", track, tx.execute(its).scalars().all()[2:])
        assign(tx, "user:eve", [part], ADA.id)

    database.write(work)
    today = database.read(lambda tx: analysis_now(tx, media_id))

    assert numbers(today)[:6] == [[1]] * 3 + [["Ada Lovelace"]] * 3


def test_a_run_that_told_nobody_apart_goes_on_telling_nobody_apart(database: Database) -> None:
    media_id = database.write(lambda tx: keep(tx, sightings(SECOND, FIRST)))
    database.write(lambda tx: rename(tx, "user:eve", ADA.id, "Ada King"))

    today = database.read(lambda tx: analysis_now(tx, media_id))

    assert numbers(today)[:6] == [["Ada King"]] * 3 + [[None]] * 3


def test_renamed_and_merged_people_have_their_names_of_today(database: Database) -> None:
    media_id = database.write(lambda tx: keep(tx, sightings(FIRST, OTHER)))
    database.write(lambda tx: rename(tx, "user:eve", ADA.id, "Ada King"))

    def merge(tx: Connection) -> None:
        king = create_person(tx, "user:eve", "C. Babbage")
        merge_people(tx, "user:eve", CHARLES.id, king)

    database.write(merge)
    today = database.read(lambda tx: analysis_now(tx, media_id))

    assert [name for name, *_ in said(today.appearances)] == ["Ada King", "C. Babbage"]
    assert today.names() == ["Ada King", "C. Babbage"]
    assert "Ada Lovelace" in database.read(lambda tx: document_of(tx, "run-1"))


def test_a_later_match_of_the_machine_has_the_score_of_its_track(database: Database) -> None:
    media_id = database.write(lambda tx: keep(tx, sightings(SECOND, OTHER)))

    def match(tx: Connection) -> None:
        changed = {"person_id": CHARLES.id, "machine_person_id": CHARLES.id, "machine_score": 0.65}
        tx.execute(update(tracks).where(tracks.c.id == track_of(tx, 0)).values(changed))

    database.write(match)
    today = database.read(lambda tx: analysis_now(tx, media_id))

    assert today.frames[3].things[0].match == Match(CHARLES, 0.65)


def test_a_picture_is_renamed_too(database: Database) -> None:
    media_id = database.write(lambda tx: keep(tx, still(FIRST_STILL)))
    database.write(lambda tx: assign(tx, "user:eve", [track_of(tx, 0)], ADA.id))

    today = database.read(lambda tx: analysis_now(tx, media_id))
    assert (today.names(), today.appearances) == (["Ada Lovelace"], ())


def test_a_medium_that_is_not_analysed_yet_says_so(database: Database) -> None:
    film = video("new.mp4")
    database.write(lambda tx: add_media(tx, film, bytes_=1, place=None, who="user:eve"))

    with pytest.raises(NotInArchive, match="it is not analysed yet"):
        database.read(lambda tx: analysis_now(tx, film.id))
    for run_id in ("nothing", "a\0b", "\ud800"):
        with pytest.raises(NotInArchive, match="no such run"):
            database.read(lambda tx, run_id=run_id: document_of(tx, run_id))  # type: ignore[misc]


@pytest.mark.parametrize("packed", [b"", b"nonsense", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_a_damaged_document_says_which(database: Database, packed: bytes) -> None:
    database.write(lambda tx: keep(tx, sightings(FIRST)))
    database.write(lambda tx: tx.execute(update(runs).values(document=packed)))

    with pytest.raises(ArchiveError, match="run run-1: its document is damaged"):
        database.read(lambda tx: analysis_today(tx, "run-1"))


@given(frames=st.lists(st.integers(1, 4), min_size=1, max_size=4), data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_appearances_follow_the_pipelines_rule_whatever_is_named(
    frames: list[int], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A run that the machine got right is what a run that people put right becomes."""
    ends = [sum(frames[: i + 1]) for i in range(len(frames))]
    spans = [range(end - length, end) for end, length in zip(ends, frames, strict=True)]
    who = [data.draw(st.sampled_from([ADA, CHARLES])) for _ in spans]
    right = [Actor(span, match=named(one, 1.0)) for span, one in zip(spans, who, strict=True)]
    wrong = [replace(actor, match=Match(None, 0.1)) for actor in right]
    folder = tmp_path_factory.mktemp("rule")
    database = Database.open(f"sqlite:///{folder / 'a.db'}")
    database.write(metadata.create_all)
    film = video(frames=ends[-1] + 1)
    cuts = data.draw(st.lists(st.sampled_from(ends), unique=True).map(sorted))
    media_id = database.write(lambda tx: keep(tx, sightings(*wrong, media=film, cuts=cuts)))

    def put_right(tx: Connection) -> None:
        for one in (ADA, CHARLES):
            create_person(tx, "t", one.name, person_id=one.id)
        for place, one in enumerate(who):
            assign(tx, "user:eve", [track_of(tx, place)], one.id)

    database.write(put_right)
    today = database.read(lambda tx: analysis_now(tx, media_id))
    expected = sightings(*right, media=film, cuts=cuts).analysis
    assert document_text(today) == document_text(expected)
    database.close()


def test_times_are_those_of_the_document(database: Database) -> None:
    media_id = database.write(lambda tx: keep(tx, sightings(FIRST, SECOND)))
    database.write(lambda tx: assign(tx, "user:eve", [track_of(tx, 1)], ADA.id))

    today = database.read(lambda tx: analysis_now(tx, media_id))
    assert today.appearances[0].span.end_s == Fraction("6.006")
