"""A backup of either data base, restored into either, is the same archive."""

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, select

from playbill.archive import audit
from playbill.archive.archive import Archive
from playbill.archive.backup import containers, restoring
from playbill.archive.backup.making import MANIFEST, back_up
from playbill.archive.backup.restoring import restore
from playbill.archive.blobs import Blobs
from playbill.archive.decisions.naming import assign
from playbill.archive.documents import document_of
from playbill.archive.media import add_media
from playbill.archive.migrations import upgrading
from playbill.archive.migrations.upgrading import revisions
from playbill.archive.people import create_person
from playbill.archive.tables import metadata, replies, tracks
from playbill.core.people import Match
from playbill.errors import ArchiveError, OutputError
from tests.conftest import MARKS
from tests.support.databases import KINDS, empty_url
from tests.support.sightings import Actor, Prop, crop_keys, keep, sightings, video

SEEN = sightings(Actor(range(3), match=Match(None, 0.2)), Prop("tv", range(9)))
BOTH = [
    pytest.param(one, other, marks=[*MARKS[one], *MARKS[other]]) for one in KINDS for other in KINDS
]


@pytest.fixture
def urls(tmp_path: Path) -> Iterator[Callable[[str], str | None]]:
    """Addresses of empty data bases; None: in the archive's folder."""
    with ExitStack() as open_ones:
        yield (
            lambda kind: (
                None if kind == "sqlite" else open_ones.enter_context(empty_url(kind, tmp_path))
            )
        )


def filled(folder: Path, url: str | None = None) -> Archive:
    archive = Archive.create(folder, database_url=url)
    for keys in crop_keys(SEEN):
        for key in keys:
            archive.blobs.put(key, f"picture {key}".encode())
    archive.blobs.put("uploads/film", b"0123456789" * 1000)

    def work(tx: Connection) -> None:
        add_media(tx, video("up"), bytes_=10_000, place="uploads/film", who="user:é'\"")
        keep(tx, SEEN)
        ada = create_person(tx, "user:eve", "Ada <b>Lovelace</b>\u2028")
        assign(tx, "user:eve", [tx.execute(select(tracks.c.id)).scalar_one()], ada)
        tx.execute(
            insert(replies).values(
                who="x",
                key="k",
                request_sha256="0" * 64,
                body=bytes(range(256)),
                created_at=SEEN.analysis.run.started,
            )
        )

    archive.database.write(work)
    return archive


def contents(archive: Archive) -> dict[str, list[tuple[Any, ...]]]:
    def read(tx: Connection) -> dict[str, list[tuple[Any, ...]]]:
        return {
            table.name: [
                tuple(row) for row in tx.execute(select(table).order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
        }

    return archive.database.read(read)


@pytest.mark.parametrize(("one", "other"), BOTH)
@pytest.mark.parametrize("name", ["backup", "backup.zip"])
def test_a_backup_of_one_data_base_is_restored_into_the_other(
    tmp_path: Path, urls: Callable[[str], str | None], one: str, other: str, name: str
) -> None:
    first = filled(tmp_path / "first", urls(one))
    made = back_up(first, tmp_path / name)

    second = restore(tmp_path / name, tmp_path / "second", database_url=urls(other), who="cli:eve")

    before, after = contents(first), contents(second)
    assert after["audit"].pop()[3] == "archive.restore"
    assert after == before
    assert made.tables == {table: len(rows) for table, rows in before.items()}
    assert sorted(second.blobs.keys()) == sorted(first.blobs.keys())
    assert second.blobs.get("uploads/film") == first.blobs.get("uploads/film")
    assert second.database.read(audit.first_broken) is None
    second.database.write(lambda tx: keep(tx, sightings(Prop("dog", range(4)), run_id="run-2")))
    texts = [
        archive.database.read(lambda tx: document_of(tx, "run-1")) for archive in (first, second)
    ]
    assert texts[0] == texts[1]
    first.close()
    second.close()


def test_the_folder_of_a_backup_can_be_read_without_playbill(tmp_path: Path) -> None:
    archive = filled(tmp_path / "first")
    back_up(archive, tmp_path / "backup")
    archive.close()

    manifest = json.loads((tmp_path / "backup" / MANIFEST).read_text())
    columns = manifest["tables"]["people"]["columns"]
    lines = (tmp_path / "backup" / "tables" / "people.jsonl").read_text().split("\n")
    row = dict(zip(columns, json.loads(lines[0]), strict=True))
    assert row["name"].startswith("Ada <b>Lovelace</b>")
    assert (
        json.loads((tmp_path / "backup" / "tables" / "audit.jsonl").read_text().split("\n")[-2])[-1]
        == manifest["auditHash"]
    )
    assert (tmp_path / "backup" / "blobs/uploads/film").read_bytes() == b"0123456789" * 1000
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=MARKS[kind]) for kind in KINDS])
def test_others_go_on_working_while_it_is_made(
    tmp_path: Path, urls: Callable[[str], str | None], kind: str
) -> None:
    archive = filled(tmp_path / "first", urls(kind))
    added: list[str] = []
    stop = Event()

    def work() -> None:
        while not stop.is_set():
            name = f"film-{len(added)}"
            archive.database.write(
                lambda tx, name=name: keep(  # type: ignore[misc]
                    tx, sightings(Prop("tv", range(9)), media=video(name), run_id=name)
                )
            )
            added.append(name)

    worker = Thread(target=work)
    worker.start()
    try:
        while len(added) < 2:
            pass
        made = [back_up(archive, tmp_path / f"backup-{n}") for n in range(3)]
    finally:
        stop.set()
        worker.join()
    archive.close()

    for n, backup in enumerate(made):
        assert backup.tables["runs"] == backup.tables["media"] - 1
        again = restore(tmp_path / f"backup-{n}", tmp_path / f"again-{n}", who="cli:eve")
        assert again.database.read(audit.first_broken) is None
        again.close()
    assert made[0].tables["runs"] <= made[2].tables["runs"]


def test_files_that_are_gone_are_said_to_be_missing(tmp_path: Path) -> None:
    archive = filled(tmp_path / "first")
    archive.blobs.delete("crops/run-1/0-1.jpg")
    made = back_up(archive, tmp_path / "backup.zip")
    archive.close()

    assert made.missing == ("crops/run-1/0-1.jpg",)
    restore(tmp_path / "backup.zip", tmp_path / "second", who="cli:eve").close()


@pytest.mark.parametrize("name", ["tables/faces.jsonl", "blobs/uploads/film", MANIFEST])
def test_an_altered_backup_is_refused_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    archive = filled(tmp_path / "first")
    back_up(archive, tmp_path / "backup")
    archive.close()
    file = tmp_path / "backup" / name
    data = file.read_bytes()
    file.write_bytes(data[:-20] + b"0" * 3 + data[-17:])

    with pytest.raises(ArchiveError, match=r"altered|damaged"):
        restore(tmp_path / "backup", tmp_path / "second", who="cli:eve")
    assert not (tmp_path / "second").exists()


def test_half_a_zip_is_refused(tmp_path: Path) -> None:
    archive = filled(tmp_path / "first")
    back_up(archive, tmp_path / "whole.zip")
    archive.close()
    data = (tmp_path / "whole.zip").read_bytes()
    (tmp_path / "half.zip").write_bytes(data[: len(data) // 2])
    (tmp_path / "broken.zip").write_bytes(data[:200] + b"?" * 200 + data[400:])

    for name in ("half.zip", "broken.zip"):
        with pytest.raises(ArchiveError, match="damaged"):
            restore(tmp_path / name, tmp_path / "second", who="cli:eve")


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        ("[]", "damaged"),
        ("{}", "damaged"),
        ('{"format": "else/2"}', "expected playbill-backup/1, found 'else/2'"),
        (
            '{"format": "playbill-backup/1", "revision": "9999", "madeAt": "", "tables": {}, '
            '"blobs": []}',
            "a newer Playbill made this backup",
        ),
        (
            '{"format": "playbill-backup/1", "revision": "0001", "madeAt": "", "tables": {}, '
            '"blobs": [{"name": "blobs/../../evil", "bytes": 1, "sha256": "x"}]}',
            "no .*in this backup|altered|no name",
        ),
    ],
)
def test_what_is_no_backup_is_refused(tmp_path: Path, manifest: str, reason: str) -> None:
    with zipfile.ZipFile(tmp_path / "odd.zip", "w") as archive:
        archive.writestr(MANIFEST, manifest)

    with pytest.raises(ArchiveError, match=reason):
        restore(tmp_path / "odd.zip", tmp_path / "second", who="cli:eve")


def test_nothing_a_text_and_an_empty_folder_are_no_backups(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    (tmp_path / "empty").mkdir()
    for name in ("nothing", "text", "empty"):
        with pytest.raises(ArchiveError):
            restore(tmp_path / name, tmp_path / "second", who="cli:eve")


def test_a_file_that_would_lie_outside_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "odd.zip", "w") as archive:
        archive.writestr("blobs/../evil", b"evil")
        blob = {"name": "blobs/../evil", "bytes": 4, "sha256": sha256(b"evil").hexdigest()}
        manifest = {"format": "playbill-backup/1", "revision": "0001", "madeAt": ""}
        archive.writestr(MANIFEST, json.dumps(manifest | {"tables": {}, "blobs": [blob]}))

    with pytest.raises(ArchiveError, match="no name of a file"):
        restore(tmp_path / "odd.zip", tmp_path / "second", who="cli:eve")
    assert not list(tmp_path.rglob("evil"))


def test_an_archive_is_never_restored_over(tmp_path: Path) -> None:
    archive = filled(tmp_path / "first")
    back_up(archive, tmp_path / "backup")

    with pytest.raises(ArchiveError, match="expected no archive yet, found one"):
        restore(tmp_path / "backup", tmp_path / "first", who="cli:eve")
    url = f"sqlite:///{tmp_path / 'first' / 'archive.db'}"
    with pytest.raises(ArchiveError, match="expected an empty data base, found an archive's"):
        restore(tmp_path / "backup", tmp_path / "second", database_url=url, who="cli:eve")
    archive.close()


def test_a_restore_that_fails_leaves_the_files_of_others_as_they_were(tmp_path: Path) -> None:
    archive = filled(tmp_path / "first")
    back_up(archive, tmp_path / "backup")
    archive.close()
    faces_ = tmp_path / "backup" / "tables" / "faces.jsonl"
    faces_.write_bytes(faces_.read_bytes().replace(b"0.9", b"0.8", 1))
    blobs = Blobs.open(str(tmp_path / "elsewhere"))
    blobs.put("uploads/film", b"0123456789" * 1000)
    blobs.put("note", b"mine")

    with pytest.raises(ArchiveError, match="it was altered"):
        restore(
            tmp_path / "backup", tmp_path / "second", blobs_url=str(tmp_path / "elsewhere"), who="e"
        )
    assert list(blobs.keys()) == ["note", "uploads/film"]


def test_files_that_survived_the_data_base_are_used_and_others_are_refused(tmp_path: Path) -> None:
    archive = filled(tmp_path / "first")
    back_up(archive, tmp_path / "backup")
    archive.close()
    there = tmp_path / "first" / "blobs"
    restore(tmp_path / "backup", tmp_path / "second", blobs_url=str(there), who="e").close()

    (there / "uploads" / "film").write_bytes(b"another film")
    with pytest.raises(ArchiveError, match="uploads/film: there is such a file among the blobs"):
        restore(tmp_path / "backup", tmp_path / "third", blobs_url=str(there), who="e")
    assert (there / "uploads" / "film").read_bytes() == b"another film"


def test_nothing_is_put_anywhere_if_the_data_base_is_not_empty(
    tmp_path: Path, database_url: str
) -> None:
    archive = filled(tmp_path / "first", database_url)
    back_up(archive, tmp_path / "backup")
    archive.close()

    with pytest.raises(ArchiveError, match="expected an empty data base"):
        restore(
            tmp_path / "backup",
            tmp_path / "second",
            database_url=database_url,
            blobs_url=str(tmp_path / "elsewhere"),
            who="e",
        )
    assert not (tmp_path / "elsewhere").exists()


def test_a_backup_without_a_table_is_refused(tmp_path: Path) -> None:
    archive = filled(tmp_path / "first")
    back_up(archive, tmp_path / "backup")
    archive.close()
    manifest = json.loads((tmp_path / "backup" / MANIFEST).read_text())
    manifest["tables"]["poeple"] = manifest["tables"].pop("people")
    (tmp_path / "backup" / MANIFEST).write_text(json.dumps(manifest))

    with pytest.raises(ArchiveError, match="found more or less: people, poeple"):
        restore(tmp_path / "backup", tmp_path / "second", who="e")


def test_a_backup_is_not_written_over(archive: Archive, tmp_path: Path) -> None:
    target = tmp_path / "backup.zip"
    target.write_bytes(b"the only good one")
    with pytest.raises(OutputError, match="is there already, expected a new name"):
        back_up(archive, target)
    assert target.read_bytes() == b"the only good one"


def test_a_backup_is_never_written_over_a_folder_with_something_in_it(tmp_path: Path) -> None:
    archive = filled(tmp_path / "first")
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "note").write_text("mine")

    with pytest.raises(OutputError, match="expected a new name or an empty folder"):
        back_up(archive, tmp_path / "there")
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["note"]
    archive.close()


@pytest.mark.parametrize("name", ["backup", "backup.zip"])
def test_a_full_disk_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    archive = filled(tmp_path / "first")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(containers, "_write", full)

    with pytest.raises(OutputError, match="no space left on device"):
        back_up(archive, tmp_path / name)
    archive.close()
    assert [path.name for path in tmp_path.iterdir()] == ["first"]


LATER = """
import sqlalchemy as sa
revision, down_revision = "x1", {down!r}
def upgrade(op):
    op.add_column("words", sa.Column("language", sa.Text()))
    op.execute("UPDATE words SET language = 'en'")
"""


def test_a_backup_of_an_older_playbill_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = filled(tmp_path / "first")
    words = contents(archive)["words"]
    back_up(archive, tmp_path / "backup")
    archive.close()
    ours = revisions()
    (tmp_path / "later").mkdir()
    step = LATER.format(down=ours.get_current_head())
    (tmp_path / "later" / "r9_later.py").write_text(step)
    places = [*ours.version_locations, str(tmp_path / "later")]
    later = ScriptDirectory(ours.dir, version_locations=places)
    for module in (upgrading, restoring):
        monkeypatch.setattr(module, "revisions", lambda: later)

    second = restore(tmp_path / "backup", tmp_path / "second", who="cli:eve")

    rows = second.database.read(
        lambda tx: tx.exec_driver_sql("SELECT * FROM words ORDER BY word, kind, subject_id").all()
    )
    assert [tuple(row) for row in rows] == [(*row, "en") for row in words]
    second.close()
