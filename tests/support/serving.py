"""A real server in a thread, with stand-ins for the networks, and people who may use it."""

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import cast

import httpx
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import Connection

from playbill.archive.access.keys import issue_key
from playbill.archive.access.roles import ALLOWED, Role
from playbill.archive.access.users import add_user, list_users
from playbill.archive.archive import Archive
from playbill.pipeline.analyze import Analyzer
from playbill.pipeline.networks import Networks
from playbill.pipeline.settings import AnalysisSettings
from playbill.server.app import create_app
from playbill.server.opening import Opened
from playbill.server.running import config_of
from playbill.server.services import Services
from playbill.server.settings import ServerSettings
from tests.support.drawn_people import card_of
from tests.support.fakes import BlueIsADog, BrightnessFaces, ColourEmbedder

PASSWORD = "correct-horse-battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""Tests do not wait for it."""
HASH = CHEAP.hash(PASSWORD)


def fake_networks(settings: AnalysisSettings) -> Opened:
    """Faces look like the colour of their picture; what is blue is a dog."""
    networks = Networks(BrightnessFaces(), ColourEmbedder(), BlueIsADog())
    return Opened(Analyzer(networks, None, settings), card_of())


@dataclass
class Serving:
    """A server that runs."""

    url: str
    archive: Archive
    server: uvicorn.Server
    app: FastAPI

    @property
    def services(self) -> Services:
        """What its routes work with."""
        return cast(Services, self.app.state.services)

    def token(self, role: Role = "admin", name: str | None = None) -> str:
        """The key of a user of that role, who is made if need be."""
        name = name or f"the {role}"
        scopes = sorted(ALLOWED[role])

        def work(tx: Connection) -> str:
            there = next((user for user in list_users(tx) if user.name == name.casefold()), None)
            user = there or add_user(tx, "test", name, role, HASH)
            return str(issue_key(tx, "test", user.id, "key", scopes)[1])

        return self.archive.database.write(work)

    def http(self, token: str | None = None) -> httpx.Client:
        """A client of the server."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)


@contextmanager
def serving(
    archive: Archive,
    settings: ServerSettings | None = None,
    open_: Callable[[AnalysisSettings], Opened] = fake_networks,
) -> Iterator[Serving]:
    """Serve an archive while the block runs."""
    app = create_app(archive, settings or ServerSettings(), open_)
    proxies = settings.proxies if settings else ()
    server = uvicorn.Server(config_of(app, proxies=proxies))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    deadline = monotonic() + 20
    while not server.started:
        if not thread.is_alive() or monotonic() > deadline:
            raise RuntimeError("the server did not start")
        sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Serving(f"http://127.0.0.1:{port}", archive, server, app)
    finally:
        server.should_exit = True
        thread.join(20)


@contextmanager
def served_in(
    folder: Path,
    settings: ServerSettings | None = None,
    open_: Callable[[AnalysisSettings], Opened] = fake_networks,
) -> Iterator[Serving]:
    """Serve a new archive in `folder`."""
    archive = Archive.create(folder)
    try:
        with serving(archive, settings, open_) as running:
            yield running
    finally:
        archive.close()


def png(colour: tuple[int, int, int] = (255, 0, 0), size_wh: tuple[int, int] = (32, 24)) -> bytes:
    """A picture of one colour, made by hand."""
    width, height = size_wh

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = (b"\0" + bytes(colour) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    )


def zipped(**files: bytes) -> bytes:
    """A ZIP of these files, by name."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()
