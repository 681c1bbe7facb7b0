"""Large files in pieces (tus), from a sender's side: broken off, gone on with, finished."""

import base64
import errno
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha1, sha256
from io import FileIO
from pathlib import Path
from time import sleep
from typing import Any

import httpx
import pytest

from playbill.archive.uploads import note_received
from playbill.errors import ArchiveUnavailable, OutputError
from playbill.server import ingest
from playbill.server.tidying import _once as tidy_once
from tests.server.test_archive import work
from tests.support.serving import Serving, png

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}


@pytest.fixture
def http(server: Serving) -> Iterator[httpx.Client]:
    with server.http(server.token("curator")) as opened:
        yield opened


def begun(http: httpx.Client, data: bytes, **said: str) -> str:
    metadata = ",".join(
        f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in said.items()
    )
    headers = TUS | {"Upload-Length": str(len(data)), "Upload-Metadata": metadata}
    answer = http.post("/v1/uploads", headers=headers)
    assert answer.status_code == 201, answer.text
    assert "Upload-Expires" in answer.headers
    return answer.headers["Location"]


def sent(http: httpx.Client, url: str, at: int, data: bytes, **more: str) -> httpx.Response:
    headers = PIECE | {"Upload-Offset": str(at)} | more
    return http.patch(url, content=data, headers=headers)


def test_what_this_server_speaks_is_told(http: httpx.Client) -> None:
    answer = http.options("/v1/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert "checksum" in answer.headers["Tus-Extension"]


def test_pieces_make_a_whole(http: httpx.Client) -> None:
    data = png()
    digest = sha256(data).hexdigest()
    url = begun(http, data, filename="r\u00f6se.png", sha256=digest, priority="4")
    first = sent(http, url, 0, data[:50])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "50")
    there = http.head(url, headers=TUS)
    assert there.headers["Upload-Offset"] == "50"
    assert there.headers["Cache-Control"] == "no-store"
    last = sent(http, url, 50, data[50:])
    assert last.status_code == 204
    upload_ = http.get(url).json()
    assert upload_["media_id"] == last.headers["Playbill-Media"]
    job = http.get(f"/v1/jobs/{upload_['job_id']}").json()
    assert (job["media_name"], job["priority"]) == ("r\u00f6se.png", 4)
    again = sent(http, url, len(data), b"")
    assert again.status_code == 204
    assert http.delete(url, headers=TUS).status_code == 204
    assert http.head(url, headers=TUS).status_code == 404


@pytest.mark.parametrize("algorithm", [sha1, sha256])
def test_a_piece_with_a_wrong_checksum_does_not_count(http: httpx.Client, algorithm: Any) -> None:
    data, name = png(), algorithm().name
    url = begun(http, data)
    right = base64.b64encode(algorithm(data).digest()).decode()
    wrong = base64.b64encode(algorithm(b"x").digest()).decode()
    answer = sent(http, url, 0, data, **{"Upload-Checksum": f"{name} {wrong}"})
    assert answer.status_code == 460
    assert answer.json()["title"] == "Checksum Mismatch"
    assert http.head(url, headers=TUS).headers["Upload-Offset"] == "0"
    done = sent(http, url, 0, data, **{"Upload-Checksum": f"{name} {right}"})
    assert done.status_code == 204
    for bad in ("md5 x", "sha256", "sha256 ???"):
        answer = sent(http, url, 0, data, **{"Upload-Checksum": bad})
        assert answer.status_code == 400 or bad == "sha256"


def test_a_whole_that_is_not_what_was_promised_leaves_nothing(
    http: httpx.Client, server: Serving
) -> None:
    data = png()
    url = begun(http, data, sha256="0" * 64)
    assert sent(http, url, 0, data).status_code == 460
    text = begun(http, b"no video")
    assert sent(http, text, 0, b"no video").status_code == 422
    assert http.head(url, headers=TUS).status_code == 404
    assert http.get("/v1/media").json()["items"] == []
    assert list((server.archive.folder / "uploads").iterdir()) == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 412),
        ({"Tus-Resumable": "0.2.2"}, 412),
        (TUS, 400),
        (TUS | {"Upload-Length": "-1"}, 400),
        (TUS | {"Upload-Length": "0"}, 422),
        (TUS | {"Upload-Length": str(10**15)}, 413),
        (TUS | {"Upload-Length": "9" * 30}, 400),
        (TUS | {"Upload-Length": "1", "Upload-Metadata": "filename ???"}, 400),
        (TUS | {"Upload-Length": "1", "Upload-Metadata": "sha256 eA=="}, 422),
        (TUS | {"Upload-Length": "1", "Upload-Metadata": "every eA=="}, 422),
        (TUS | {"Upload-Length": "1", "Upload-Metadata": "hook eA=="}, 422),
        (TUS | {"Upload-Length": "1", "Upload-Metadata": "a" * 9000}, 413),
    ],
)
def test_uploads_that_cannot_be_are_refused(
    http: httpx.Client, headers: dict[str, str], status: int
) -> None:
    answer = http.post("/v1/uploads", headers=headers)
    assert answer.status_code == status, answer.text


def test_pieces_that_do_not_fit_are_refused(http: httpx.Client) -> None:
    data = png()
    url = begun(http, data)
    assert sent(http, url, 5, data).status_code == 409
    assert sent(http, url, 0, data + b"more").status_code == 413
    assert http.patch(url, content=data, headers=TUS).status_code == 415
    assert sent(http, url, 0, data, **{"Upload-Offset": "x"}).status_code == 400
    assert http.head(url).status_code == 412


def test_every_answer_says_the_version_of_the_protocol(http: httpx.Client, server: Serving) -> None:
    data, nobody = png(), "00000000-0000-4000-8000-000000000000"
    url = begun(http, data)
    with server.http() as stranger:
        answers = [
            sent(http, url, 0, data[:9]),
            http.head(url, headers=TUS),
            sent(http, url, 5, data),
            sent(http, url, 9, data),
            http.head(url),
            http.head(f"/v1/uploads/{nobody}", headers=TUS),
            http.patch("/v1/uploads/none", headers=TUS),
            http.post("/v1/uploads", headers=TUS),
            stranger.head(url, headers=TUS),
        ]
    assert [answer.status_code for answer in answers] == [
        *(204, 200, 409, 413, 412, 404, 415, 400, 401),
    ]
    assert [answer.headers.get("Tus-Resumable") for answer in answers] == ["1.0.0"] * len(answers)
    assert http.head(url).headers["Tus-Version"] == "1.0.0"


def test_uploads_are_their_senders(http: httpx.Client, server: Serving) -> None:
    url = begun(http, png())
    with server.http(server.token("curator", "another curator")) as other:
        assert other.head(url, headers=TUS).status_code == 403
        assert sent(other, url, 0, png()).status_code == 403
        assert other.delete(url, headers=TUS).status_code == 403


def test_what_came_before_a_line_broke_counts(http: httpx.Client, server: Serving) -> None:
    data = png()
    url = begun(http, data)

    def breaks() -> Iterator[bytes]:
        yield data[:40]
        while not server.services.uploads._ids:
            sleep(0.02)
        sleep(0.5)
        raise ConnectionError("the line breaks")

    headers = PIECE | {"Upload-Offset": "0", "Content-Length": str(len(data))}
    with pytest.raises(ConnectionError):
        http.patch(url, content=breaks(), headers=headers)
    for _ in range(500):
        there = http.head(url, headers=TUS).headers["Upload-Offset"]
        if there == "40":
            break
        sleep(0.02)
    assert there == "40"
    for _ in range(500):
        done = sent(http, url, 40, data[40:])
        if done.status_code != 423:
            break
        sleep(0.02)
    assert done.status_code == 204


class Full(FileIO):
    """A file on a disk with room for 60 bytes."""

    def write(self, data: Any) -> int:
        room = 60 - self.tell()
        if room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data[:room])


@pytest.mark.parametrize("checked", [False, True])
def test_what_came_before_the_disk_was_full_counts(
    http: httpx.Client, monkeypatch: pytest.MonkeyPatch, checked: bool
) -> None:
    """Disks that are really full: `test_full_disk.py`."""
    data = png()
    url = begun(http, data, sha256=sha256(data).hexdigest())
    sent(http, url, 0, data[:10])
    digest = base64.b64encode(sha256(data[10:]).digest()).decode()
    more = {"Upload-Checksum": f"sha256 {digest}"} if checked else {}
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", lambda path, *_, **__: Full(path, "r+b"))
        answer = sent(http, url, 10, data[10:], **more)
    there = 10 if checked else 60
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (507, str(there))
    assert f"{there} of {len(data)} bytes are kept" in answer.json()["detail"]
    assert http.head(url, headers=TUS).headers["Upload-Offset"] == str(there)
    assert sent(http, url, there, data[there:]).headers["Playbill-Media"]


def test_what_a_kill_left_on_disk_beyond_what_was_acknowledged_is_cut_off(
    http: httpx.Client, server: Serving
) -> None:
    data = png()
    url = begun(http, data, sha256=sha256(data).hexdigest())
    sent(http, url, 0, data[:30])
    part = server.archive.folder / "uploads" / f"{url.rpartition('/')[2]}.part"
    with part.open("ab") as file:
        file.write(b"unacknowledged")
    assert sent(http, url, 30, data[30:]).status_code == 204
    assert http.get(url).json()["media_id"]


def test_half_uploads_expire_and_whole_ones_are_finished(
    http: httpx.Client, server: Serving
) -> None:
    data = png()
    half, whole = begun(http, data), begun(http, data)
    sent(http, half, 0, data[:30])
    services = server.server.config.app.state.services  # type: ignore[union-attr]
    part = server.archive.folder / "uploads" / f"{whole.rpartition('/')[2]}.part"
    part.write_bytes(data)
    whole_id = whole.rpartition("/")[2]
    server.archive.database.write(lambda tx: note_received(tx, whole_id, len(data)))
    old = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    os.utime(server.archive.folder / "uploads" / f"{half.rpartition('/')[2]}.part", (old, old))
    tidy_once(services)

    assert http.head(half, headers=TUS).status_code == 404
    assert http.get(whole).json()["media_id"]
    assert list((server.archive.folder / "uploads").iterdir()) == []


def part_of(server: Serving, url: str) -> Path:
    return server.archive.folder / "uploads" / f"{url.rpartition('/')[2]}.part"


def test_what_is_acknowledged_is_no_more_than_what_is_on_the_disk(
    http: httpx.Client, server: Serving
) -> None:
    """A backup that was restored knows of uploads, and has none of their bytes."""
    data = png()
    url = begun(http, data)
    sent(http, url, 0, data[:50])
    part_of(server, url).unlink()

    assert http.head(url, headers=TUS).headers["Upload-Offset"] == "0"
    assert http.get(url).json()["received"] == 0
    refused = sent(http, url, 50, data[50:])
    assert (refused.status_code, refused.headers["Upload-Offset"]) == (409, "0")
    done = sent(http, url, 0, data)
    assert done.status_code == 204
    media = http.get(f"/v1/media/{done.headers['Playbill-Media']}").json()
    assert media["sha256"] == sha256(data).hexdigest()


@pytest.mark.parametrize("by", ["the sender", "the server"])
def test_a_whole_upload_outlasts_a_data_base_that_fails_while_it_is_finished(
    http: httpx.Client, server: Serving, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise ArchiveUnavailable("the data base has gone away")

    data = png()
    url = begun(http, data)
    for what, at in (("add_media", 0), ("order", len(data)), ("get_job", len(data))):
        with monkeypatch.context() as patched:
            patched.setattr(ingest, what, away)
            assert sent(http, url, at, data[at:]).status_code == 503
        assert http.head(url, headers=TUS).headers["Upload-Offset"] == str(len(data))
    if by == "the sender":
        assert sent(http, url, len(data), b"").headers["Playbill-Job"]
    else:
        tidy_once(server.services)
    assert http.get(url).json()["media_id"]
    assert not part_of(server, url).exists()
    work(server)
    assert [job["state"] for job in http.get("/v1/jobs").json()["items"]] == ["done"]


def test_one_upload_that_cannot_be_finished_keeps_none_of_the_others(
    http: httpx.Client, server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = (png((1, 0, 0)), png((2, 0, 0)))
    urls = [begun(http, data) for data in pictures]
    keep, full = ingest._keep, {part_of(server, url) for url in urls}

    def kept(services: Any, path: Path, *more: str) -> str:
        if path in full:
            raise OutputError(f"{path}: cannot be kept: no space left on device")
        return keep(services, path, *more)

    monkeypatch.setattr(ingest, "_keep", kept)
    answers = [sent(http, url, 0, data) for url, data in zip(urls, pictures, strict=True)]
    assert [answer.status_code for answer in answers] == [507, 507]
    full.remove(part_of(server, urls[1]))
    tidy_once(server.services)
    assert [bool(http.get(url).json()["media_id"]) for url in urls] == [False, True]
    full.clear()
    tidy_once(server.services)
    assert http.get(urls[0]).json()["media_id"]


def test_what_lies_among_uploads_and_belongs_to_none_is_deleted(
    http: httpx.Client, server: Serving
) -> None:
    data = png()
    url = begun(http, data)
    sent(http, url, 0, data[:50])
    left = part_of(server, "x/0b0b0b0b-0000-4000-8000-000000000000")
    left.write_bytes(b"left by a kill")

    tidy_once(server.services)

    assert list(left.parent.iterdir()) == [part_of(server, url)]


def test_an_upload_is_not_ended_while_somebody_writes_to_it(
    http: httpx.Client, server: Serving
) -> None:
    data = png()
    url = begun(http, data)
    server.services.uploads.take(url.rpartition("/")[2])
    assert http.delete(url, headers=TUS).status_code == 423
    tidy_once(server.services)
    server.services.uploads.give(url.rpartition("/")[2])
    assert sent(http, url, 0, data).status_code == 204
    assert http.delete(url, headers=TUS).status_code == 204


def blobs_of(server: Serving) -> list[Path]:
    folder = server.archive.folder / "blobs" / "uploads"
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_that_the_archive_has_is_not_kept_again(server: Serving, http: httpx.Client) -> None:
    data = png()
    for name in ("a.png", "b.PNG", "c.jpg", "d"):
        taken = http.post("/v1/videos", files={"video": (name, data)})
        assert taken.json()["is_new"] == (name == "a.png")
    assert sent(http, begun(http, data), 0, data).status_code == 204
    assert [path.suffix for path in blobs_of(server)] == [".png"]


@pytest.mark.parametrize("wrong", ["gone", "cut off"])
def test_a_file_that_is_lost_is_mended_by_sending_it_again(
    server: Serving, http: httpx.Client, wrong: str
) -> None:
    data = png()
    taken = http.post("/v1/videos", files={"video": ("a.png", data)}).json()
    url = f"/v1/media/{taken['media']['id']}"
    (blob,) = blobs_of(server)
    if wrong == "gone":
        blob.unlink()
    else:
        os.truncate(blob, 10)
    assert http.get(f"{url}/file").status_code == 422

    assert http.post("/v1/videos", files={"video": ("b.gif", data)}).json()["is_new"] is False
    assert http.get(f"{url}/file").content == data


@pytest.mark.parametrize("name", ["x." + "a" * 190, "x.\u00e4\u00f6", "x.p n g", ".png", "x"])
def test_a_name_of_any_kind_is_kept(server: Serving, http: httpx.Client, name: str) -> None:
    data = png()
    assert sent(http, begun(http, data, filename=name), 0, data).status_code == 204
    (blob,) = blobs_of(server)
    assert blob.name == sha256(data).hexdigest()


def test_a_file_is_copied_where_no_second_name_can_be_had(
    server: Serving, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    data = png()
    done = sent(http, begun(http, data, filename="a.png"), 0, data)
    file = http.get(f"/v1/media/{done.headers['Playbill-Media']}/file")
    assert file.content == data
    assert [path.name for path in blobs_of(server)] == [f"{sha256(data).hexdigest()}.png"]
