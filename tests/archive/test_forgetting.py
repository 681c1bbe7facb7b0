"""Somebody is forgotten: nothing of them is left, and nothing else is lost."""

import json
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, update

from playbill.archive import audit
from playbill.archive.archive import Archive
from playbill.archive.blobs import Blobs
from playbill.archive.check import check
from playbill.archive.database import Database
from playbill.archive.decisions.log import list_decisions
from playbill.archive.decisions.merging import merge_people
from playbill.archive.decisions.naming import assign, name_cluster, rename
from playbill.archive.decisions.projection import project_all, project_tracks
from playbill.archive.decisions.undo import undo
from playbill.archive.forgetting import Forgotten, erase_blobs, forget, unfinished
from playbill.archive.packing import unpack_text
from playbill.archive.people import create_person, get_person, list_people
from playbill.archive.tables import (
    appearances,
    faces,
    metadata,
    people,
    portraits,
    replies,
    runs,
    segments,
    tracks,
)
from playbill.archive.tables import audit as trail
from playbill.archive.words import find_words
from playbill.errors import Conflict, NotInArchive, OutputError
from tests.support.archived import WHO, Archived
from tests.support.rows import EPOCH, SPACE

ZOE = "Zoë Quillfeather"


@pytest.fixture
def archive(database: Database, tmp_path: Path) -> Archive:
    return Archive(tmp_path, database, Blobs.open(str(tmp_path / "blobs")))


@pytest.fixture
def archived(archive: Archive) -> Archived:
    return Archived(archive.database)


@pytest.fixture
def zoe(archived: Archived) -> str:
    def work(tx):  # type: ignore[no-untyped-def]
        person = create_person(tx, WHO, ZOE, person_id="zoe")
        rename(tx, WHO, person, "Zoe Q.")
        rename(tx, WHO, person, ZOE)
        return person

    return str(archived.database.write(work))


def forgotten(archive: Archive, person_id: str) -> Forgotten:
    done = archive.database.write(lambda tx: forget(tx, WHO, person_id))
    erase_blobs(archive, done)
    return done


def seen(archive: Archive, archived: Archived, *frames: int, **given: object) -> int:
    """A track of one new video, its crops among the blobs."""
    medium = archived.medium()
    track = archived.track(medium, archived.run(medium), frames, **given)  # type: ignore[arg-type]
    for frame in frames:
        archive.blobs.put(f"crops/{track}/{frame}.jpg", b"face")
    archive.database.write(lambda tx: project_tracks(tx, [track]))
    return track


def portrait(archive: Archive, person_id: str) -> str:
    key = f"portraits/{person_id}/1.jpg"
    archive.blobs.put(key, b"portrait")
    row = {
        "person_id": person_id,
        "sha256": "1" * 64,
        "space": SPACE,
        "embedding": b"12",
        "crop": key,
        "added_at": EPOCH,
        "added_by": WHO,
    }
    archive.database.write(lambda tx: tx.execute(insert(portraits).values(row)))
    return key


def test_faces_pictures_and_the_name_are_gone_and_somebody_stays(
    archive: Archive, archived: Archived, zoe: str
) -> None:
    told = seen(archive, archived, 1, 2)
    matched = seen(archive, archived, 3, machine=(zoe, 0.9))
    other = seen(archive, archived, 4)
    portrait(archive, zoe)
    galleries = archive.folder / "galleries"
    galleries.mkdir()
    (galleries / "old.npz").write_bytes(b"faces")
    archive.database.write(lambda tx: assign(tx, WHO, [told], zoe))

    done = forgotten(archive, zoe)

    erased = done.erased
    assert (erased.people, erased.portraits, erased.tracks, erased.faces) == (1, 1, 2, 3)
    assert erased.files == 4
    assert list(archive.blobs.keys()) == [f"crops/{other}/4.jpg"]
    assert list(galleries.iterdir()) == []
    with archive.database.engine.connect() as tx:
        person = get_person(tx, zoe)
        assert (person.name, person.forgotten_at is None) == ("", False)
        assert find_words(tx, "person", "zoe") == []
        assert list_people(tx).items == ()
        row = tracks.c
        kept = tx.execute(select(row.id).where(row.embedding.is_not(None))).scalars().all()
        assert kept == [other]
        assert tx.execute(select(faces.c.id).where(faces.c.embedding.is_not(None))).all() != []
        blank = select(func.count()).where(faces.c.embedding.is_(None), faces.c.crop.is_(None))
        assert tx.execute(blank).scalar_one() == 3
        assert tx.execute(select(func.count()).select_from(portraits)).scalar_one() == 0
        spans = tx.execute(select(appearances.c.track_id, appearances.c.person_id)).all()
        assert sorted(spans) == [(told, None), (matched, None), (other, None)]
        assert tx.execute(select(row.machine_person_id)).scalars().all() == [None] * 3


def test_the_name_is_nowhere_in_the_files_of_the_archive(tmp_path: Path) -> None:
    archive = Archive(tmp_path, Database.in_folder(tmp_path), Blobs.open(str(tmp_path / "blobs")))
    archive.database.write(metadata.create_all)
    archived = Archived(archive.database)
    person = archive.database.write(lambda tx: create_person(tx, WHO, "Quillfeather"))
    archive.database.write(lambda tx: rename(tx, WHO, person, "Quillfeather-Ames"))
    track = seen(archive, archived, 1)
    archive.database.write(lambda tx: assign(tx, WHO, [track], person))

    forgotten(archive, person)
    archive.close()

    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert b"uillfeather" not in file.read_bytes(), file


def test_the_name_is_taken_out_of_documents_and_nothing_else_is(
    archive: Archive, archived: Archived, zoe: str
) -> None:
    them, others = {"id": zoe, "name": "Zoe as it was", "score": 0.9}, {"id": "x", "name": ZOE}
    said = {
        "schema": "playbill/1",
        "frames": [
            {"objects": [{"person": them}, {"person": others}, {"kind": "object"}]},
            {"objects": [{"person": None}]},
            {"objects": [{"candidates": [them], "face": 1}, {"candidates": [others, them]}]},
        ],
        "appearances": [{"person": them, "start": 0.1}, {"kind": "object"}],
    }
    medium = archived.medium()
    text = json.dumps(said, ensure_ascii=False, indent=2) + "\n"
    run, quiet = archived.run(medium, document=text), archived.run(medium, document="{}\n")
    archive.database.write(lambda tx: tx.execute(update(runs).values(gallery={"name": "g"})))

    done = forgotten(archive, zoe)

    assert done.erased.documents == 1
    rows = dict(
        archive.database.read(lambda tx: tx.execute(select(runs.c.id, runs.c.document)).all())
    )
    now = unpack_text(rows[run], "")
    said["frames"][0]["objects"][0]["person"] = None  # type: ignore[index]
    said["frames"][2]["objects"] = [{"face": 1}, {"candidates": [others]}]  # type: ignore[index]
    said["appearances"][0]["person"] = None  # type: ignore[index]
    assert now == json.dumps(said, ensure_ascii=False, indent=2) + "\n"
    assert unpack_text(rows[quiet], "") == "{}\n"


def test_replies_that_named_them_say_that_it_is_gone(archive: Archive, zoe: str) -> None:
    def kept(tx):  # type: ignore[no-untyped-def]
        for key, body in (
            ("plain", json.dumps({"name": ZOE}, ensure_ascii=False).encode()),
            ("escaped", json.dumps({"name": ZOE}).encode()),
            ("before", b'{"name": "Zoe Q."}'),
            ("id", b'{"id": "zoe"}'),
            ("other", b'{"name": "Ada"}'),
        ):
            row = {"who": WHO, "key": key, "request_sha256": "0" * 64, "status": 201}
            tx.execute(insert(replies).values(**row, headers={}, body=body, created_at=EPOCH))

    archive.database.write(kept)

    assert forgotten(archive, zoe).erased.replies == 4

    rows = archive.database.read(
        lambda tx: tx.execute(select(replies.c.key, replies.c.status)).all()
    )
    assert dict(rows) == {"plain": 410, "escaped": 410, "before": 410, "id": 410, "other": 201}


@pytest.mark.parametrize("last_step", ["queued", "running"])
def test_unfinished_analyses_of_their_media_begin_again(
    archive: Archive, archived: Archived, zoe: str, last_step: str
) -> None:
    track = seen(archive, archived, 1, machine=(zoe, 0.9))
    elsewhere = archived.medium()
    media_id = archive.database.read(
        lambda tx: tx.execute(select(tracks.c.media_id).where(tracks.c.id == track)).scalar_one()
    )
    states = [(-1, last_step, None), (0, "done", b"faces"), (1, "aside", None)]

    def queued(tx):  # type: ignore[no-untyped-def]
        for medium in (media_id, elsewhere):
            for number, state, findings in states:
                row = {"media_id": medium, "fingerprint": "0" * 64, "number": number}
                row |= {"first_frame": 0, "end_frame": 1, "frames": 1, "done_frames": 1}
                tx.execute(insert(segments).values(**row, state=state, findings=findings))

    archive.database.write(queued)

    assert forgotten(archive, zoe).erased.segments == 1

    row = segments.c
    found = select(row.media_id, row.number, row.state, row.findings)
    rows = archive.database.read(lambda tx: tx.execute(found.order_by(row.id)).all())
    again = [(-1, "waiting", None), (0, "queued", None), (1, "aside", None)]
    assert rows == [*((media_id, *one) for one in again), *((elsewhere, *one) for one in states)]


def test_those_merged_into_them_are_forgotten_as_well(archive: Archive, zoe: str) -> None:
    def work(tx):  # type: ignore[no-untyped-def]
        create_person(tx, WHO, "Zo", person_id="zo")
        return merge_people(tx, WHO, "zo", zoe)

    merge = archive.database.write(work)
    with pytest.raises(Conflict, match="person zo: is one with person zoe"):
        forgotten(archive, "zo")

    assert forgotten(archive, zoe).people == ("zo", "zoe")

    assert archive.database.read(lambda tx: get_person(tx, "zo")).name == ""
    with pytest.raises(Conflict, match="about person zo, who was forgotten"):
        archive.database.write(lambda tx: undo(tx, WHO, merge))


def test_the_same_faces_of_other_runs_are_erased_unless_they_are_somebody_else(
    archive: Archive, archived: Archived, zoe: str
) -> None:
    archived.person("ada")
    medium = archived.medium()
    old_run, new_run = archived.run(medium), archived.run(medium)
    old = archived.track(medium, old_run, [1, 2])
    seen_now = archived.track(medium, new_run, [1, 2], machine=(zoe, 0.8), same_as=old)
    other = archived.track(medium, old_run, [5])
    mistaken = archived.track(medium, new_run, [5], machine=(zoe, 0.8), same_as=other)
    every = [old, seen_now, other, mistaken]
    archive.database.write(lambda tx: project_tracks(tx, every))
    archive.database.write(lambda tx: assign(tx, WHO, [mistaken], "ada"))

    assert forgotten(archive, zoe).erased.tracks == 2

    kept = select(tracks.c.id).where(tracks.c.embedding.is_not(None)).order_by(tracks.c.id)
    rows = archive.database.read(lambda tx: tx.execute(kept).scalars().all())
    assert rows == [other, mistaken]


def test_a_picture_that_shows_somebody_else_too_stays(
    archive: Archive, archived: Archived, zoe: str
) -> None:
    theirs = seen(archive, archived, 1, machine=(zoe, 0.9))
    other = seen(archive, archived, 1)
    shared = update(faces).values(crop="crops/shared.jpg")
    archive.database.write(lambda tx: tx.execute(shared))
    archive.blobs.put("crops/shared.jpg", b"both")

    done = forgotten(archive, zoe)

    assert done.crops == ()
    assert "crops/shared.jpg" in archive.blobs
    crops = archive.database.read(
        lambda tx: tx.execute(select(faces.c.track_id, faces.c.crop)).all()
    )
    assert dict(crops) == {theirs: None, other: "crops/shared.jpg"}


def test_it_cannot_be_undone_and_a_second_time_says_so(archive: Archive, zoe: str) -> None:
    done = forgotten(archive, zoe)

    with pytest.raises(Conflict, match="what is forgotten is gone"):
        archive.database.write(lambda tx: undo(tx, WHO, done.seq))
    with pytest.raises(Conflict, match="person zoe: was forgotten on"):
        forgotten(archive, zoe)
    with pytest.raises(NotInArchive, match="no such person"):
        forgotten(archive, "nobody")
    with pytest.raises(Conflict, match="was forgotten"):
        archive.database.write(lambda tx: rename(tx, WHO, zoe, "Back Again"))


def test_a_kill_between_rows_and_files_is_finished_by_the_next_call(
    archive: Archive, archived: Archived, zoe: str
) -> None:
    track = seen(archive, archived, 1, machine=(zoe, 0.9))
    first = archive.database.write(lambda tx: forget(tx, WHO, zoe))
    assert f"crops/{track}/1.jpg" in archive.blobs

    assert archive.database.read(unfinished) == [first]
    again = forgotten(archive, zoe)

    assert again == first
    assert f"crops/{track}/1.jpg" not in archive.blobs
    assert archive.database.read(unfinished) == []


def test_a_check_finds_half_forgetting_and_goes_on_with_it(archive: Archive, zoe: str) -> None:
    archive.database.write(lambda tx: forget(tx, WHO, zoe))

    [found] = [one for one in check(archive) if one.kind == "forgotten"]
    assert "was forgotten" in found.sentence
    assert archive.database.read(unfinished) != []

    assert all(one.fixed for one in check(archive, fix=True) if one.kind == "forgotten")
    assert archive.database.read(unfinished) == []


def test_files_that_cannot_be_deleted_are_named_and_tried_again(
    archive: Archive, archived: Archived, zoe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen(archive, archived, 1, machine=(zoe, 0.9))
    done = archive.database.write(lambda tx: forget(tx, WHO, zoe))

    def full(key: str) -> bool:
        raise PermissionError(13, "Permission denied", key)

    with monkeypatch.context() as broken:
        broken.setattr(archive.blobs, "delete", full)
        with pytest.raises(OutputError, match="not all files could be deleted"):
            erase_blobs(archive, done)
    assert archive.database.read(unfinished) == [done]
    erase_blobs(archive, done)
    assert archive.database.read(unfinished) == []


def test_what_was_said_of_them_names_nobody_in_later_runs_either(
    archive: Archive, archived: Archived, zoe: str
) -> None:
    archived.person("ada")
    medium = archived.medium()
    old = archived.track(medium, archived.run(medium), [1], cluster="c")
    archive.database.write(lambda tx: name_cluster(tx, WHO, "c", "ada"))
    archive.database.write(lambda tx: assign(tx, WHO, [old], zoe))
    forgotten(archive, zoe)

    new = archived.track(medium, archived.run(medium), [1], same_as=old)
    archive.database.write(lambda tx: project_tracks(tx, [new]))
    archive.database.write(project_all)

    rows = archive.database.read(
        lambda tx: tx.execute(select(tracks.c.person_id, tracks.c.verified)).all()
    )
    assert rows == [(None, False), (None, False)]


def test_the_audit_log_holds_and_has_no_names(archive: Archive, zoe: str) -> None:
    forgotten(archive, zoe)

    assert archive.database.read(audit.first_broken) is None
    entries = archive.database.read(
        lambda tx: tx.execute(select(trail.c.details, trail.c.subject)).all()
    )
    assert "uillfeather" not in json.dumps([list(row) for row in entries], ensure_ascii=False)
    log = archive.database.read(lambda tx: list_decisions(tx, person_id=zoe)).items
    assert [entry.decision.kind for entry in log] == ["forget", "rename", "rename"]
    assert [entry.decision.details for entry in log[1:]] == [{"name": ""}] * 2
    assert archive.database.read(lambda tx: tx.execute(select(people.c.first_name)).scalar()) == ""
