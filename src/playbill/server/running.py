"""How uvicorn runs the application."""

import signal
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT, SIGTERM

import uvicorn
from fastapi import FastAPI

from playbill.errors import OutputError
from playbill.server.patience import PatientProtocol

MOST_CONNECTIONS = 1000
KEEP_ALIVE_S = 15
GRACE_S = 10
Tls = tuple[Path, Path]
"""Certificate chain and private key."""


def config_of(
    app: FastAPI,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    tls: Tls | None = None,
    proxies: Sequence[str] = (),
) -> uvicorn.Config:
    """The configuration; port 0 takes any that is free."""
    return uvicorn.Config(
        app,
        http=PatientProtocol,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        lifespan="on",
        ws="none",
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=tls[0] if tls else None,
        ssl_keyfile=tls[1] if tls else None,
    )


class _Server(uvicorn.Server):
    """Says where it listens, once it does."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._said = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._said()


def run(
    app: FastAPI,
    host: str,
    port: int,
    *,
    tls: Tls | None = None,
    proxies: Sequence[str] = (),
    started: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve until a signal; `started` is told the address, once requests are answered.

    Raises:
        OutputError: the address or the certificate cannot be had, or the application did not
            start.
    """
    if tls:
        _check_tls(*tls)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends small answers without delay (TCP_NODELAY) only where the protocol is said.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise OutputError(f"{host}:{port}: cannot listen there: {error.strerror}") from error
    shown, scheme = f"[{host}]" if ":" in host else host, "https" if tls else "http"
    url = f"{scheme}://{shown}:{listener.getsockname()[1]}"
    with listener, _quietly_ended():
        config = config_of(app, host, port, tls=tls, proxies=proxies)
        server = _Server(config, lambda: started(url))
        server.run(sockets=[listener])
    if not server.started:
        raise OutputError(f"{url}: the server did not start; its log says why")


def _check_tls(certificate: Path, key: Path) -> None:
    """Before anything listens; a key with a password is none here, as nobody is asked for it."""
    try:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key, password=lambda: "")
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(f"{certificate}, {key}: cannot be used for TLS: {reason}") from error


@contextmanager
def _quietly_ended() -> Iterator[None]:
    """Let a signal end the server and no more: uvicorn sends itself the same once it is done."""
    before = {kind: signal.signal(kind, lambda *_: None) for kind in (SIGINT, SIGTERM)}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
