"""A picture in, the moments of whoever looks like its face out."""

import struct
from collections.abc import Iterator

import httpx
import pytest

from playbill.server.settings import ServerSettings
from tests.server.test_archive import work
from tests.support.databases import BOTH
from tests.support.serving import Serving, png

RED, REDDISH, GREEN, BLACK = (250, 0, 0), (250, 40, 0), (0, 250, 0), (0, 0, 0)
NAMES = {"red.png": RED, "reddish.png": REDDISH, "green.png": GREEN}


@pytest.fixture
def settings() -> ServerSettings:
    return ServerSettings(max_picture_bytes=10_000, max_picture_pixels=10_000)


@pytest.fixture
def http(server: Serving) -> Iterator[httpx.Client]:
    with server.http(server.token()) as client:
        for name, colour in NAMES.items():
            assert client.post("/v1/videos", files={"video": (name, png(colour))}).is_success
        work(server)
        yield client


def like(
    http: httpx.Client, colour: tuple[int, int, int], **params: str | float | list[str] | None
) -> httpx.Response:
    files = {"image": ("who.png", png(colour, (40, 30)))}
    return http.post("/v1/search/face", params=params, files=files)


def found(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [moment["media"]["name"] for moment in answer.json()["items"]]


@BOTH
def test_who_looks_like_a_face_is_found_the_likest_first(
    server: Serving, http: httpx.Client
) -> None:
    answer = like(http, RED)
    assert found(answer) == ["red.png", "reddish.png"]
    (first, second) = answer.json()["items"]
    assert first["subjects"][0]["likeness"] == 1
    assert 0.9 < second["subjects"][0]["likeness"] < 1
    assert http.get(first["subjects"][0]["crop"]).content.startswith(b"\xff\xd8")
    assert found(like(http, RED, min_likeness=0.9999)) == ["red.png"]
    assert found(like(http, RED, media=second["media"]["id"])) == ["reddish.png"]
    assert found(like(http, RED, face=0)) == ["red.png", "reddish.png"]
    assert list((server.archive.folder / "incoming").iterdir()) == []

    page = like(http, RED, limit=1)
    assert found(page) == ["red.png"]
    rest = like(http, RED, limit=1, after=page.json()["next"])
    assert (found(rest), rest.json()["next"]) == (["reddish.png"], None)
    assert like(http, GREEN, after=page.json()["next"]).status_code == 422


def test_what_cannot_be_read_is_told_without_where_it_lies(
    server: Serving, http: httpx.Client
) -> None:
    huge = png()[:16] + struct.pack(">II", 60_000, 60_000) + png()[24:]
    for data in (huge, png()[:50], b""):
        answer = http.post("/v1/search/face", files={"image": ("a.png", data)})
        assert answer.status_code == 422
        assert answer.json()["where"] == "a.png"
        assert str(server.archive.folder) not in answer.text


@BOTH
def test_who_is_forgotten_is_found_no_longer(server: Serving, http: httpx.Client) -> None:
    (moment,) = like(http, GREEN).json()["items"]
    person = http.post("/v1/people", json={"name": "Ada"}).json()["id"]
    tracks = moment["subjects"][0]["track_ids"]
    http.post("/v1/tracks/assign", json={"tracks": tracks, "person_id": person})
    assert like(http, GREEN).json()["items"][0]["subjects"][0]["person"]["name"] == "Ada"

    gone = http.delete(f"/v1/people/{person}", headers={"If-Match": "*"})
    assert gone.status_code == 200, gone.text

    (index,) = server.services.indices.values()
    assert len(index) == 0
    assert found(like(http, GREEN)) == []
    assert found(like(http, RED)) == ["red.png", "reddish.png"]


def test_what_cannot_be_looked_for_is_refused(server: Serving, http: httpx.Client) -> None:
    said = http.post("/v1/search/face", files={"image": ("a.png", png(BLACK))})
    assert (said.status_code, said.json()["where"]) == (422, "a.png")
    assert "found no face" in said.json()["detail"]
    assert str(server.archive.folder) not in said.text
    assert like(http, RED, face=1).json()["where"] == "face"
    refused = [
        like(http, RED, face=-1),
        like(http, RED, min_likeness="nan"),
        like(http, RED, min_likeness=1.1),
        like(http, RED, after="none"),
        http.post("/v1/search/face", files={}),
        http.post("/v1/search/face", content=b"text", headers={"Content-Type": "image/png"}),
        http.post("/v1/search/face", files={"image": ("a.png", png(RED, (200, 100)))}),
        http.post("/v1/search/face", files={"image": ("a.png", bytes(20_000))}),
        http.post("/v1/search/face", json={"image": "a.png"}),
    ]
    assert [answer.status_code for answer in refused] == [
        422, 422, 422, 422, 422, 415, 413, 413, 415,
    ]  # fmt: skip
    with httpx.Client(base_url=server.url) as stranger:
        assert like(stranger, RED).status_code == 401
