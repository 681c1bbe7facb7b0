"""What another run says otherwise is gained, lost or renamed; and can be shown, and taken back."""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbill.archive.compare import Comparison, Times, compare, roll_back
from playbill.archive.database import Database
from playbill.archive.decisions.promoting import promote
from playbill.archive.media import get_media
from playbill.core.appearances import Appearance
from playbill.core.people import Match
from playbill.core.timespan import TimeSpan
from playbill.errors import Conflict, NotInArchive
from tests.support.analyses import ADA, CHARLES
from tests.support.sightings import Actor, Prop, keep, named, sightings, still, video

ADA_SITS = Actor(range(3), match=named(ADA), look=1)
SOMEBODY = Actor(range(3, 6), face=(200, 50, 260, 120), match=Match(None, 0.2), look=2)
CHARLES_STANDS = Actor(range(5, 9), face=(400, 50, 460, 120), match=named(CHARLES), look=3)
TV = Prop("tv", range(4))
DOG = Prop("dog", range(6, 9))


def compared(database: Database, one: object, other: object) -> Comparison:
    database.write(lambda tx: keep(tx, sightings(*one)))  # type: ignore[misc]
    database.write(lambda tx: keep(tx, sightings(*other, run_id="run-2")))  # type: ignore[misc]
    return database.read(lambda tx: compare(tx, "run-1", "run-2"))


def names(appearances: Iterable[Appearance]) -> list[str]:
    return [one.person.name if one.person else one.label for one in appearances]


def test_the_same_twice_is_all_kept(database: Database) -> None:
    everything = (ADA_SITS, SOMEBODY, CHARLES_STANDS, TV, DOG)
    found = compared(database, everything, everything)

    assert (found.kept, found.gained, found.lost, found.renamed) == (5, (), (), ())


def test_what_is_more_is_gained_and_what_is_less_is_lost(database: Database) -> None:
    found = compared(database, (ADA_SITS, TV), (ADA_SITS, CHARLES_STANDS, DOG))

    assert found.kept == 1
    assert names(found.gained) == ["Charles Babbage", "dog"]
    assert names(found.lost) == ["tv"]
    assert found.renamed == ()


def test_an_object_at_another_time_is_another_appearance(database: Database) -> None:
    found = compared(database, (TV,), (Prop("tv", range(5, 8)),))

    assert (names(found.gained), names(found.lost)) == (["tv"], ["tv"])


def test_the_same_face_with_another_name_is_renamed(database: Database) -> None:
    other_name = replace(ADA_SITS, match=named(CHARLES))
    known = replace(SOMEBODY, match=named(ADA))
    nobody = replace(CHARLES_STANDS, match=Match(None, 0.1))
    found = compared(database, (ADA_SITS, SOMEBODY, CHARLES_STANDS), (other_name, known, nobody))

    assert [(one.before, one.after) for one in found.renamed] == [
        (ADA, CHARLES),
        (None, ADA),
        (CHARLES, None),
    ]
    assert (found.gained, found.lost) == ((), ())
    assert float(found.renamed[0].span.end_s) == pytest.approx(3.003)


def test_one_person_in_two_places_is_not_renamed(database: Database) -> None:
    elsewhere = replace(ADA_SITS, face=(500, 30, 540, 80), match=named(CHARLES))
    found = compared(database, (ADA_SITS,), (elsewhere,))

    assert found.renamed == ()
    assert (names(found.gained), names(found.lost)) == (["Charles Babbage"], ["Ada Lovelace"])


spans = st.tuples(st.integers(0, 8), st.integers(1, 4)).map(
    lambda at: TimeSpan(Fraction(at[0]), Fraction(at[0] + at[1]))
)


@given(st.lists(st.tuples(st.sampled_from("ab"), spans), max_size=8), spans)
def test_a_subject_is_seen_in_a_span_if_one_of_its_own_overlaps_it(
    seen: list[tuple[str, TimeSpan]], asked: TimeSpan
) -> None:
    expected = any(subject == "a" and span.overlaps(asked) for subject, span in seen)

    assert Times(seen).overlap("a", asked) is expected


def test_pictures_are_compared_by_what_is_in_them(database: Database) -> None:
    face = Actor(range(1), match=named(ADA))
    database.write(lambda tx: keep(tx, still(face)))
    database.write(lambda tx: keep(tx, still(replace(face, match=named(CHARLES)), run_id="run-2")))

    found = database.read(lambda tx: compare(tx, "run-1", "run-2"))
    assert [(one.before, one.after) for one in found.renamed] == [(ADA, CHARLES)]
    assert (found.gained, found.lost) == ((), ())


def test_runs_of_two_media_are_not_compared(database: Database) -> None:
    database.write(lambda tx: keep(tx, sightings(TV)))
    database.write(lambda tx: keep(tx, sightings(TV, media=video("b"), run_id="run-2")))

    with pytest.raises(Conflict, match="run run-2: is of media"):
        database.read(lambda tx: compare(tx, "run-1", "run-2"))
    with pytest.raises(NotInArchive, match="run 'run-3'"):
        database.read(lambda tx: compare(tx, "run-1", "run-3"))


def test_a_promotion_is_rolled_back_to_the_one_before(database: Database) -> None:
    media_id = database.write(lambda tx: keep(tx, sightings(TV)))
    for run in ("run-2", "run-3"):
        database.write(lambda tx, run=run: keep(tx, sightings(TV, run_id=run)))  # type: ignore[misc]
    database.write(lambda tx: promote(tx, "user:eve", media_id, "run-1"))
    database.write(lambda tx: promote(tx, "user:eve", media_id, "run-2"))

    shown = [database.write(lambda tx: roll_back(tx, "user:eve", media_id)) for _ in range(2)]

    assert shown == ["run-1", "run-3"]
    assert database.read(lambda tx: get_media(tx, media_id)).run_id == "run-3"
    with pytest.raises(Conflict, match="expected a promotion to roll back, found none"):
        database.write(lambda tx: roll_back(tx, "user:eve", media_id))


def test_a_newer_run_does_not_take_the_place_of_a_promoted_one(database: Database) -> None:
    media_id = database.write(lambda tx: keep(tx, sightings(TV)))
    database.write(lambda tx: promote(tx, "user:eve", media_id, "run-1"))

    database.write(lambda tx: keep(tx, sightings(TV, DOG, run_id="run-2")))

    assert database.read(lambda tx: get_media(tx, media_id)).run_id == "run-1"
