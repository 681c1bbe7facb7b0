"""`Idempotency-Key` where servers go down in the middle."""

import asyncio
from hashlib import sha256
from math import ceil

import httpx
import pytest
from sqlalchemy import select

from playbill.archive.access import replies
from playbill.archive.access.replies import StillAtIt, begin_reply
from playbill.archive.archive import Archive
from playbill.archive.tables import replies as rows
from playbill.server import once
from playbill.server.once import _beating
from tests.support.databases import BOTH
from tests.support.serving import Serving, png

KEY = {"Idempotency-Key": "k-1"}


@BOTH
def test_the_key_of_a_server_that_was_killed_expires(
    server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server.http(server.token()) as http:

        def posted() -> httpx.Response:
            return http.post("/v1/videos", files={"video": ("a.png", png())}, headers=KEY)

        first = posted()
        assert first.status_code == 202
        unanswered = rows.update().values(status=None, headers=None, body=None)
        server.archive.database.write(lambda tx: tx.execute(unanswered))

        waits = posted()
        assert waits.status_code == 409
        assert waits.json()["type"] == "urn:playbill:problem:still-at-it"
        assert "counts anew in" in waits.json()["detail"]
        assert 1 <= int(waits.headers["Retry-After"]) <= ceil(once.LONGEST_WAIT_S)

        monkeypatch.setattr(replies, "LEASE_S", 0.0)
        again = posted()
        assert again.status_code == 202
        assert again.json()["is_new"] is False
        assert again.json()["job"]["id"] == first.json()["job"]["id"]
        assert posted().headers["Idempotency-Replayed"] == "true"
        assert len(http.get("/v1/media").json()["items"]) == 1


@BOTH
@pytest.mark.parametrize(
    ("path", "body", "secret"),
    [
        ("/v1/keys", {"name": "ingest", "scopes": ["read"]}, "token"),
        ("/v1/users", {"name": "grace", "role": "viewer"}, "password"),
    ],
)
def test_what_is_told_once_is_not_kept_to_be_told_again(
    server: Serving, path: str, body: dict[str, object], secret: str
) -> None:
    with server.http(server.token()) as http:
        first = http.post(path, json=body, headers=KEY)
        again = http.post(path, json=body, headers=KEY)

    told = first.json()[secret]
    kept = server.archive.database.read(lambda tx: tx.execute(select(rows.c.body)).scalar_one())
    assert told.encode() not in bytes(kept)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json() | {secret: None}
    assert again.headers["Location"] == first.headers["Location"]


def test_a_password_cannot_be_guessed_quickly_from_what_is_kept_of_its_request(
    server: Serving,
) -> None:
    body = b'{"name":"grace","role":"viewer","password":"a-word-in-a-list"}'
    kind = {"Content-Type": "application/json"}
    with server.http(server.token()) as http:
        assert http.post("/v1/users", content=body, headers=KEY | kind).status_code == 201
        again = http.post("/v1/users", content=body, headers=KEY | kind)
        other = http.post("/v1/users", content=body.replace(b"grace", b"ada"), headers=KEY | kind)

    assert again.headers["Idempotency-Replayed"] == "true"
    assert other.json()["type"] == "urn:playbill:problem:key-reused"
    quick = sha256(b"POST /v1/users?\0" + sha256(body).hexdigest().encode()).hexdigest()
    kept = select(rows.c.request_sha256)
    assert server.archive.database.read(lambda tx: tx.execute(kept).scalar_one()) != quick


def test_a_request_keeps_its_key_however_long_it_takes(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "LEASE_S", 0.6)
    monkeypatch.setattr(once, "LEASE_S", 0.6)

    def begin() -> object:
        return archive.database.write(lambda tx: begin_reply(tx, "user:ada", "k", "a" * 64))

    async def work() -> None:
        async with _beating(archive.database, "user:ada", "k"):
            await asyncio.sleep(1.2)
            with pytest.raises(StillAtIt):
                begin()

    assert begin() is None
    asyncio.run(work())
