"""`Idempotency-Key` where servers go down in the middle."""

import asyncio
from math import ceil

import httpx
import pytest

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
