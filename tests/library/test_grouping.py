"""Faces without names are grouped across media, and one name names them all."""

from typing import Any

import pytest
from sqlalchemy import Connection, select

from playbill.archive.archive import Archive
from playbill.archive.clusters import list_clusters
from playbill.archive.decisions.clusters import split
from playbill.archive.decisions.naming import name_cluster
from playbill.archive.decisions.undo import undo
from playbill.archive.people import create_person
from playbill.archive.tables import appearances, clusters, faces, media, tracks
from playbill.archive.tracks import list_tracks
from playbill.core.people import Person
from playbill.library.grouping import group_new
from playbill.recognition.clustering import whisper
from playbill.recognition.network_scores import UNMEASURED
from tests.support.sightings import SPACE, Actor, keep, named, sightings, video

LEFT, RIGHT = (40, 30, 80, 80), (200, 30, 240, 80)


def seen(archive: Archive, name: str, *actors: Actor) -> None:
    made = sightings(*actors, media=video(name), run_id=f"run of {name}")
    archive.database.write(lambda tx: keep(tx, made))


def cluster_of_tracks(archive: Archive) -> list[str | None]:
    rows = select(tracks.c.cluster_id).order_by(tracks.c.id)
    return list(archive.database.read(lambda tx: tx.scalars(rows).all()))


def test_one_face_in_two_videos_is_one_group_and_another_face_is_another(archive: Archive) -> None:
    seen(archive, "a.mp4", Actor(range(3), look=1))
    seen(archive, "b.mp4", Actor(range(4), look=1), Actor(range(5, 8), look=3))

    assert group_new(archive, SPACE, UNMEASURED) == 3

    first, second, other = cluster_of_tracks(archive)
    assert first == second is not None
    assert other not in {first, None}


def test_a_later_video_joins_the_group_that_is_there(archive: Archive) -> None:
    seen(archive, "a.mp4", Actor(range(3), look=1))
    group_new(archive, SPACE, UNMEASURED)
    before = cluster_of_tracks(archive)
    seen(archive, "b.mp4", Actor(range(3), look=1))

    assert group_new(archive, SPACE, UNMEASURED) == 1

    assert cluster_of_tracks(archive) == before * 2


def test_two_faces_in_one_frame_are_two_groups_however_alike(archive: Archive) -> None:
    seen(
        archive,
        "twins.mp4",
        Actor(range(3), face=LEFT, look=1),
        Actor(range(2, 5), face=RIGHT, look=1),
    )
    group_new(archive, SPACE, UNMEASURED)

    one, other = cluster_of_tracks(archive)
    assert one != other


def test_whom_a_run_found_to_be_one_person_is_one_group_however_unlike(archive: Archive) -> None:
    seen(
        archive,
        "a.mp4",
        Actor(range(3), look=1, unknown=1),
        Actor(range(4, 6), look=2, unknown=1),
        Actor(range(4, 6), face=RIGHT, look=1, unknown=2),
    )
    seen(archive, "b.mp4", Actor(range(3), look=2, unknown=1))

    assert group_new(archive, SPACE, UNMEASURED) == 4

    one, same, other, elsewhere = cluster_of_tracks(archive)
    assert one == same
    assert other not in {one, None}
    assert elsewhere != other


def take_out_half(archive: Archive) -> int:
    """Take faces out of the first track; the decision's number."""

    def work(tx: Connection) -> int:
        whole = tx.execute(select(tracks.c.id).order_by(tracks.c.id)).scalars().first()
        its = select(faces.c.id).where(faces.c.track_id == whole).order_by(faces.c.id)
        ids = tx.execute(its).scalars().all()
        assert whole is not None
        seq, _ = split(tx, "user:test", whole, ids[len(ids) // 2 :])
        return seq

    return archive.database.write(work)


@pytest.mark.parametrize("grouped_before", [False, True])
def test_faces_that_people_took_apart_are_two_groups_however_alike(
    archive: Archive, grouped_before: bool
) -> None:
    seen(archive, "a.mp4", Actor(range(6), look=1))
    if grouped_before:
        group_new(archive, SPACE, UNMEASURED)
    take_out_half(archive)

    group_new(archive, SPACE, UNMEASURED)

    whole, part = cluster_of_tracks(archive)
    assert whole != part


def test_what_people_took_apart_is_two_groups_in_later_runs_too(archive: Archive) -> None:
    seen(archive, "a.mp4", Actor(range(6), look=1))
    take_out_half(archive)
    again = sightings(Actor(range(6), look=1), media=video("a.mp4"), run_id="again")
    archive.database.write(lambda tx: keep(tx, again))

    group_new(archive, SPACE, UNMEASURED)

    whole, part, whole_again, part_again = cluster_of_tracks(archive)
    assert (whole, part) == (whole_again, part_again)
    assert whole != part


def test_a_part_whose_split_was_undone_is_in_no_list_and_no_group(archive: Archive) -> None:
    seen(archive, "a.mp4", Actor(range(6), look=1))
    seq = take_out_half(archive)
    undone = archive.database.write(lambda tx: undo(tx, "user:test", seq))

    assert group_new(archive, SPACE, UNMEASURED) == 1

    assert [one.faces for one in archive.database.read(list_tracks).items] == [6]
    assert [one.tracks for one in archive.database.read(list_clusters).items] == [1]
    archive.database.write(lambda tx: undo(tx, "user:test", undone))
    assert [one.faces for one in archive.database.read(list_tracks).items] == [3, 3]
    assert group_new(archive, SPACE, UNMEASURED) == 1


def test_naming_a_group_shows_in_every_medium_at_once(archive: Archive) -> None:
    seen(archive, "a.mp4", Actor(range(3), look=1))
    seen(archive, "b.mp4", Actor(range(3), look=1))
    group_new(archive, SPACE, UNMEASURED)
    [cluster] = set(cluster_of_tracks(archive))
    assert cluster is not None
    ada = archive.database.write(lambda tx: create_person(tx, "user:test", "Ada Lovelace"))

    archive.database.write(lambda tx: name_cluster(tx, "user:test", cluster, ada))

    where = select(media.c.name).join(appearances, appearances.c.media_id == media.c.id)
    found = where.where(appearances.c.person_id == ada).order_by(media.c.name)
    assert archive.database.read(lambda tx: tx.scalars(found).all()) == ["a.mp4", "b.mp4"]


def test_a_named_group_takes_no_new_faces(archive: Archive) -> None:
    seen(archive, "a.mp4", Actor(range(3), look=1))
    group_new(archive, SPACE, UNMEASURED)
    [cluster] = cluster_of_tracks(archive)
    assert cluster is not None
    ada = archive.database.write(lambda tx: create_person(tx, "user:test", "Ada Lovelace"))
    archive.database.write(lambda tx: name_cluster(tx, "user:test", cluster, ada))
    seen(archive, "b.mp4", Actor(range(3), look=1))

    group_new(archive, SPACE, UNMEASURED)

    assert len(set(cluster_of_tracks(archive))) == 2


@pytest.mark.parametrize("times", [1, 2])
def test_those_with_a_name_are_not_grouped_and_grouping_twice_changes_nothing(
    archive: Archive, times: int
) -> None:
    seen(archive, "a.mp4", Actor(range(3), match=named(Person("1", "Ada Lovelace"))))

    assert [group_new(archive, SPACE, UNMEASURED) for _ in range(times)] == [0] * times

    assert cluster_of_tracks(archive) == [None]
    assert archive.database.read(lambda tx: tx.execute(select(clusters)).all()) == []


def test_a_group_that_is_named_in_the_meantime_takes_no_new_faces(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen(archive, "a.mp4", Actor(range(3), look=1))
    group_new(archive, SPACE, UNMEASURED)
    [cluster] = cluster_of_tracks(archive)
    assert cluster is not None
    ada = archive.database.write(lambda tx: create_person(tx, "user:test", "Ada Lovelace"))
    seen(archive, "b.mp4", Actor(range(3), look=1))

    def named_meanwhile(*args: Any, **given: Any) -> dict[int, int]:
        archive.database.write(lambda tx: name_cluster(tx, "user:test", cluster, ada))
        return whisper(*args, **given)

    monkeypatch.setattr("playbill.library.grouping.whisper", named_meanwhile)

    assert group_new(archive, SPACE, UNMEASURED) == 0

    monkeypatch.undo()
    assert cluster_of_tracks(archive) == [cluster, None]
    assert group_new(archive, SPACE, UNMEASURED) == 1
    assert len(set(cluster_of_tracks(archive))) == 2
