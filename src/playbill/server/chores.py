"""What goes on beside requests, again and again, for as long as the server runs."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

PAUSE_S = 5.0
Chore = Callable[[], Awaitable[None]]
_log = structlog.get_logger("playbill.server")


async def kept_up(chore: Chore) -> None:
    """Do a chore until cancelled; one that fails for a reason nobody foresaw is begun again."""
    while True:
        try:
            await chore()
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it
            _log.error("chore failed", exc_info=error)
        await asyncio.sleep(PAUSE_S)
