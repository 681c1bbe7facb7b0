"""Connections that ask for nothing, and certificates that are none."""

import socket
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest
from fastapi import FastAPI

from playbill.errors import OutputError
from playbill.server import patience
from playbill.server.running import run
from tests.support.serving import Serving, served_in

HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    monkeypatch.setattr(patience, "HEAD_S", 0.8)
    with served_in(tmp_path / "archive") as running:
        yield running


def connected(server: Serving) -> socket.socket:
    port = int(server.url.rpartition(":")[2])
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def answered(line: socket.socket) -> None:
    heard = b""
    while not heard.endswith(b'{"status":"alive"}'):
        more = line.recv(4096)
        assert more, heard
        heard += more


def hung_up_on(line: socket.socket, sent: bytes, pause_s: float) -> None:
    began = monotonic()
    try:
        for letter in sent:
            line.sendall(bytes([letter]))
            sleep(pause_s)
        assert line.recv(1) == b""
    except ConnectionError:
        pass
    assert monotonic() - began < 15


def test_who_says_nothing_or_a_letter_at_a_time_is_hung_up_on(shared: Serving) -> None:
    for sent in (b"", HEAD + b"X: " + 200 * b"x"):
        with connected(shared) as line:
            hung_up_on(line, sent, 0.1)


def test_a_second_request_has_as_much_time_as_the_first(shared: Serving) -> None:
    with connected(shared) as line:
        line.sendall(HEAD + b"\r\n")
        answered(line)
        sleep(1.2)
        line.sendall(HEAD)
        sleep(0.1)
        line.sendall(b"\r\n")
        answered(line)
        hung_up_on(line, HEAD + 200 * b"x", 0.1)


def test_a_body_may_take_longer_than_a_head(shared: Serving) -> None:
    def body() -> Iterator[bytes]:
        yield b'{"name": '
        sleep(1.2)
        yield b'"Ada"}'

    with shared.http(shared.token()) as http:
        kind = {"Content-Type": "application/json"}
        assert http.post("/v1/people", content=body(), headers=kind).status_code == 201
        with httpx.Client() as other:
            assert other.get(f"{shared.url}/healthz").status_code == 200


def test_a_certificate_that_is_none_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "text.pem"
    text.write_text("no certificate")

    with pytest.raises(OutputError, match=r"text\.pem.*cannot be used for TLS"):
        run(FastAPI(), "127.0.0.1", 0, tls=(text, text))
