"""Disks that fill up in the middle of an upload: what is on them counts, and is gone on with."""

import random
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from playbill.server import piece, room, tus
from playbill.server.tidying import _once as tidy_once
from tests.server.test_uploads import TUS, begun, part_of, sent
from tests.support.disks import fill, small_disk
from tests.support.serving import Serving, png, served_in

MIB = 1 << 20
SIZE = 6 * MIB
DATA = png() + random.Random(7).randbytes(SIZE - len(png()))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 16) as folder:
        yield folder


@pytest.fixture
def server(disk: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """Its archive is on the small disk."""
    monkeypatch.setattr(room, "SPARE_BYTES", MIB)
    with served_in(disk / "archive") as running:
        yield running


@pytest.fixture
def http(server: Serving) -> Iterator[httpx.Client]:
    with server.http(server.token("curator")) as opened:
        yield opened


def refused(answer: httpx.Response) -> int:
    """The offset that a refusal names."""
    assert answer.status_code == 507, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:playbill:problem:disk-full"
    return int(answer.headers["Upload-Offset"])


def gone_on_with(http: httpx.Client, url: str, at: int) -> None:
    """Send the rest, and find the file whole in the archive."""
    done = sent(http, url, at, DATA[at:])
    assert done.status_code == 204, done.text
    media = http.get(f"/v1/media/{done.headers['Playbill-Media']}").json()
    assert media["sha256"] == sha256(DATA).hexdigest()


def offset(http: httpx.Client, url: str) -> int:
    return int(http.head(url, headers=TUS).headers["Upload-Offset"])


def test_a_disk_that_fills_up_keeps_what_came_and_spares_the_data_base(
    http: httpx.Client, server: Serving, disk: Path
) -> None:
    url = begun(http, DATA, sha256=sha256(DATA).hexdigest())
    assert sent(http, url, 0, DATA[: MIB // 2]).status_code == 204
    filler = fill(disk, leaving=4 * MIB)

    at = refused(sent(http, url, MIB // 2, DATA[MIB // 2 :]))

    assert MIB < at <= 4 * MIB
    assert at == offset(http, url) == part_of(server, url).stat().st_size
    assert http.post("/v1/people", json={"name": "Ada"}).status_code == 201
    assert refused(sent(http, url, at, DATA[at:])) - at < MIB
    filler.unlink()
    gone_on_with(http, url, offset(http, url))


def test_a_disk_without_any_room_is_said_and_the_upload_goes_on_later(
    http: httpx.Client, server: Serving, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others have filled it: nothing is spared, not even for the data base."""
    monkeypatch.setattr(room, "SPARE_BYTES", 0)
    monkeypatch.setattr(piece, "require_room", lambda *_: None)
    monkeypatch.setattr(tus, "RESCUE_S", 0.2)
    url = begun(http, DATA, sha256=sha256(DATA).hexdigest())
    assert sent(http, url, 0, DATA[:1000]).status_code == 204
    filler = fill(disk, leaving=2 * MIB)

    at = refused(sent(http, url, 1000, DATA[1000:]))

    assert 1000 <= at == offset(http, url) <= part_of(server, url).stat().st_size
    assert http.get("/v1/media").status_code == 200
    filler.unlink()
    gone_on_with(http, url, at)


def test_of_a_piece_with_a_checksum_nothing_counts(http: httpx.Client, disk: Path) -> None:
    url = begun(http, DATA)
    filler = fill(disk, leaving=4 * MIB)
    checksum = {"Upload-Checksum": "sha256 " + "A" * 43 + "="}

    assert refused(sent(http, url, 0, DATA, **checksum)) == offset(http, url) == 0

    filler.unlink()
    gone_on_with(http, url, 0)


def test_an_upload_that_has_no_room_is_refused_before_it_is_sent(
    http: httpx.Client, server: Serving, disk: Path
) -> None:
    fill(disk, leaving=4 * MIB)
    headers = TUS | {"Upload-Length": str(SIZE)}
    answer = http.post("/v1/uploads", headers=headers)

    assert answer.status_code == 507
    assert answer.json()["found"] == f"{SIZE:,} bytes"
    assert not list((server.archive.folder / "uploads").iterdir())


def test_a_whole_upload_is_finished_once_there_is_room(
    http: httpx.Client, server: Serving, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no second name can be had, the archive needs room for a copy."""

    def cannot(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("os.link", cannot)
    url = begun(http, DATA)
    filler = fill(disk, leaving=SIZE + 2 * MIB)

    answer = sent(http, url, 0, DATA)

    assert answer.status_code == 507, answer.text
    assert offset(http, url) == SIZE
    filler.unlink()
    tidy_once(server.services)
    assert http.get(url).json()["media_id"]
