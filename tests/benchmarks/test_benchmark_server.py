"""Clients of the server's benchmark count what came, and tell transfer from work."""

from collections.abc import Iterator
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import sleep

import pytest

from benchmarks.server_load import BOUNDARY, Answer, form_of, load
from benchmarks.server_started import Serving

WORK_S = 0.05


class Stub(BaseHTTPRequestHandler):
    """Answers those with the key `in`, and sends the others away."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        allowed = self.headers["Authorization"] == "Bearer in"
        sleep(WORK_S)
        self.send_response(200 if allowed else 503)
        if not allowed:
            self.send_header("Retry-After", "2")
        self.send_header("Server-Timing", f"receive;dur=10.0, total;dur={10 + 1000 * WORK_S}")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@pytest.fixture
def stub() -> Iterator[Serving]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Stub) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        host, nowhere = f"127.0.0.1:{server.server_port}", Path()
        yield Serving(host, 0, nowhere, nowhere, nowhere, ("in", "out"))
        server.shutdown()
        thread.join()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8 a picture \r\n--")
    return path


def test_each_client_sends_its_pictures_and_every_answer_is_counted(
    stub: Serving, picture: Path
) -> None:
    came = load(stub, ["in", "in", "out"], [picture], each=3, within_s=60)

    assert sorted(answer.status for answer in came.answers) == [200] * 6 + [503] * 3
    assert len(came.answered) == 6
    assert all(answer.is_clean for answer in came.answers)
    assert came.seconds >= 3 * WORK_S


def test_after_its_time_a_client_begins_no_further_picture(stub: Serving, picture: Path) -> None:
    assert len(load(stub, ["in"], [picture], each=100, within_s=0).answers) == 1


def test_what_the_server_did_not_work_is_transfer(stub: Serving, picture: Path) -> None:
    [answer] = load(stub, ["in"], [picture], each=1, within_s=60).answers

    assert answer.server_s == pytest.approx(WORK_S)
    assert answer.transfer_s + answer.server_s == pytest.approx(answer.wall_s)


@pytest.mark.parametrize(
    ("status", "retry_after", "clean"),
    [(200, None, True), (429, "1", True), (503, "2", True), (503, None, False), (500, "2", False)],
)
def test_to_be_sent_away_without_a_time_is_no_clean_answer(
    status: int, retry_after: str | None, clean: bool
) -> None:
    assert Answer(status, b"", retry_after, 0.1, {}).is_clean is clean


def test_a_picture_is_sent_as_a_form(picture: Path) -> None:
    head = f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n".encode()

    [part] = message_from_bytes(head + form_of(picture), policy=HTTP).iter_parts()

    assert part.get_filename() == "a.jpg"
    assert part.get_content() == picture.read_bytes()
