"""Pictures in, documents out."""

import json
import random
import stat
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from time import sleep
from typing import Any

import httpx
import pytest

from playbill.server.settings import ServerSettings
from tests.support.serving import Serving, png

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


def zipped(**files: bytes) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def labels(document: dict[str, Any]) -> list[str]:
    return [thing["label"] for thing in document["frames"][0]["objects"]]


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


def test_a_zip_is_taken_out_without_trust(server: Serving, http: httpx.Client) -> None:
    content = zipped(
        **{
            "a/sky.png": png(BLUE),
            "../../evil.png": png(RED),
            "/etc/evil.png": png(RED),
            "C:\\evil.png": png(RED),
            "__MACOSX/a/._sky.png": b"noise",
            ".DS_Store": b"noise",
            "notes.txt": b"just text",
        }
    )

    answer = http.post(
        "/v1/images/batch", content=content, headers={"Content-Type": "application/zip"}
    )

    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [(one["name"], "document" in one) for one in results] == [
        ("sky.png", True),
        ("../../evil.png", False),
        ("/etc/evil.png", False),
        ("C:\\evil.png", False),
        ("notes.txt", False),
    ]
    assert not list(server.archive.folder.parent.rglob("evil.png"))


def test_links_and_encrypted_entries_of_a_zip_are_refused(http: httpx.Client) -> None:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        link = zipfile.ZipInfo("link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("locked.png", png())
    content = bytearray(target.getvalue())
    content[content.rindex(b"PK\1\2") + 8] |= 1

    answer = http.post("/v1/images/batch", files={"zip": ("a.zip", bytes(content))})

    details = [one["problem"]["detail"] for one in answer.json()["results"]]
    assert ["is a link" in details[0], "is encrypted" in details[1]] == [True, True]


@pytest.mark.parametrize(
    "content",
    [
        b"PK\3\4" + bytes(100),
        zipped(a=png())[:-10],
        zipped(a=png())[:-30] + zipped(a=png())[-22:],
        b"PK\3\4" + b"PK\5\6" + bytes(18),
    ],
)
def test_a_damaged_zip_is_no_server_error(http: httpx.Client, content: bytes) -> None:
    answer = http.post("/v1/images/batch", files={"zip": ("a.zip", content)})

    assert 400 <= answer.status_code < 500 or answer.json() == {"results": []}


class TestLimits:
    @pytest.fixture
    def settings(self) -> ServerSettings:
        return ServerSettings(
            max_picture_bytes=20_000,
            max_picture_pixels=10_000,
            max_batch_bytes=100_000,
            max_batch_pictures=5,
        )

    def test_more_bytes_than_allowed_are_refused(self, http: httpx.Client) -> None:
        def chunks() -> Iterator[bytes]:
            yield from [bytes(9_000)] * 10

        said = http.post("/v1/images", files={"image": ("a.png", bytes(30_000))})
        unsaid = http.post("/v1/images", content=chunks(), headers={"Content-Type": "image/png"})

        assert [said.status_code, unsaid.status_code] == [413, 413]
        assert said.json()["expected"] == "at most 20,000 bytes"

    def test_more_pixels_than_allowed_are_refused_before_they_are_decoded(
        self, http: httpx.Client
    ) -> None:
        answer = http.post("/v1/images", files={"image": ("a.png", png(size_wh=(200, 100)))})

        assert answer.status_code == 413
        assert answer.json()["found"] == "200 x 100 pixels"

    def test_a_bomb_is_not_taken_out(self, http: httpx.Client) -> None:
        within = zipped(**{"a.png": bytes(90_000)})
        beyond = zipped(**{f"{i}.png": bytes(50_000) for i in range(4)})
        for content in (within, beyond):
            answer = http.post("/v1/images/batch", files={"zip": ("a.zip", content)})
            assert answer.status_code == 413, answer.text

    def test_ten_thousand_tiny_files_are_too_many(self, http: httpx.Client) -> None:
        content = zipped(**{f"{i}": b"" for i in range(900)})
        files = [("images", (f"{i}.png", b"x")) for i in range(10)]
        several = [("images", (f"{i}.zip", zipped(a=png(), b=png()))) for i in range(3)]

        for sent in ({"zip": ("a.zip", content)}, files, several):
            answer = http.post("/v1/images/batch", files=sent)
            assert answer.status_code == 413, answer.text

    def test_a_large_entry_is_refused_alone(self, http: httpx.Client) -> None:
        noise = random.Random(7).randbytes(30_000)
        content = zipped(**{"large.png": noise, "small.png": png()})

        results = http.post("/v1/images/batch", files={"zip": ("a.zip", content)}).json()["results"]

        assert results[0]["problem"]["status"] == 413
        assert labels(results[1]["document"]) == ["person"]


class TestSlow:
    @pytest.fixture
    def settings(self) -> ServerSettings:
        return ServerSettings(body_idle_s=0.3, body_bytes_per_s=10_000)

    def test_a_sender_who_stops_or_trickles_is_cut_off(
        self, server: Serving, http: httpx.Client
    ) -> None:
        def stops() -> Iterator[bytes]:
            yield png()
            sleep(1)

        def trickles() -> Iterator[bytes]:
            for _ in range(20):
                yield b"x"
                sleep(0.1)

        for body in (stops, trickles):
            headers = {"Content-Type": "image/png"}
            try:
                answer = http.post("/v1/images", content=body(), headers=headers)
                assert answer.status_code == 408
            except httpx.WriteError:
                pass  # the server has hung up
        assert list((server.archive.folder / "incoming").iterdir()) == []


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
