"""The archive learns its own cast, and asks again about everybody it has seen."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from playbill.archive.archive import Archive
from playbill.archive.decisions.clusters import split
from playbill.archive.decisions.hiding import hide
from playbill.archive.decisions.merging import merge_people
from playbill.archive.decisions.naming import assign
from playbill.archive.decisions.undo import undo
from playbill.archive.forgetting import erase_blobs, forget
from playbill.archive.packing import pack_vector
from playbill.archive.people import create_person
from playbill.archive.search import Query, search
from playbill.archive.tables import faces, portraits, tracks
from playbill.library.gallery import current_gallery, state_of_people
from playbill.library.matching import match_again
from playbill.recognition.fitting import FittedGallery, fit
from playbill.recognition.network_scores import NetworkScores
from playbill.recognition.recogniser import open_recogniser
from playbill.recognition.strangers import StrangerScores
from tests.support.sightings import SPACE, Actor, keep, look, sightings, video

STRANGERS = StrangerScores(((0.5, 0.0), (0.99, 0.3), (0.9999, 0.6)), 1000, "made up")
SCORES = NetworkScores(strangers=STRANGERS)
LEFT, RIGHT = (40, 30, 80, 80), (200, 30, 240, 80)
WHO = "user:test"


def person(archive: Archive, name: str, *looks: int) -> str:
    """Somebody who is enrolled with these looks."""
    found = archive.database.write(lambda tx: create_person(tx, WHO, name))
    rows = [
        {
            "person_id": found,
            "sha256": sha256(f"{name}{number}".encode()).hexdigest(),
            "space": SPACE,
            "embedding": pack_vector(look(number)),
            "crop": f"portraits/{found}/{number}.jpg",
            "added_at": datetime.now(UTC),
            "added_by": WHO,
        }
        for number in looks
    ]
    if rows:
        archive.database.write(lambda tx: tx.execute(insert(portraits), rows))
    return found


def seen(archive: Archive, name: str, *actors: Actor) -> None:
    made = sightings(*actors, media=video(name), run_id=f"run of {name}")
    archive.database.write(lambda tx: keep(tx, made))


def known(archive: Archive) -> Sequence[str]:
    stored = current_gallery(archive, SPACE, SCORES)
    return [] if stored is None else sorted(p.name for p in stored.fitted.gallery.people)


def match(archive: Archive) -> int:
    stored = current_gallery(archive, SPACE, SCORES)
    assert stored is not None
    return match_again(archive, open_recogniser(stored))


def people_of_tracks(archive: Archive) -> list[str | None]:
    rows = select(tracks.c.person_id).order_by(tracks.c.id)
    return list(archive.database.read(lambda tx: tx.scalars(rows).all()))


def test_an_archive_without_people_has_no_gallery(archive: Archive) -> None:
    assert current_gallery(archive, SPACE, SCORES) is None


def test_the_gallery_is_everybody_who_is_enrolled_or_verified(archive: Archive) -> None:
    person(archive, "Ada Lovelace", 1)
    alan = person(archive, "Alan Turing")
    seen(archive, "a.mp4", Actor(range(3), look=3))
    [track] = archive.database.read(lambda tx: tx.scalars(select(tracks.c.id)).all())
    archive.database.write(lambda tx: assign(tx, WHO, [track], alan))

    assert known(archive) == ["Ada Lovelace", "Alan Turing"]


def test_nobody_is_learned_from_a_part_whose_split_was_undone(archive: Archive) -> None:
    alan = person(archive, "Alan Turing")
    seen(archive, "a.mp4", Actor(range(4), look=3))
    write, row = archive.database.write, faces.c
    [(track, face)] = archive.database.read(
        lambda tx: tx.execute(select(row.track_id, func.max(row.id)).group_by(row.track_id)).all()
    )
    seq, part = write(lambda tx: split(tx, WHO, track, [face]))
    write(lambda tx: assign(tx, WHO, [part], alan))
    assert known(archive) == ["Alan Turing"]

    write(lambda tx: undo(tx, WHO, seq))

    assert known(archive) == []


def test_those_who_are_merged_are_one(archive: Archive) -> None:
    ada, double = person(archive, "Ada Lovelace", 1), person(archive, "A. Lovelace", 2)
    archive.database.write(lambda tx: merge_people(tx, WHO, double, ada))

    stored = current_gallery(archive, SPACE, SCORES)

    assert stored is not None
    assert [p.name for p in stored.fitted.gallery.people] == ["Ada Lovelace"]
    assert len(stored.fitted.gallery) == 2


def test_whoever_is_hidden_is_known_and_not_shown_as_a_stranger(archive: Archive) -> None:
    ada = person(archive, "Ada Lovelace", 1)
    seen(archive, "a.mp4", Actor(range(3), look=1))
    archive.database.write(lambda tx: hide(tx, WHO, "person", ada))

    match(archive)

    assert people_of_tracks(archive) == [ada]
    assert archive.database.read(lambda tx: search(tx, Query())).items == ()


def test_the_galleries_of_two_networks_stand_side_by_side(archive: Archive) -> None:
    person(archive, "Ada Lovelace", 1)
    other = "another@0123456789ab"
    archive.database.write(lambda tx: tx.execute(update(portraits).values(space=other)))
    person(archive, "Alan Turing", 2)

    for space in (SPACE, other, SPACE):
        assert current_gallery(archive, space, SCORES) is not None

    assert len(list((archive.folder / "galleries").iterdir())) == 2


def test_a_gallery_that_cannot_be_read_is_made_anew(archive: Archive) -> None:
    person(archive, "Ada Lovelace", 1)
    before = known(archive)
    [file] = (archive.folder / "galleries").iterdir()
    file.write_bytes(b"no gallery")

    assert known(archive) == before == ["Ada Lovelace"]


def test_of_somebody_forgotten_meanwhile_no_gallery_stays(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = person(archive, "Ada Lovelace", 1)

    def fitted_slowly(*args: Any, **given: Any) -> FittedGallery:
        erase_blobs(archive, archive.database.write(lambda tx: forget(tx, WHO, ada)))
        return fit(*args, **given)

    monkeypatch.setattr("playbill.library.gallery.fit", fitted_slowly)

    current_gallery(archive, SPACE, SCORES)

    assert list((archive.folder / "galleries").iterdir()) == []


def test_a_gallery_is_fitted_once_and_gone_when_there_is_a_newer_one(archive: Archive) -> None:
    person(archive, "Ada Lovelace", 1)
    first, again = (current_gallery(archive, SPACE, SCORES) for _ in range(2))
    before = archive.database.read(state_of_people)
    person(archive, "Alan Turing", 2)
    second = current_gallery(archive, SPACE, SCORES)

    assert first is not None
    assert again is not None
    assert second is not None
    assert first.sha256 == again.sha256 != second.sha256
    assert len(list((archive.folder / "galleries").iterdir())) == 1
    assert archive.database.read(state_of_people) != before


def test_somebody_enrolled_later_is_named_in_media_seen_before(archive: Archive) -> None:
    seen(archive, "a.mp4", Actor(range(3), look=1))
    seen(archive, "b.mp4", Actor(range(3), look=3))
    ada = person(archive, "Ada Lovelace", 1)

    assert match(archive) == 1

    assert people_of_tracks(archive) == [ada, None]
    assert match(archive) == 0


def test_of_two_faces_in_one_frame_only_the_likest_gets_the_name(archive: Archive) -> None:
    seen(
        archive,
        "twins.mp4",
        Actor(range(3), face=LEFT, look=1),
        Actor(range(2, 5), face=RIGHT, look=1),
    )
    ada = person(archive, "Ada Lovelace", 1)

    match(archive)

    assert sorted(people_of_tracks(archive), key=str) == sorted([ada, None], key=str)


def test_what_a_person_said_stays_whatever_the_gallery_says(archive: Archive) -> None:
    seen(archive, "a.mp4", Actor(range(3), look=1))
    person(archive, "Ada Lovelace", 1)
    alan = person(archive, "Alan Turing", 2)
    [track] = archive.database.read(lambda tx: tx.scalars(select(tracks.c.id)).all())
    archive.database.write(lambda tx: assign(tx, WHO, [track], alan))

    match(archive)

    assert people_of_tracks(archive) == [alan]


def test_a_face_given_to_somebody_else_makes_another_gallery(archive: Archive) -> None:
    seen(archive, "a.mp4", Actor(range(3), look=1))
    ada, alan = person(archive, "Ada Lovelace"), person(archive, "Alan Turing")
    [track] = archive.database.read(lambda tx: tx.scalars(select(tracks.c.id)).all())
    archive.database.write(lambda tx: assign(tx, WHO, [track], ada))
    before = archive.database.read(state_of_people)

    archive.database.write(lambda tx: assign(tx, WHO, [track], alan))

    assert known(archive) == ["Alan Turing"]
    assert archive.database.read(state_of_people) != before
