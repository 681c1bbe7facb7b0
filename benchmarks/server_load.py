"""Clients that post pictures to a server, each as fast as it is answered."""

import http.client
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from types import MappingProxyType

from benchmarks.server_started import Serving

BOUNDARY = "----------a-picture-of-the-benchmark"
PATIENCE_S = 120.0
LATER = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one picture."""

    status: int
    text: bytes
    retry_after: str | None
    wall_s: float
    """From the first byte that is sent to the last that comes."""
    timing_s: Mapping[str, float]
    """What the server says its time went on."""

    @property
    def is_clean(self) -> bool:
        """An answer, or the word to come again and when."""
        return self.status == 200 or (self.status in LATER and bool(self.retry_after))

    @property
    def server_s(self) -> float:
        """From the whole body to the first byte of the answer."""
        return self.timing_s.get("total", 0.0) - self.timing_s.get("receive", 0.0)

    @property
    def transfer_s(self) -> float:
        """To the server, onto its disk, and back."""
        return self.wall_s - self.server_s


@dataclass(frozen=True, slots=True)
class Load:
    """What came of all pictures of some clients."""

    answers: tuple[Answer, ...]
    seconds: float

    @property
    def answered(self) -> list[Answer]:
        """Those that were analysed."""
        return [answer for answer in self.answers if answer.status == 200]


class Client:
    """One connection that stays open."""

    def __init__(self, serving: Serving, key: str) -> None:
        self._connection = http.client.HTTPConnection(serving.host, timeout=PATIENCE_S)
        self._key = {"Authorization": f"Bearer {key}"}

    def __enter__(self) -> "Client":
        self._connection.connect()
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def post(self, picture: Path) -> Answer:
        """Send a picture as `curl --form` does."""
        kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        return self.ask("POST", "/v1/images", form_of(picture), kind)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Answer:
        """Any request."""
        started = time.perf_counter()
        self._connection.request(method, path, body, {**self._key, **headers})
        response = self._connection.getresponse()
        text = response.read()
        wall_s = time.perf_counter() - started
        timing = _timing_s(response.getheader("Server-Timing") or "")
        return Answer(response.status, text, response.getheader("Retry-After"), wall_s, timing)


def form_of(picture: Path) -> bytes:
    """The multipart body that holds one picture."""
    head = (
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; "
        f'name="image"; filename="{picture.name}"\r\nContent-Type: image/jpeg\r\n\r\n'
    )
    return head.encode() + picture.read_bytes() + f"\r\n--{BOUNDARY}--\r\n".encode()


def load(
    serving: Serving,
    keys: Sequence[str],
    pictures: Sequence[Path],
    *,
    each: int,
    within_s: float,
) -> Load:
    """One client for each key, all at once: `each` pictures in a row, fewer after `within_s`."""
    ready = Barrier(len(keys) + 1)

    def post(number: int) -> list[Answer]:
        answers: list[Answer] = []
        with Client(serving, keys[number]) as client:
            ready.wait()
            ends = time.monotonic() + within_s
            while len(answers) < each and (not answers or time.monotonic() < ends):
                answers.append(client.post(pictures[(number + len(answers)) % len(pictures)]))
        return answers

    with ThreadPoolExecutor(len(keys)) as clients:
        futures = [clients.submit(post, number) for number in range(len(keys))]
        ready.wait()
        started = time.perf_counter()
        answers = [answer for future in futures for answer in future.result()]
        return Load(tuple(answers), time.perf_counter() - started)


def _timing_s(header: str) -> dict[str, float]:
    parts = (part.strip().partition(";dur=") for part in header.split(","))
    return {name: float(ms) / 1000 for name, _, ms in parts if ms}
