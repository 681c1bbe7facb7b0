"""ZIPs from strangers: taken out without trust."""

import stat
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from playbill.server.incoming import Received
from playbill.server.problems import Problem
from playbill.server.settings import ServerSettings
from playbill.server.zips import Refused, Room, take_out
from tests.support.serving import Serving, png, served_in, zipped

BLUE, RED = (0, 0, 255), (255, 0, 0)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """One for all: nothing that these tests send is kept."""
    with served_in(tmp_path_factory.mktemp("served") / "archive") as running:
        yield running


@pytest.fixture
def http(server: Serving) -> Iterator[httpx.Client]:
    with server.http(server.token("viewer")) as client:
        yield client


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


@pytest.mark.parametrize("value", [0, 1, 127, 255])
def test_whichever_byte_of_a_zip_is_altered_it_is_taken_out_or_refused(
    tmp_path: Path, value: int
) -> None:
    content, path = zipped(**{"a/sky.png": b"blue" * 9, "b.png": b"x"}), tmp_path / "a.zip"
    settings = ServerSettings()
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([value]) + content[place + 1 :])
        with suppress(Problem):
            for one in take_out(path, tmp_path / f"{place}", settings, Room.of(settings)):
                assert isinstance(one, Received | Refused)


def test_an_entry_without_a_name_is_a_picture_without_one(http: httpx.Client) -> None:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("?", png())
    content = target.getvalue()
    first = content.index(b"PK\1\2")
    unnamed = bytearray(content[:26] + bytes(2) + content[28:30] + content[31:])
    first -= 1
    unnamed[first + 28 : first + 30] = bytes(2)
    del unnamed[first + 46]
    unnamed[-10:-6] = (46).to_bytes(4, "little")
    unnamed[-6:-2] = first.to_bytes(4, "little")

    (one,) = results_of(http, bytes(unnamed))

    assert one["document"]["media"]["name"] == "unnamed"


def results_of(http: httpx.Client, content: bytes) -> list[dict[str, Any]]:
    answer = http.post("/v1/images/batch", files={"zip": ("a.zip", content)})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["results"])


def test_a_zip_in_a_zip_is_not_taken_out(http: httpx.Client) -> None:
    bomb = zipped(**{f"{n}.png": bytes(1_000_000) for n in range(20)})
    outer = BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("inner.zip", bomb)
        archive.writestr("sky.png", png(BLUE))

    inner, sky = results_of(http, outer.getvalue())

    assert (inner["name"], inner["problem"]["status"]) == ("inner.zip", 415)
    assert sky["document"]["media"]["name"] == "sky.png"


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_bomb_is_refused_before_it_is_taken_out(
    server: Serving, http: httpx.Client, method: int
) -> None:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for number in range(20):
            archive.writestr(f"{number}.png", bytes(5_000_000))
    before = sum(path.stat().st_size for path in server.archive.folder.rglob("*"))

    answer = http.post("/v1/images/batch", files={"zip": ("a.zip", target.getvalue())})

    assert answer.status_code == 413
    assert "times its size" in answer.json()["found"]
    after = sum(path.stat().st_size for path in server.archive.folder.rglob("*"))
    assert after < before + 1_000_000


def test_an_entry_that_lies_about_its_size_is_read_no_further(http: httpx.Client) -> None:
    """The directory says 100 bytes; two million zeros lie there."""
    content = bytearray(zipped(**{"a.png": bytes(2_000_000), "b.png": png()}))
    first = content.index(b"PK\1\2")
    for place in (22, first + 24):
        content[place : place + 4] = (100).to_bytes(4, "little")

    lie, fine = results_of(http, bytes(content))

    assert lie["problem"]["status"] in {415, 422}
    assert fine["document"]["media"]["name"] == "b.png"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_only_what_can_be_unpacked_bit_by_bit_is_taken_out(
    http: httpx.Client, method: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kilobyte of bzip2 that says it holds 100 bytes would take gigabytes of memory."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("a.png", bytes(2_000_000))
        archive.writestr("b.png", png(), zipfile.ZIP_DEFLATED)
    content = bytearray(target.getvalue())
    first = content.index(b"PK\1\2")
    for place in (22, first + 24):
        content[place : place + 4] = (100).to_bytes(4, "little")
    opened: list[str] = []
    plain = zipfile.ZipFile.open

    def noted(self: zipfile.ZipFile, entry: zipfile.ZipInfo, *more: Any) -> Any:
        opened.append(entry.filename)
        return plain(self, entry, *more)

    monkeypatch.setattr(zipfile.ZipFile, "open", noted)
    bomb, fine = results_of(http, bytes(content))

    assert "packed by another method" in bomb["problem"]["detail"]
    assert fine["document"]["media"]["name"] == "b.png"
    assert opened == ["b.png"]


def test_entries_that_overlap_do_not_multiply(http: httpx.Client) -> None:
    """As in the bombs of D. Fifield: many names for the same bytes."""
    content = zipped(**{"a.png": bytes(900_000)})
    start = content.index(b"PK\1\2")
    entry, end = content[start : content.index(b"PK\5\6")], content[-22:]
    many = bytearray(content[:start] + entry * 200 + end)
    many[-14:-12] = many[-12:-10] = (200).to_bytes(2, "little")
    many[-10:-6] = (len(entry) * 200).to_bytes(4, "little")

    answer = http.post("/v1/images/batch", files={"zip": ("a.zip", bytes(many))})

    assert answer.status_code == 413, answer.text


def test_ten_thousand_tiny_files_are_refused_by_their_number(
    server: Serving, http: httpx.Client
) -> None:
    content = zipped(**{f"{number}.png": b"x" for number in range(10_000)})

    answer = http.post("/v1/images/batch", files={"zip": ("a.zip", content)})

    assert answer.status_code == 413
    assert answer.json()["found"] == "10000 files"
    assert list((server.archive.folder / "incoming").iterdir()) == []


def test_two_entries_of_one_name_are_two_pictures(http: httpx.Client) -> None:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        archive.writestr("a.png", png(BLUE))
        archive.writestr("a.png", png(RED))

    first, second = results_of(http, target.getvalue())

    assert first["document"]["media"]["sha256"] != second["document"]["media"]["sha256"]
