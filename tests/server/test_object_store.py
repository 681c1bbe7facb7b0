"""Media that are kept in an object store."""

import random
from collections.abc import Iterator
from hashlib import sha256

import httpx
import pytest

from playbill.archive.archive import Archive
from tests.server.test_archive import work
from tests.server.test_uploads import begun, sent
from tests.support.object_stores import Store, object_store
from tests.support.serving import Serving, png, serving

KIB, MIB = 1 << 10, 1 << 20
DATA = png() + random.Random(7).randbytes(20 * MIB)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with pytest.MonkeyPatch.context() as monkeypatch, object_store(monkeypatch) as opened:
        yield opened


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, store: Store) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("served") / "archive"
    opened = Archive.create(folder, blobs_url=store.url)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def server(archive: Archive) -> Iterator[Serving]:
    with serving(archive) as running:
        yield running


@pytest.fixture(scope="module")
def url(server: Serving) -> str:
    """The address of a large file that was sent."""
    with server.http(server.token("curator")) as http:
        taken = http.post("/v1/videos", files={"video": ("a.png", DATA)})
    return f"/v1/media/{taken.json()['media']['id']}"


@pytest.fixture
def http(server: Serving) -> Iterator[httpx.Client]:
    with server.http(server.token("curator")) as client:
        yield client


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=5000000-5000099", slice(5_000_000, 5_000_100)),
        ("bytes=-7", slice(-7, None)),
    ],
)
def test_of_a_part_no_more_is_fetched_than_is_asked_for(
    http: httpx.Client, url: str, store: Store, asked: str, part: slice
) -> None:
    before = store.fetched
    answer = http.get(f"{url}/file", headers={"Range": asked})

    assert (answer.status_code, answer.content) == (206, DATA[part])
    assert store.fetched - before < 8 * KIB


def test_who_stops_reading_has_not_made_the_rest_be_fetched(
    http: httpx.Client, url: str, store: Store
) -> None:
    before = store.fetched
    with http.stream("GET", f"{url}/file", headers={"Range": "bytes=1000-"}) as answer:
        assert next(answer.iter_bytes(100)) == DATA[1000:1100]

    assert store.fetched - before < 17 * MIB


def test_a_whole_file_is_fetched_once(http: httpx.Client, url: str, store: Store) -> None:
    before = store.fetched
    assert http.get(f"{url}/file").content == DATA
    assert len(DATA) < store.fetched - before < len(DATA) + 64 * KIB


def test_what_comes_in_pieces_is_kept_analysed_and_seen(
    http: httpx.Client, server: Serving, archive: Archive
) -> None:
    data = png((0, 0, 255))
    done = sent(http, begun(http, data, filename="a.png"), 0, data)
    work(server)

    url = f"/v1/media/{done.headers['Playbill-Media']}"
    assert http.get(f"{url}/document").json()["frames"][0]["objects"][0]["label"] == "dog"
    assert http.get(f"{url}/frames/0.jpg").content.startswith(b"\xff\xd8")
    assert http.get(f"{url}/file").content == data
    (key,) = [key for key in archive.blobs.keys("uploads") if sha256(data).hexdigest() in key]
    archive.blobs.delete(key)
    assert http.get(f"{url}/file").status_code == 422
    assert not (archive.folder / "blobs").exists()
