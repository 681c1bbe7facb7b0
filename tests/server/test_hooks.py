"""Web hooks: signed, tried again, and only to where they may go."""

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic, sleep

import pytest
from sqlalchemy import select, update

from playbill.archive.access.hook_secret import to_key
from playbill.archive.deliveries import Delivery, claim_delivery, delivered, not_delivered
from playbill.archive.tables import deliveries
from playbill.server import delivering
from playbill.server.delivering import NotDelivered, call, signature
from playbill.server.hooks import check_address, is_public
from playbill.server.problems import Problem
from playbill.server.settings import ServerSettings
from tests.server.test_archive import work
from tests.support.databases import BOTH
from tests.support.serving import Serving, png

SECRET = b"0" * 32
HERE = ServerSettings(hook_hosts=("hooks.test",), hook_private=True)


class Listener:
    """Who is told; `status` is what it answers."""

    def __init__(self) -> None:
        self.status, self.location = 204, ""
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.port = 0


@contextmanager
def listening() -> Iterator[Listener]:
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            listener.heard.append((headers, body))
            self.send_response(listener.status)
            if listener.location:
                self.send_header("Location", listener.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def delivery(port: int, path: str = "/x?y=1") -> Delivery:
    return Delivery(7, "job-1", f"http://hooks.test:{port}{path}", 1)


def loopback(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def test_who_is_told_can_see_that_it_is_ours() -> None:
    with listening() as listener:
        call(delivery(listener.port), b'{"a": 1}', SECRET, HERE, loopback)

    (headers, body) = listener.heard[0]
    assert headers["host"] == f"hooks.test:{listener.port}"
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_redirects_are_not_followed() -> None:
    with listening() as listener, listening() as other:
        listener.status, listener.location = 307, f"http://127.0.0.1:{other.port}/"
        with pytest.raises(NotDelivered, match="answered 307"):
            call(delivery(listener.port), b"{}", SECRET, HERE, loopback)

    assert other.heard == []


def test_a_host_is_looked_up_once() -> None:
    looked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        looked.append(host)
        return ["127.0.0.1"] if len(looked) == 1 else ["10.0.0.1"]

    with listening() as listener:
        call(delivery(listener.port), b"{}", SECRET, HERE, rebinding)

    assert looked == ["hooks.test"]
    assert len(listener.heard) == 1


def test_a_host_that_answers_a_letter_at_a_time_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivering, "LONGEST_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def trickles() -> None:
            line, _ = listener.accept()
            with line, suppress(OSError):
                for letter in "HTTP/1.1 200 OK\r\nX: " + 200 * "x":
                    line.sendall(letter.encode())
                    sleep(0.1)

        thread = Thread(target=trickles)
        thread.start()
        began = monotonic()
        with pytest.raises(NotDelivered, match="not answered for"):
            call(delivery(listener.getsockname()[1]), b"{}", SECRET, HERE, loopback)
        assert monotonic() - began < 5
        thread.join()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
    ],
)
def test_private_addresses_are_not_called(address: str) -> None:
    public = ServerSettings(hook_hosts=("hooks.test",))
    with pytest.raises(NotDelivered, match="private"):
        call(delivery(80), b"{}", SECRET, public, lambda *_: ["93.184.215.14", address])


def test_public_addresses_are_public() -> None:
    assert is_public("93.184.215.14")
    assert is_public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")


@pytest.mark.parametrize(
    "address",
    [
        "https://other.test/",
        "https://hooks.test.evil.test/",
        "https://hooks.test@evil.test/",
        "https://user:pw@hooks.test/",
        "ftp://hooks.test/",
        "//hooks.test/",
        "hooks.test",
        "https://hooks.test:0/",
        "https://hooks.test:99999/",
        "https://hooks.test/ a",
        "https://hooks.test/\n",
        "https://[::1/",
        "https://hooks.test/#x",
    ],
)
def test_addresses_that_may_not_be_called_are_refused(address: str) -> None:
    with pytest.raises(Problem) as caught:
        check_address(address, HERE)
    assert caught.value.status == 422


@BOTH
class TestServed:
    @pytest.fixture
    def settings(self) -> ServerSettings:
        return ServerSettings(hook_hosts=("localhost",), hook_private=True)

    def test_a_finished_job_is_told_again_until_it_is_heard(self, server: Serving) -> None:
        with listening() as listener, server.http(server.token()) as http:
            listener.status = 500
            address = f"http://localhost:{listener.port}/done"
            sent = http.post(
                "/v1/videos", files={"video": ("a.png", png())}, data={"hook": address}
            )
            assert sent.status_code == 202, sent.text
            assert http.get(sent.headers["Location"]).json()["told"] is None
            work(server)
            until(lambda: len(listener.heard) == 1)
            until(lambda: states(server) == [("queued", 1)])
            job = f"/v1/jobs/{sent.json()['job']['id']}"
            until(lambda: http.get(job).json()["told"]["error"] is not None)
            told = http.get(job).json()["told"]
            assert (told["state"], told["attempts"], told["address"]) == ("queued", 1, address)
            assert "answered 500" in told["error"]
            assert told["next_at"] is not None
            listener.status = 200
            now = datetime.now(UTC)
            server.archive.database.write(
                lambda tx: tx.execute(update(deliveries).values(next_at=now))
            )
            until(lambda: states(server) == [("done", 2)])
            assert http.get(job).json()["told"]["state"] == "done"
            secret = http.get("/v1/keys/hook-secret").json()["secret"]
            assert http.get("/v1/audit").json()["items"][0]["action"] == "hook-secret.show"
        with server.http(server.token("curator")) as curator:
            assert curator.get("/v1/keys/hook-secret").status_code == 403

        headers, body = listener.heard[1]
        when = int(headers["webhook-timestamp"])
        expected = signature(to_key(secret), headers["webhook-id"], when, body)
        assert headers["webhook-signature"] == expected["webhook-signature"]
        said = json.loads(listener.heard[1][1])
        assert said["type"] == "job.done"
        assert said["data"]["id"] == sent.json()["job"]["id"]
        assert listener.heard[0][0]["webhook-id"] == listener.heard[1][0]["webhook-id"]

    def test_a_delivery_is_claimed_by_one_and_given_up_in_the_end(self, server: Serving) -> None:
        with server.http(server.token()) as http:
            job = http.post("/v1/videos", files={"video": ("a.png", png())}).json()["job"]["id"]
        database, now = server.archive.database, datetime.now(UTC) + timedelta(days=1)
        row = {"job_id": job, "address": "x", "state": "queued", "next_at": now}
        database.write(lambda tx: tx.execute(deliveries.insert().values(row)))
        lease = timedelta(minutes=1)

        first = database.write(lambda tx: claim_delivery(tx, now, lease))
        assert first is not None
        assert database.write(lambda tx: claim_delivery(tx, now, lease)) is None
        again = database.write(lambda tx: claim_delivery(tx, now + lease, lease))
        assert again is not None
        assert again.attempts == 2
        last = Delivery(first.id, job, "x", 10)
        database.write(lambda tx: not_delivered(tx, last, "no", for_good=False))
        assert states(server)[0][0] == "failed"
        database.write(lambda tx: delivered(tx, last))
        assert states(server)[0][0] == "done"


def states(server: Serving) -> list[tuple[str, int]]:
    kept = select(deliveries.c.state, deliveries.c.attempts)
    return [
        (row.state, row.attempts)
        for row in server.archive.database.read(lambda tx: tx.execute(kept).all())
    ]


def until(true: Callable[[], bool]) -> None:
    deadline = monotonic() + 10
    while not true():
        assert monotonic() < deadline
        sleep(0.02)
