"""An S3 server of one's own, and how much is fetched from it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Thread
from uuid import uuid4

import pytest
import s3fs
from moto.server import ThreadedMotoServer


@dataclass
class Store:
    """An empty bucket."""

    url: str
    fetched: int = 0
    """Bytes that came from the server, headers included."""


@contextmanager
def object_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A bucket while the block runs, which this process's clients of S3 find."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    store = Store(f"s3://bucket-{uuid4().hex}/films")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=_relay, args=(listener, server.get_host_and_port(), store)).start()
        port = listener.getsockname()[1]
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        s3fs.S3FileSystem.clear_instance_cache()
        s3fs.S3FileSystem().mkdir(store.url.split("/")[2])
        try:
            yield store
        finally:
            s3fs.S3FileSystem.clear_instance_cache()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            server.stop()


def _relay(listener: socket.socket, server: tuple[str, int], store: Store) -> None:
    """Hand everything on, and count what comes back."""
    with suppress(OSError):
        while True:
            near, _ = listener.accept()
            far = socket.create_connection(server)
            Thread(target=_pump, args=(near, far, None), daemon=True).start()
            Thread(target=_pump, args=(far, near, store), daemon=True).start()


def _pump(source: socket.socket, target: socket.socket, store: Store | None) -> None:
    with suppress(OSError), target:
        while data := source.recv(1 << 16):
            if store is not None:
                store.fetched += len(data)
            target.sendall(data)
