"""ZIPs from strangers: taken out without trust."""

import stat
import zipfile
from collections.abc import Iterator
from io import BytesIO

import httpx
import pytest

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
