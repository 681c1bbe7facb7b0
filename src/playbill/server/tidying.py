"""What goes away by itself: old replies, and uploads that nobody goes on with."""

import asyncio
from datetime import timedelta

import structlog

from playbill.archive.access.replies import drop_old
from playbill.errors import PlaybillError
from playbill.server.services import Services
from playbill.server.tus import Uploading

EVERY_S = 600
_log = structlog.get_logger("playbill.server")


async def tidy(services: Services) -> None:
    """Tidy up now and then, until cancelled; what fails is logged and tried again."""
    while True:
        try:
            await asyncio.to_thread(_once, services)
        except (PlaybillError, OSError) as error:
            _log.warning("not tidied", reason=str(error))
        await asyncio.sleep(EVERY_S)


def _once(services: Services) -> None:
    kept = timedelta(hours=services.settings.reply_hours)
    services.archive.database.write(lambda tx: drop_old(tx, kept))
    Uploading(services).tidy()
