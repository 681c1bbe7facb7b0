"""What goes on beside requests goes on after a failure, too."""

import asyncio

import pytest
import structlog

from playbill.server import chores
from playbill.server.chores import kept_up


def test_a_chore_that_fails_is_logged_and_begun_again(
    monkeypatch: pytest.MonkeyPatch, log: list[structlog.typing.EventDict]
) -> None:
    monkeypatch.setattr(chores, "PAUSE_S", 0.0)
    begun = 0

    async def chore() -> None:
        nonlocal begun
        begun += 1
        if begun == 3:
            await asyncio.sleep(60)
        raise ZeroDivisionError

    async def watched() -> None:
        task = asyncio.create_task(kept_up(chore))
        while begun < 3:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(watched())
    assert [line["event"] for line in log] == ["chore failed"] * 2
