"""Data bases that are locked or away, disks that are full, the same file twice at once.

`PLAYBILL_OUTAGE_S=10 pytest tests/server/test_faults.py` lets PostgreSQL be away for ten seconds.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from time import monotonic, sleep
from typing import Any

import httpx
import pytest

from playbill.archive import audit, database, engines
from playbill.archive.archive import Archive
from playbill.server import incoming, room
from playbill.server.routes import health
from tests.server.test_archive import work
from tests.support.databases import BOTH
from tests.support.own_postgres import own_postgres
from tests.support.serving import Serving, png, serving

OUTAGE_S = float(os.environ.get("PLAYBILL_OUTAGE_S", "1.5"))
AT_ONCE = 6


@pytest.fixture
def http(server: Serving) -> Iterator[httpx.Client]:
    with server.http(server.token()) as client:
        yield client


def post(http: httpx.Client, data: bytes, name: str = "a.png") -> httpx.Response:
    return http.post("/v1/videos", files={"video": (name, data)})


def test_a_locked_data_base_is_waited_for_and_then_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Archive.create(tmp_path).close()
    monkeypatch.setattr(engines, "BUSY_MS", 50)
    archive = Archive.open(tmp_path)
    archive.database = database.Database(archive.database.engine, patience_s=0.3)
    with serving(archive) as server, server.http(server.token()) as http:
        assert http.post("/v1/people", json={"name": "Ada"}).status_code == 201
        unused = server.token("viewer")
        other = archive.database.engine.raw_connection()
        other.cursor().execute("BEGIN IMMEDIATE")
        began = monotonic()
        locked = [http.post("/v1/people", json={"name": "Bob"}), post(http, png())]
        assert monotonic() - began < 10
        assert [answer.status_code for answer in locked] == [503, 503]
        assert all(int(answer.headers["Retry-After"]) >= 1 for answer in locked)
        assert http.get("/v1/people").json()["items"][0]["name"] == "Ada"
        with server.http(unused) as viewer:
            assert viewer.get("/v1/people").status_code == 200
        other.cursor().execute("ROLLBACK")
        other.close()

        assert http.post("/v1/people", json={"name": "Bob"}).status_code == 201
        assert post(http, png()).json()["is_new"] is True
        assert list((tmp_path / "incoming").iterdir()) == []
    archive.close()


@pytest.mark.postgres
def test_requests_outlast_a_data_base_that_was_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE_S", 0.3)
    with own_postgres() as postgres, ThreadPoolExecutor(4) as senders:
        archive = Archive.create(tmp_path / "archive", database_url=postgres.url)
        with serving(archive) as server, server.http(server.token()) as http:
            first = post(http, png((1, 0, 0)))
            assert first.status_code == 202
            postgres.stop()
            began = monotonic()
            waiting = [
                senders.submit(post, http, png((2, 0, 0))),
                senders.submit(http.get, first.headers["Location"]),
                senders.submit(http.post, "/v1/people", json={"name": "Ada"}),
            ]
            assert http.get("/healthz").status_code == 200
            assert http.get("/readyz").status_code == 503
            sleep(max(0, OUTAGE_S - (monotonic() - began)))
            assert not any(one.done() for one in waiting)
            postgres.start()

            assert [one.result(40).status_code for one in waiting] == [202, 200, 201]
            assert http.get("/readyz").status_code == 200
            assert len(http.get("/v1/jobs").json()["items"]) == 2
            work(server)
            assert {job["state"] for job in http.get("/v1/jobs").json()["items"]} == {"done"}
            assert archive.database.read(audit.first_broken) is None
        archive.close()


@pytest.mark.parametrize("form", [True, False])
def test_a_full_disk_is_said_and_nothing_is_left(
    server: Serving, http: httpx.Client, monkeypatch: pytest.MonkeyPatch, form: bool
) -> None:
    def full(sink: Any) -> Any:
        sink._path.touch()
        sink._file = open("/dev/full", "wb")  # noqa: PTH123, SIM115
        return sink

    data = png() + bytes(3 << 20)
    with monkeypatch.context() as patched:
        patched.setattr(incoming._Sink, "__enter__", full)
        if form:
            answer = post(http, data)
        else:
            kind = {"Content-Type": "image/png"}
            answer = http.post("/v1/images", content=data, headers=kind)

    assert answer.status_code == 507, answer.text
    assert answer.json()["type"] == "urn:playbill:problem:disk-full"
    assert list((server.archive.folder / "incoming").iterdir()) == []
    assert not (server.archive.folder / "blobs" / "uploads").exists()
    assert http.get("/v1/media").json()["items"] == []
    assert post(http, png()).status_code == 202


def test_what_there_is_no_room_for_is_refused_before_it_is_sent(
    http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "SPARE_BYTES", 1 << 60)

    answer = post(http, png())

    assert answer.status_code == 507
    assert answer.json()["type"] == "urn:playbill:problem:disk-full"
    assert answer.json()["where"] == "body"


@BOTH
def test_the_same_file_many_times_at_once_is_one_medium(
    server: Serving, http: httpx.Client
) -> None:
    together = Barrier(AT_ONCE)

    def sent(_: int) -> httpx.Response:
        together.wait()
        return post(http, png((9, 9, 9)))

    with ThreadPoolExecutor(AT_ONCE) as senders:
        answers = list(senders.map(sent, range(AT_ONCE)))

    assert [answer.status_code for answer in answers] == [202] * AT_ONCE
    assert sum(answer.json()["is_new"] for answer in answers) == 1
    assert len({answer.json()["job"]["id"] for answer in answers}) == 1
    (medium,) = http.get("/v1/media").json()["items"]
    uploads = server.archive.folder / "blobs" / "uploads"
    assert len([path for path in uploads.rglob("*") if path.is_file()]) == 1
    work(server)
    assert len(http.get(f"/v1/media/{medium['id']}/runs").json()) == 1
