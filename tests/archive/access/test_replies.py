"""Requests that may be sent again: answered once, and not for ever kept by who went down."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from playbill.archive.access import replies
from playbill.archive.access.replies import (
    KeyReused,
    Reply,
    StillAtIt,
    beat_reply,
    begin_reply,
    drop_reply,
    keep_reply,
)
from playbill.archive.database import Database

ADA, KEY, SAID = "user:ada", "k-1", "a" * 64


def begun(database: Database, said: str = SAID, who: str = ADA) -> Reply | None:
    return database.write(lambda tx: begin_reply(tx, who, KEY, said))


def test_the_same_request_is_answered_the_same(database: Database) -> None:
    assert begun(database) is None
    reply = Reply(201, {"location": "/v1/people/7"}, b"{}")
    database.write(lambda tx: keep_reply(tx, ADA, KEY, reply))
    assert begun(database) == reply
    assert begun(database, who="user:bob") is None
    with pytest.raises(KeyReused):
        begun(database, "b" * 64)


def test_what_was_not_done_may_be_sent_again(database: Database) -> None:
    begun(database)
    database.write(lambda tx: drop_reply(tx, ADA, KEY))
    assert begun(database) is None


def test_one_of_many_at_once_does_it(database: Database) -> None:
    def one(_: int) -> str:
        try:
            return "does it" if begun(database) is None else "answered"
        except StillAtIt as error:
            return "waits" if 0 < error.left_s <= replies.LEASE_S else "waits for ever"

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(one, range(8))) == ["does it"] + ["waits"] * 7


def test_a_key_whose_server_went_down_counts_anew(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert begun(database) is None
    with pytest.raises(StillAtIt, match=r"nothing is heard of its server .* anew in 1[45] s"):
        begun(database)
    with pytest.raises(KeyReused):
        begun(database, "b" * 64)
    monkeypatch.setattr(replies, "LEASE_S", 0.0)
    assert begun(database) is None
    monkeypatch.undo()
    with pytest.raises(StillAtIt):
        begun(database)


def test_a_beat_changes_nothing_that_was_answered(database: Database) -> None:
    begun(database)
    reply = Reply(200, {}, b"done")
    database.write(lambda tx: keep_reply(tx, ADA, KEY, reply))
    database.write(lambda tx: beat_reply(tx, ADA, KEY))
    assert begun(database) == reply
