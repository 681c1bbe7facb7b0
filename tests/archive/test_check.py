"""A check finds what was broken by hand, says it in a sentence, and puts right what it may."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Table, delete, insert, select, text, update

from playbill.archive.archive import Archive
from playbill.archive.audit import newest
from playbill.archive.check import Finding, check
from playbill.archive.decisions.clusters import split
from playbill.archive.decisions.merging import merge_people
from playbill.archive.decisions.naming import assign, rename
from playbill.archive.document import document_text
from playbill.archive.media import add_media
from playbill.archive.packing import pack_text
from playbill.archive.people import create_person
from playbill.archive.tables import (
    appearances,
    audit,
    faces,
    media,
    people,
    runs,
    tracks,
    words,
)
from playbill.core.media import MediaInfo
from playbill.core.people import Match
from playbill.errors import OutputError
from tests.support.analyses import ADA
from tests.support.sightings import Actor, Prop, crop_keys, keep, named, sightings, video

SEEN = sightings(
    Actor(range(4), match=named(ADA)),
    Actor(range(3, 6), face=(200, 50, 260, 120), match=Match(None, 0.2)),
    Prop("tv", range(9)),
)
FILM = b"a film " * 100


@pytest.fixture
def archive(database_url: str, tmp_path: Path) -> Iterator[Archive]:
    """Two media, one of them uploaded; three people, decisions of several kinds; all is well."""
    folder = tmp_path / "films"
    opened = Archive.create(folder, database_url=database_url)
    for keys in crop_keys(SEEN):
        for key in keys:
            opened.blobs.put(key, b"jpeg")
    opened.blobs.put("uploads/film", FILM)
    file = tmp_path / "news.mp4"
    file.write_bytes(FILM)

    def fill(tx: Connection) -> None:
        add_media(tx, SEEN.analysis.media, bytes_=len(FILM), place=str(file), who="t")
        add_media(tx, video("up"), bytes_=len(FILM), place="uploads/film", who="t")
        keep(tx, SEEN)
        eve = create_person(tx, "t", "Eve Žižek")
        other = create_person(tx, "t", "Eve of old")
        rename(tx, "t", eve, "Eve Arden")
        first, second = tx.execute(select(tracks.c.id).order_by(tracks.c.id)).scalars()
        assign(tx, "t", [second], other)
        merge_people(tx, "t", other, eve)
        split(
            tx, "t", first, [tx.execute(select(faces.c.id).order_by(faces.c.id)).scalars().all()[1]]
        )

    opened.database.write(fill)
    yield opened
    opened.close()


def sentences(found: list[Finding]) -> list[str]:
    return [one.sentence for one in found]


def change(archive: Archive, table: Table, **values: object) -> None:
    archive.database.write(lambda tx: tx.execute(update(table).values(**values)))


def old(archive: Archive, key: str) -> None:
    path = archive.blobs.local_path(key)
    assert path is not None
    os.utime(path, (0, 0))


def test_nothing_is_found_where_nothing_is_wrong(archive: Archive) -> None:
    assert check(archive) == []


def test_media_that_are_missing_or_altered_are_found(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "news.mp4").write_bytes(FILM + b"!")
    archive.blobs.delete("uploads/film")

    found = check(archive)

    assert {one.kind for one in found} == {"media", "files"}
    assert any("expected 700 bytes, found 701" in said for said in sentences(found))
    assert any("(up): uploads/film cannot be read" in said for said in sentences(found))
    (tmp_path / "news.mp4").unlink()
    assert any(
        "news.mp4 cannot be read: no such file" in said for said in sentences(check(archive))
    )


def test_bytes_are_compared_on_demand(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "news.mp4").write_bytes(b"A" + FILM[1:])

    assert check(archive) == []
    found = check(archive, full=True)
    assert len(found) == 2  # neither of the made-up media has the hash of its bytes
    assert all("was altered: expected sha256" in said for said in sentences(found))


def test_missing_files_of_faces_are_found_and_left_to_people(archive: Archive) -> None:
    archive.blobs.delete("crops/run-1/0-2.jpg")

    (found,) = check(archive, fix=True)
    assert found.kind == "files"
    assert found.sentence.startswith("crops/run-1/0-2.jpg: face ")
    assert not found.fixed


def test_files_that_no_row_needs_are_deleted_once_they_are_old(archive: Archive) -> None:
    for key in ("crops/x/old.jpg", "crops/x/new.jpg"):
        archive.blobs.put(key, b"1")
    old(archive, "crops/x/old.jpg")

    assert not any(one.fixed for one in check(archive))
    found = check(archive, fix=True)

    assert [(one.sentence.split(":")[0], one.fixed) for one in found] == [
        ("crops/x/new.jpg", False),
        ("crops/x/old.jpg", True),
    ]
    assert "may be waiting for one" in found[0].sentence
    assert "crops/x/old.jpg" not in archive.blobs
    assert "crops/x/new.jpg" in archive.blobs


def test_a_file_that_cannot_be_deleted_does_not_end_the_check(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.blobs.put("crops/x/old.jpg", b"1")
    old(archive, "crops/x/old.jpg")

    def stays(key: str) -> bool:
        raise OutputError(f"{key}: cannot be deleted: permission denied")

    monkeypatch.setattr(archive.blobs, "delete", stays)

    (found,) = check(archive, fix=True)
    assert found.sentence.endswith(
        "and it stays: crops/x/old.jpg: cannot be deleted: permission denied"
    )
    assert not found.fixed


BREAKS: list[tuple[Table, dict[str, object]]] = [
    (people, {"name": "Somebody"}),
    (media, {"hidden": True}),
    (media, {"run_id": None}),
    (tracks, {"person_id": None}),
    (tracks, {"verified": True}),
    (appearances, {"current": False}),
    (appearances, {"person_id": "nobody"}),
]


def test_projections_that_do_not_follow_are_found_and_put_right(archive: Archive) -> None:
    for table, values in BREAKS:
        change(archive, table, **values)

        found = check(archive, fix=True)

        (column,) = values
        about = [one.sentence for one in found if one.sentence.startswith(f"{table.name} ")]
        assert about
        assert all(f"{column} is" in sentence for sentence in about)
        assert all(one.fixed for one in found)
        assert check(archive) == []


def test_faces_that_are_not_where_people_put_them_are_put_back(archive: Archive) -> None:
    change(archive, faces, track_id=faces.c.machine_track_id)

    assert check(archive, fix=True)
    assert check(archive) == []


def test_words_that_lead_nowhere_or_are_missing_are_put_right(archive: Archive) -> None:
    def spoil(tx: Connection) -> None:
        tx.execute(delete(words).where(words.c.word == "arden"))
        tx.execute(insert(words).values(word="ghost", kind="person", subject_id="gone"))

    archive.database.write(spoil)

    found = check(archive, fix=True)
    assert any("expected to be found by arden, eve, found eve" in one.sentence for one in found)
    assert any("person gone: found by ghost, and is not" in one.sentence for one in found)
    assert check(archive) == []


def test_an_altered_audit_log_is_found_and_not_put_right(archive: Archive) -> None:
    archive.database.write(
        lambda tx: tx.execute(update(audit).where(audit.c.seq == 2).values(who="user:other"))
    )

    (found,) = check(archive, fix=True)
    assert found == Finding(
        "audit", "audit entry 2: its seal is broken: it was altered, or one before it is gone"
    )


def test_audit_entries_that_were_taken_off_the_end_are_missed_by_a_noted_hash(
    archive: Archive,
) -> None:
    noted = archive.database.read(newest)
    assert check(archive, audit_hash=noted) == []
    last = select(audit.c.seq).order_by(audit.c.seq.desc()).limit(1).scalar_subquery()
    archive.database.write(lambda tx: tx.execute(delete(audit).where(audit.c.seq == last)))

    assert check(archive) == []
    (found,) = check(archive, audit_hash=noted)
    assert found.sentence == (
        f"audit log: expected the entry whose hash is {noted}, found none of that hash"
    )
    archive.database.write(lambda tx: tx.execute(delete(audit)))
    assert check(archive, audit_hash=archive.database.read(newest)) == []


@pytest.mark.parametrize(
    ("packed", "reason"), [(b"?", "is damaged"), (pack_text("{}"), "is damaged: run run-1")]
)
def test_documents_that_cannot_be_read_are_found(
    archive: Archive, packed: bytes, reason: str
) -> None:
    change(archive, runs, document=packed)

    (found,) = check(archive)
    assert found.kind == "document"
    assert reason in found.sentence


def test_the_document_of_another_run_is_found(archive: Archive) -> None:
    change(archive, runs, document=pack_text(_document("run-2")))

    (found,) = check(archive)
    assert "expected the document of this run" in found.sentence


def _document(run_id: str) -> str:
    return document_text(sightings(Prop("tv", range(3)), run_id=run_id).analysis)


def test_a_check_changes_nothing(archive: Archive) -> None:
    change(archive, tracks, person_id=None)
    before = _everything(archive)

    assert check(archive)
    assert _everything(archive) == before


def test_what_was_put_right_is_in_the_audit_log(archive: Archive) -> None:
    change(archive, tracks, person_id=None)
    check(archive, fix=True, who="cli:eve")

    last = select(audit.c.who, audit.c.action).order_by(audit.c.seq.desc()).limit(1)
    assert archive.database.read(lambda tx: tx.execute(last).one()) == ("cli:eve", "archive.fix")


def test_rows_that_point_to_nothing_are_found_in_sqlite(archive: Archive) -> None:
    if archive.database.dialect != "sqlite":
        pytest.skip("PostgreSQL lets nobody make such rows")
    with archive.database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.execute(text("DELETE FROM media WHERE name = 'news.mp4'"))
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")

    assert any(one.kind == "database" for one in check(archive))


def _everything(archive: Archive) -> list[object]:
    tables = (tracks, appearances, faces, people, media, words, audit)
    return archive.database.read(
        lambda tx: [
            tx.execute(select(table).order_by(*table.primary_key)).all() for table in tables
        ]
    )


def test_a_medium_whose_place_nobody_knows_is_found(archive: Archive) -> None:
    change(archive, media, place=None)
    film: MediaInfo = SEEN.analysis.media

    assert f"media {film.id} (news.mp4): expected the place of its file" in str(check(archive))


def test_a_damaged_data_base_is_said_to_be_damaged(tmp_path: Path) -> None:
    archive = Archive.create(tmp_path / "films")
    names = [f"Person of the number {number}" for number in range(300)]
    archive.database.write(lambda tx: [create_person(tx, "t", name) for name in names])
    where = "SELECT rootpage FROM sqlite_master WHERE tbl_name IN ('people', 'words')"
    roots = archive.database.read(lambda tx: tx.exec_driver_sql(where).scalars().all())
    archive.database.empty_log()
    archive.close()
    with (tmp_path / "films" / "archive.db").open("r+b") as file:
        for page in roots:
            file.seek((page - 1) * 4096)
            file.write(b"?" * 2000)

    archive = Archive.open(tmp_path / "films")
    found = check(archive, fix=True)

    assert {one.kind for one in found} == {"database"}
    assert all(one.sentence.startswith("the data base is damaged: ") for one in found)
    archive.close()
