"""Files are kept whole under their keys, in a folder and in an object store alike."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import IO

import pytest
import s3fs
from moto.server import ThreadedMotoServer

from playbill.archive.blobs import Blobs
from playbill.errors import ArchiveError, NotInArchive, OutputError

STORES = ("folder", "s3")


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of an S3 server of this test run's own."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=STORES)
def blobs(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Blobs:
    if request.param == "folder":
        return Blobs.open(str(tmp_path / "blobs"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", request.getfixturevalue("s3_server"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    bucket = f"bucket-{abs(hash(request.node.nodeid))}"
    s3fs.S3FileSystem().mkdir(bucket)
    return Blobs.open(f"s3://{bucket}/films")


def test_what_is_put_is_got_again(blobs: Blobs) -> None:
    blobs.put("crops/3f/a.jpg", b"\x00face\xff")

    assert blobs.get("crops/3f/a.jpg") == b"\x00face\xff"
    assert "crops/3f/a.jpg" in blobs
    assert blobs.size("crops/3f/a.jpg") == 6
    with blobs.reading("crops/3f/a.jpg") as file:
        assert file.read(3) == b"\x00fa"


def test_a_part_is_got_alone(blobs: Blobs) -> None:
    blobs.put("a", b"0123456789")

    assert [blobs.part("a", range(*span)) for span in ((0, 1), (3, 7), (9, 10), (8, 99))] == [
        b"0",
        b"3456",
        b"9",
        b"89",
    ]
    with pytest.raises(NotInArchive):
        blobs.part("b", range(1))


def test_an_empty_file_and_a_large_one_are_kept(blobs: Blobs) -> None:
    large = os.urandom(6 << 20)
    blobs.put("empty", b"")
    blobs.put_from("large", BytesIO(large))

    assert blobs.get("empty") == b""
    assert blobs.get("large") == large


def test_putting_again_replaces(blobs: Blobs) -> None:
    blobs.put("a", b"old and longer")
    blobs.put("a", b"new")

    assert blobs.get("a") == b"new"
    assert list(blobs.keys()) == ["a"]


def test_what_is_not_there_is_said_to_be_missing(blobs: Blobs) -> None:
    blobs.put("folder/a", b"1")
    assert "b" not in blobs
    for ask in (blobs.get, blobs.reading, blobs.size, blobs.written_at):
        with pytest.raises(NotInArchive, match="b: no such file among the archive's blobs"):
            ask("b")


def test_deleting_says_whether_it_was_there(blobs: Blobs) -> None:
    blobs.put("a/b", b"1")

    assert blobs.delete("a/b")
    assert not blobs.delete("a/b")
    assert "a/b" not in blobs


def test_a_store_that_does_not_answer_has_not_said_that_nothing_is_there(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs.put("a/b", b"1")

    def away(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as there:
        there.setattr(blobs._files, "info", away)
        with pytest.raises(ArchiveError, match="a/b: cannot be read: permission denied"):
            _ = "a/b" in blobs
        with pytest.raises(OutputError, match="a/b: cannot be deleted: permission denied"):
            blobs.delete("a/b")
    assert "a/b" in blobs


def test_a_folder_that_cannot_be_looked_into_is_not_taken_for_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = Blobs.in_folder(tmp_path)
    blobs.put("a/b", b"1")
    real = os.scandir

    def closed(path: str) -> object:
        if str(path).endswith("/a"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", closed)

    with pytest.raises(ArchiveError, match="the blobs: cannot be read: permission denied"):
        list(blobs.keys())


def test_a_client_that_is_set_up_wrongly_is_said(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*_: object, **__: object) -> None:
        raise ValueError("Invalid endpoint: x")

    monkeypatch.setattr(blobs._files, "cat_file", wrong)

    with pytest.raises(ArchiveError, match="a: cannot be read: invalid endpoint: x"):
        blobs.get("a")


@pytest.mark.parametrize("name", ["a::b", "file://x", "what?*[1]", "~"])
def test_files_lie_in_their_folder_whatever_that_is_called(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir(parents=True)
    Blobs.in_folder(folder).put("crops/a", b"1")

    assert (folder / "blobs" / "crops" / "a").read_bytes() == b"1"
    assert list(Blobs.in_folder(folder).keys()) == ["crops/a"]


def test_keys_are_listed_in_order_and_below_a_folder(blobs: Blobs) -> None:
    assert list(blobs.keys()) == []
    for key in ("b/2", "a", "b/1", "b/c/3", "é x/<1>"):
        blobs.put(key, b"1")

    assert list(blobs.keys()) == ["a", "b/1", "b/2", "b/c/3", "é x/<1>"]
    assert list(blobs.keys("b")) == ["b/1", "b/2", "b/c/3"]
    assert list(blobs.keys("nothing")) == []


def test_the_time_of_writing_is_known(blobs: Blobs) -> None:
    blobs.put("a", b"1")

    assert abs(blobs.written_at("a") - datetime.now(UTC)) < timedelta(minutes=1)


def test_others_see_at_once_what_was_put_and_deleted(blobs: Blobs) -> None:
    other = Blobs(blobs._files, blobs._root)
    assert list(other.keys()) == []
    blobs.put("a", b"1")
    assert "a" in other
    assert list(other.keys()) == ["a"]
    blobs.delete("a")
    assert "a" not in other


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../a", "a/../../b", ".."])
def test_a_key_that_leads_outside_is_a_bug_of_the_caller(blobs: Blobs, key: str) -> None:
    for ask in (blobs.get, blobs.delete, blobs.size, lambda key: blobs.put(key, b"")):
        with pytest.raises(ValueError, match="a key must be a relative path"):
            ask(key)


def test_a_source_that_breaks_off_leaves_nothing(blobs: Blobs) -> None:
    class Breaks(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError(5, "Input/output error")
            return super().read(min(size or 10, 10))

    with pytest.raises(OutputError, match="up/film: cannot be kept: input/output error"):
        blobs.put_from("up/film", Breaks(b"0123456789" * 10))
    assert list(blobs.keys()) == []


def test_a_full_disk_is_said_and_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = Blobs.open(str(tmp_path / "blobs"))
    blobs.put("a/face.jpg", b"old")

    def full(source: IO[bytes], target: IO[bytes], _length: int) -> None:
        target.write(source.read(3))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)

    for key in ("a/face.jpg", "b/other.jpg"):
        with pytest.raises(OutputError, match=f"{key}: cannot be kept: no space left on device"):
            blobs.put(key, b"new face")
    assert blobs.get("a/face.jpg") == b"old"
    assert list(blobs.keys()) == ["a/face.jpg"]


def test_a_disk_that_is_really_full_is_said() -> None:
    """/dev/full takes no byte; a folder cannot be made below a device."""
    with pytest.raises(OutputError, match="cannot be kept"):
        Blobs.open("/dev/full").put("a", b"1")


def test_a_bucket_that_is_not_there_is_said(
    s3_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    blobs = Blobs.open("s3://no-such-bucket/films")

    with pytest.raises(OutputError, match=r"a: cannot be kept: .*bucket does not exist"):
        blobs.put("a", b"1")
    with pytest.raises(NotInArchive):
        blobs.get("a")


@pytest.mark.parametrize("url", ["nothing://x", "gopher9://host/x"])
def test_an_address_of_no_known_store_is_refused(url: str) -> None:
    with pytest.raises(ArchiveError, match="no store of files that is known here"):
        Blobs.open(url)


def test_a_file_where_a_folder_should_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file")

    with pytest.raises(OutputError, match="cannot be kept"):
        Blobs.open(str(tmp_path / "blobs")).put("a", b"1")
