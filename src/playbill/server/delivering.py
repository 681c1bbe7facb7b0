"""Telling others that jobs are over: signed as Standard Webhooks has it, and tried again."""

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import SplitResult

import httpx
import structlog
from sqlalchemy import Connection

from playbill.archive.access.hook_secret import hook_secret, to_key
from playbill.archive.deliveries import (
    Delivery,
    claim_delivery,
    delivered,
    not_delivered,
)
from playbill.archive.queue import get_job
from playbill.errors import PlaybillError
from playbill.server.hooks import PORTS, check_address, is_public
from playbill.server.problems import Problem
from playbill.server.schemas.jobs import JobShown
from playbill.server.services import Services
from playbill.server.settings import ServerSettings

EVERY_S = 1.0
TIMEOUT_S = 10.0
"""For each of connecting, sending and hearing something."""
LONGEST_S = 20.0
"""For all of it: a host that answers a letter at a time holds nobody up."""
LEASE = timedelta(minutes=2)
GONE = 410

Resolve = Callable[[str, int], Sequence[str]]
"""IP addresses of a host."""
_log = structlog.get_logger("playbill.server")


class NotDelivered(Exception):
    """Why an address was not told."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


async def deliver(services: Services) -> None:
    """Call what is due, again and again, until cancelled."""
    while True:
        try:
            worked = await asyncio.to_thread(deliver_one, services)
        except PlaybillError as error:
            _log.warning("web hooks wait", reason=str(error))
            worked = False
        if not worked:
            await asyncio.sleep(EVERY_S)


def deliver_one(services: Services, resolve: Resolve | None = None) -> bool:
    """Call one address that is due; False: there is none."""
    database, now = services.archive.database, datetime.now(UTC)
    delivery = database.write(lambda tx: claim_delivery(tx, now, LEASE))
    if delivery is None:
        return False
    body = database.read(lambda tx: _body(tx, delivery))
    secret = to_key(hook_secret(services.archive.folder))
    try:
        call(delivery, body, secret, services.settings, resolve)
    except NotDelivered as error:
        reason, for_good = str(error), error.for_good
        _log.warning("web hook not told", job=delivery.job_id, reason=reason)
        database.write(lambda tx: not_delivered(tx, delivery, reason, for_good=for_good))
    else:
        database.write(lambda tx: delivered(tx, delivery))
    return True


def call(
    delivery: Delivery,
    body: bytes,
    secret: bytes,
    settings: ServerSettings,
    resolve: Resolve | None = None,
) -> None:
    """Tell one address. Its host is looked up once, and what was looked at is what is called.

    Raises:
        NotDelivered: it may not be called, or did not take it.
    """
    try:
        parts = check_address(delivery.address, settings)
    except Problem as error:
        raise NotDelivered(error.detail, for_good=True) from error
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    address = _address(host, port, settings, resolve or addresses_of)
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "User-Agent": "playbill",
        **signature(secret, f"msg_{delivery.id}", int(time.time()), body),
    }
    try:
        status = asyncio.run(_post(_pinned(parts, address, port), host, body, headers))
    except TimeoutError as error:
        raise NotDelivered(f"{host}: has not answered for {LONGEST_S:g} s") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise NotDelivered(f"{host}: {type(error).__name__}: {error}") from error
    if not 200 <= status < 300:
        reason = f"{host}: answered {status}, expected 200 to 299 (redirects are not followed)"
        raise NotDelivered(reason, for_good=status == GONE)


async def _post(url: str, host: str, body: bytes, headers: Mapping[str, str]) -> int:
    """The status that is answered; what else is answered is not read."""
    async with (
        asyncio.timeout(LONGEST_S),
        httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=TIMEOUT_S) as http,
        http.stream(
            "POST", url, content=body, headers=headers, extensions={"sni_hostname": host}
        ) as response,
    ):
        return response.status_code


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of Standard Webhooks: who gets it can tell that it is ours, and how old it is."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{digest}",
    }


def addresses_of(host: str, port: int) -> list[str]:
    """Where a host is, by the system's resolver.

    Raises:
        NotDelivered: nobody knows.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotDelivered(f"{host}: cannot be looked up: {error}") from error
    return [str(entry[4][0]) for entry in found]


def _address(host: str, port: int, settings: ServerSettings, resolve: Resolve) -> str:
    """The address that is called; of a host with any private one, none."""
    found = resolve(host, port)
    if not found:
        raise NotDelivered(f"{host}: has no address")
    if not settings.hook_private:
        for address in found:
            if not is_public(address.partition("%")[0]):
                raise NotDelivered(
                    f"{host}: found the private address {address}, expected public ones"
                )
    return found[0]


def _pinned(parts: SplitResult, address: str, port: int) -> str:
    shown = f"[{address}]" if ":" in address else address
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{shown}:{port}{parts.path or '/'}{query}"


def _body(tx: Connection, delivery: Delivery) -> bytes:
    job = JobShown.of(get_job(tx, delivery.job_id))
    said = {
        "type": f"job.{job.state}",
        "timestamp": datetime.now(UTC).isoformat(),
        "data": job.model_dump(mode="json"),
    }
    return json.dumps(said, ensure_ascii=False).encode()
