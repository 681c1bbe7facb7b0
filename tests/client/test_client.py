"""The client against a real server, and against lines that break."""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from playbill.archive.archive import Archive
from playbill.archive.tables import replies
from playbill.client import Changed, Client, NotAllowed, NotFound, NotReached, ServerError
from playbill.client.calls import Calls
from playbill.client.uploading import upload
from playbill.errors import ArchiveUnavailable, MediaError
from playbill.server import ingest
from playbill.server.settings import ServerSettings
from tests.server.test_archive import work
from tests.support.clips import numbered_clip
from tests.support.serving import Serving, png, serving


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Serving]:
    archive = Archive.create(tmp_path / "archive")
    with serving(archive, ServerSettings(roots=(tmp_path,), event_s=0.02)) as running:
        yield running
    archive.close()


@pytest.fixture
def client(server: Serving) -> Iterator[Client]:
    with Client(server.url, server.token()) as opened:
        yield opened


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "rose.png"
    path.write_bytes(png())
    return path


def test_pictures_are_analysed_one_by_one_and_many_at_once(
    client: Client, picture: Path, tmp_path: Path
) -> None:
    assert client.me()["user"]["name"] == "the admin"
    assert client.image(picture)["media"]["name"] == "rose.png"
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    first, second = client.images([picture, bad])
    assert (first["name"], second["problem"]["status"]) == ("rose.png", 415)
    with pytest.raises(MediaError, match="No such file"):
        client.image(tmp_path / "gone.png")


def test_of_pictures_that_are_only_asked_about_the_server_keeps_nothing(
    client: Client, server: Serving, picture: Path
) -> None:
    client.image(picture)
    client.images([picture])
    list(client.search_face(picture))

    kept = select(func.count()).select_from(replies)
    assert server.archive.database.read(lambda tx: tx.execute(kept).scalar_one()) == 0


def test_refusals_carry_the_problem(client: Client, server: Serving, picture: Path) -> None:
    with pytest.raises(NotFound) as gone:
        client.job("00000000-0000-0000-0000-000000000000")
    assert gone.value.kind == "not-in-archive"
    assert gone.value.problem["instance"].startswith("urn:uuid:")
    client.add_person("Ada")
    with pytest.raises(Changed):
        client.add_person("Ada")
    with Client(server.url, "pb_wrong") as stranger, pytest.raises(NotAllowed):
        stranger.image(picture)
    with pytest.raises(ServerError) as refused:
        client.video_at("/etc/passwd")
    assert refused.value.status == 403


@pytest.mark.parametrize("in_pieces", [False, True])
def test_a_video_is_sent_followed_and_found(
    client: Client, server: Serving, tmp_path: Path, in_pieces: bool
) -> None:
    clip = numbered_clip(tmp_path / "news.mp4", frames=10)
    job = client.video(clip, every=2, in_pieces=in_pieces)
    worker = Thread(target=work, args=(server,))
    worker.start()
    seen: list[Any] = []
    job = client.wait(job["id"], told=seen.append, timeout_s=30)
    worker.join()

    assert job["state"] == "done"
    assert seen[-1]["frames_done"] == 5
    document = client.document(job["media_id"])
    assert document["run"]["sampleEvery"] == 2
    assert client.export(job["media_id"], "json", as_made=True).startswith(b"{")
    assert client.frame(job["media_id"], 3, width=32).startswith(b"\xff\xd8")
    assert [one["name"] for one in client.media(kind="video")] == ["news.mp4"]
    assert [one["id"] for one in client.jobs("done")] == [job["id"]]
    assert not list((server.archive.folder / "uploads").glob("*"))


def test_people_are_named_and_found_again(client: Client, server: Serving, picture: Path) -> None:
    job = client.video(picture)
    work(server)
    (cluster,) = client.clusters(named=False)
    decision = client.name_cluster(cluster["id"], name="Ada")
    (ada,) = client.people()
    (moment,) = client.search(person=ada["id"])
    assert moment["media"]["id"] == job["media_id"]
    assert client.rename(ada["id"], "Augusta")["name"] == "Augusta"
    (alike,) = client.search_face(picture, min_likeness=0.9, person=ada["id"], limit=1)
    assert alike["subjects"][1]["likeness"] == 1
    client.undo(decision["seq"])
    # The gallery may know her from the group meanwhile, and is made anew without her.
    deadline = monotonic() + 20
    while list(client.search(person=ada["id"])) and monotonic() < deadline:
        sleep(0.1)
    assert list(client.search(person=ada["id"])) == []
    assert client.forget(ada["id"])["erased"]["people"] == 1
    assert list(client.people()) == []


def test_lists_are_read_page_after_page(client: Client) -> None:
    for number in range(5):
        client.add_person(f"Person {number}")
    assert [one["name"] for one in client.people(limit=2)] == [f"Person {i}" for i in range(5)]


class Flaky(httpx.BaseTransport):
    """Breaks the line at every second piece of an upload."""

    def __init__(self) -> None:
        self._inner, self.broken, self._count = httpx.HTTPTransport(), 0, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "PATCH":
            self._count += 1
            if self._count % 2:
                self.broken += 1
                raise httpx.WriteError("the line broke", request=request)
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


def test_an_upload_goes_on_where_the_line_broke(server: Serving, tmp_path: Path) -> None:
    clip = numbered_clip(tmp_path / "news.mp4", frames=30)
    transport = Flaky()
    headers = {"Authorization": f"Bearer {server.token()}"}
    told: list[int] = []
    with httpx.Client(base_url=server.url, headers=headers, transport=transport) as http:
        calls = Calls(http, sleep=lambda _: None)
        sent = upload(calls, clip, {}, lambda at, _: told.append(at), piece_bytes=2000)

    assert transport.broken >= 2
    assert told[-1] == clip.stat().st_size
    assert sent["sha256"] == sha256(clip.read_bytes()).hexdigest()
    assert sent["job_id"]


class Deaf(httpx.BaseTransport):
    """Hands everything on, and loses the answer to the last piece."""

    def __init__(self, length: int) -> None:
        self._inner, self._length, self.lost = httpx.HTTPTransport(), length, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        body = len(request.content) if request.method == "PATCH" else 0
        if body and int(request.headers["Upload-Offset"]) + body == self._length:
            response.close()
            self.lost += 1
            raise httpx.ReadError("the line broke", request=request)
        return response

    def close(self) -> None:
        self._inner.close()


@pytest.mark.parametrize("finished", [True, False])
def test_an_upload_is_over_once_it_has_a_job_though_the_last_answer_was_lost(
    server: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, finished: bool
) -> None:
    def away(*_: Any, **__: Any) -> None:
        monkeypatch.undo()
        raise ArchiveUnavailable("the data base has gone away")

    if not finished:
        monkeypatch.setattr(ingest, "add_media", away)
    clip = numbered_clip(tmp_path / "news.mp4", frames=10)
    transport = Deaf(clip.stat().st_size)
    headers = {"Authorization": f"Bearer {server.token()}"}
    with httpx.Client(base_url=server.url, headers=headers, transport=transport) as http:
        sent = upload(Calls(http, sleep=lambda _: None), clip, {}, piece_bytes=4000)

    assert transport.lost == 1
    assert sent["job_id"]


def test_a_file_that_is_cut_off_while_it_is_sent_is_said(server: Serving, tmp_path: Path) -> None:
    path = tmp_path / "growing.png"
    path.write_bytes(png() + bytes(10_000))
    headers = {"Authorization": f"Bearer {server.token()}"}

    def cut(at: int, _: int) -> None:
        os.truncate(path, at)

    with (
        httpx.Client(base_url=server.url, headers=headers) as http,
        pytest.raises(MediaError, match=r"growing\.png: was cut off at 4,\d+ bytes"),
    ):
        upload(Calls(http), path, {}, cut, piece_bytes=4000)
    assert not list((server.archive.folder / "uploads").iterdir())


@pytest.mark.parametrize("in_pieces", [False, True])
def test_what_is_no_file_is_said(client: Client, tmp_path: Path, in_pieces: bool) -> None:
    with pytest.raises(MediaError, match="cannot be read: Is a directory"):
        client.video(tmp_path, in_pieces=in_pieces)


class Tus(httpx.BaseTransport):
    """A server that answers pieces as it is told, and notes what it is asked."""

    def __init__(self, *answers: httpx.Response, offset: int = 0) -> None:
        self.answers, self.asked = list(answers), list[str]()
        self._offset = offset

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.method)
        if request.method == "PATCH":
            answer = self.answers.pop(0)
            if answer.is_success:
                self._offset = int(answer.headers["Upload-Offset"])
            return answer
        headers = {"Location": "/v1/uploads/1", "Upload-Offset": str(self._offset)}
        return httpx.Response(200, headers=headers, json={"job_id": "7"})

    def upload(self, path: Path) -> dict[str, Any]:
        """What comes of sending a file there."""
        with httpx.Client(base_url="http://test", transport=self) as http:
            return upload(Calls(http, sleep=lambda _: None), path, {})


def refusal(status: int, kind: str, **more: str) -> httpx.Response:
    return httpx.Response(status, json={"type": f"urn:playbill:problem:{kind}", **more})


def taken(path: Path) -> httpx.Response:
    return httpx.Response(204, headers={"Upload-Offset": str(path.stat().st_size)})


def test_while_the_server_is_at_it_still_an_upload_waits(picture: Path) -> None:
    locked = [refusal(423, "locked") for _ in range(20)]
    there = Tus(*locked, refusal(409, "wrong-offset"), taken(picture))

    assert there.upload(picture)["job_id"] == "7"
    assert there.asked.count("PATCH") == 22


@pytest.mark.parametrize(
    ("answer", "attempts"),
    [
        (refusal(507, "disk-full"), 1),
        (refusal(460, "checksum-mismatch", where="Upload-1.mp4"), 1),
        (refusal(460, "checksum-mismatch", where="Upload-Checksum"), 8),
        (refusal(503, "busy"), 8),
    ],
)
def test_what_the_server_refuses_is_not_left_there_by_half(
    picture: Path, answer: httpx.Response, attempts: int
) -> None:
    there = Tus(*[answer] * 20)

    with pytest.raises(ServerError) as refused:
        there.upload(picture)

    assert refused.value.status == answer.status_code
    assert there.asked.count("PATCH") == attempts
    assert there.asked[-1] == "DELETE"


def test_what_takes_long_is_waited_for(picture: Path) -> None:
    waited: dict[str, float | None] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        waited[request.url.path] = request.extensions["timeout"]["read"]
        return httpx.Response(200, json={"job": {"id": "1"}, "results": [], "items": []})

    with Client("http://test", "key", timeout_s=9, transport=httpx.MockTransport(answer)) as client:
        client.video_at("/srv/long.mp4", priority=3)
        client.images([picture] * 100)
        client.me()

    assert waited == {"/v1/videos": None, "/v1/images/batch": 509.0, "/v1/me": 9}


class Counting(httpx.BaseTransport):
    """Takes bodies piece by piece and keeps none; the line breaks in the middle of the first."""

    def __init__(self) -> None:
        self.largest, self.sizes = 0, list[int]()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        self.sizes.append(0)
        for piece in request.stream:
            self.sizes[-1] += len(piece)
            self.largest = max(self.largest, len(piece))
            if len(self.sizes) == 1 and self.sizes[-1] > 1 << 20:
                raise httpx.WriteError("the line broke", request=request)
        return httpx.Response(202, json={"job": {"id": "1"}})


def test_a_video_in_one_body_is_streamed_and_begins_again_where_the_line_broke(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video, transport = tmp_path / "long.mp4", Counting()
    with video.open("wb") as file:
        file.truncate(32 << 20)
    monkeypatch.setattr("playbill.client.calls.time.sleep", lambda _: None)
    with Client("http://test", "key", transport=transport) as client:
        assert client.video(video, in_pieces=False)["id"] == "1"

    assert len(transport.sizes) == 2
    assert transport.sizes[1] > 32 << 20
    assert transport.largest <= 1 << 20


def test_the_client_comes_again_when_it_is_told_to() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if len(asked) < 3:
            return httpx.Response(429, headers={"Retry-After": "7"}, json={"detail": "later"})
        return httpx.Response(200, json={"fine": True})

    slept: list[float] = []
    with httpx.Client(base_url="http://test", transport=httpx.MockTransport(answer)) as http:
        calls = Calls(http, sleep=slept.append)
        assert calls.json("POST", "/v1/people", json={"name": "Ada"}) == {"fine": True}

    assert slept == [7.0, 7.0]
    assert len({request.headers["Idempotency-Key"] for request in asked}) == 1


def test_the_client_waits_for_the_answer_to_its_own_first_request() -> None:
    answers = [
        httpx.Response(409, headers={"Retry-After": "5"}, json={"detail": "still at it"}),
        httpx.Response(409, json={"detail": "it contradicts"}),
    ]
    transport = httpx.MockTransport(lambda _: answers.pop(0))
    slept: list[float] = []
    with (
        httpx.Client(base_url="http://test", transport=transport) as http,
        pytest.raises(Changed, match="contradicts"),
    ):
        Calls(http, sleep=slept.append).ask("POST", "/v1/people")
    assert slept == [5.0]


def test_a_server_that_is_away_is_said_so() -> None:
    with httpx.Client(base_url="http://127.0.0.1:1") as http:
        calls = Calls(http, sleep=lambda _: None)
        with pytest.raises(NotReached, match=r"127\.0\.0\.1:1"):
            calls.ask("GET", "/v1/me")


def test_what_is_no_problem_is_an_error_all_the_same() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(502, text="<html>bad gateway</html>"))
    with (
        Client("http://test", "key", transport=transport) as client,
        pytest.raises(ServerError, match="502"),
    ):
        client.me()
