"""Pictures in, documents out."""

import json
from collections.abc import Iterator
from hashlib import sha256
from threading import current_thread
from typing import Any

import httpx
import pytest
from python_multipart.multipart import MultipartParser

from tests.support.serving import Serving, png, served_in

BLUE, RED = (0, 0, 255), (255, 0, 0)


def test_a_picture_comes_back_as_its_document(server: Serving) -> None:
    with server.http(server.token("viewer")) as http:
        answer = http.post("/v1/images", files={"image": ("sky.png", png(BLUE), "image/png")})

    assert answer.status_code == 200
    document = answer.json()
    assert document["schema"] == "playbill/1"
    assert document["media"]["name"] == "sky.png"
    assert [thing["label"] for thing in document["frames"][0]["objects"]] == ["dog", "person"]
    assert answer.text == json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def labels(document: dict[str, Any]) -> list[str]:
    return [thing["label"] for thing in document["frames"][0]["objects"]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """One for all: nothing that these tests send is kept."""
    with served_in(tmp_path_factory.mktemp("served") / "archive") as running:
        yield running


@pytest.fixture
def http(server: Serving) -> Iterator[httpx.Client]:
    with server.http(server.token("viewer")) as client:
        yield client


def test_a_bare_picture_is_taken_as_well(http: httpx.Client) -> None:
    answer = http.post(
        "/v1/images",
        params={"name": "Ä b.png"},
        content=png(RED),
        headers={"Content-Type": "image/png"},
    )

    assert answer.status_code == 200
    assert answer.json()["media"]["name"] == "Ä b.png"
    assert answer.json()["media"]["sha256"] == sha256(png(RED)).hexdigest()


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"", 422, "media-error"),
        (b"this is text", 415, "wrong-type"),
        (bytes(1000), 415, "wrong-type"),
        (png(RED)[:60], 422, "media-error"),
    ],
)
def test_what_is_no_picture_is_refused_and_says_no_path(
    server: Serving, http: httpx.Client, body: bytes, status: int, kind: str
) -> None:
    answer = http.post(
        "/v1/images?name=../../x.png", content=body, headers={"Content-Type": "image/png"}
    )

    assert answer.status_code == status
    problem = answer.json()
    assert problem["type"].endswith(kind)
    assert problem["where"] == "x.png"
    assert str(server.archive.folder) not in answer.text
    assert list((server.archive.folder / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"Content-Type": "application/json"}, b"{}", 415),
        ({"Content-Type": "multipart/form-data"}, b"x", 400),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--y\r\n", 400),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x--\r\n", 422),
        (
            {"Content-Type": "multipart/form-data; boundary=x"},
            b'--x\r\nContent-Disposition: form-data; name="a"; filename="b.png"\r\n\r\nhalf',
            400,
        ),
        (
            {"Content-Type": "multipart/form-data; boundary=x"},
            b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n",
            400,
        ),
    ],
)
def test_bodies_that_hold_no_file_are_refused(
    http: httpx.Client, headers: dict[str, str], content: bytes, status: int
) -> None:
    answer = http.post("/v1/images", content=content, headers=headers)

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_large_body_is_parsed_and_written_beside_the_loop_that_serves_others(
    http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, int]] = []
    write = MultipartParser.write

    def noted(parser: MultipartParser, data: bytes) -> int:
        seen.append((current_thread().name, len(data)))
        return write(parser, data)

    monkeypatch.setattr(MultipartParser, "write", noted)
    data = png() + bytes(5 << 20)
    answer = http.post("/v1/images", files={"image": ("a.png", data)})

    assert answer.json()["media"]["sha256"] == sha256(data).hexdigest()
    *pieces, last = seen
    loop = last[0]
    assert len(pieces) >= 3
    assert all(name != loop and size >= 1 << 20 for name, size in pieces)
    assert last[1] < 1 << 20


def test_two_files_are_one_too_many_for_one_picture(http: httpx.Client) -> None:
    files = [("image", ("a.png", png())), ("image", ("b.png", png()))]

    assert http.post("/v1/images", files=files).status_code == 413


def test_each_picture_of_a_batch_gets_its_document_or_its_problem(http: httpx.Client) -> None:
    files = [
        ("images", ("sky.png", png(BLUE))),
        ("images", ("bad.png", b"no picture")),
        ("images", ("rose.png", png(RED))),
    ]

    answer = http.post("/v1/images/batch", files=files)

    assert answer.status_code == 200
    first, second, third = answer.json()["results"]
    assert [one["name"] for one in (first, second, third)] == ["sky.png", "bad.png", "rose.png"]
    assert labels(first["document"]) == ["dog", "person"]
    assert second["problem"]["status"] == 415
    assert labels(third["document"]) == ["person"]


def test_the_same_key_gets_the_same_answer_and_another_body_none(http: httpx.Client) -> None:
    def posted(colour: tuple[int, int, int], key: str = "k-1") -> httpx.Response:
        files = {"image": ("a.png", png(colour))}
        return http.post("/v1/images", files=files, headers={"Idempotency-Key": key})

    first, again, other = posted(RED), posted(RED), posted(BLUE)

    assert first.content == again.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert other.status_code == 422
    assert posted(RED, "k-2").content != first.content
    assert posted(RED, "").status_code == 400


def test_answers_bear_an_id_and_what_browsers_are_told(http: httpx.Client) -> None:
    mine = "6fa459ea-ee8a-3ca4-894e-db77e160355e"
    answer = http.get("/v1/me", headers={"X-Request-ID": mine})
    forged = http.get("/v1/me", headers={"X-Request-ID": "x\ty"})

    assert answer.headers["X-Request-ID"] == mine
    assert forged.headers["X-Request-ID"] != "x\ty"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "server" not in answer.headers


def test_an_answer_tells_what_its_time_went_on(http: httpx.Client) -> None:
    answer = http.post("/v1/images", content=png(), headers={"Content-Type": "image/png"})

    parts = [part.partition(";dur=") for part in answer.headers["Server-Timing"].split(", ")]
    assert [name for name, _, _ in parts] == ["receive", "wait", "analyse", "write", "total"]
    *told, total = [float(ms) for _, _, ms in parts]
    assert 0 < sum(told) <= total + 0.5
