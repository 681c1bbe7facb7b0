"""Files, frames, documents and thumbnails: whole, in part, or known already."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from threading import Lock
from time import sleep
from typing import Any

import httpx
import pytest
from PIL import Image

from playbill.archive.media import MediaRow, get_media
from playbill.media import survey as looked
from playbill.server import surveys as module
from playbill.server.routes import results
from playbill.server.routes.files import media_type
from playbill.server.surveys import Surveys
from tests.server.test_archive import work
from tests.support.clips import numbered_clip
from tests.support.serving import Serving, png, served_in

Told = tuple[httpx.Client, str, bytes]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return numbered_clip(tmp_path_factory.mktemp("clips") / "n\u00e4ws.mp4", frames=12)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """One for all: these tests only look."""
    with served_in(tmp_path_factory.mktemp("served") / "archive") as running:
        yield running


@pytest.fixture(scope="module")
def media(server: Serving, clip: Path) -> str:
    """The address of a clip that is analysed."""
    with server.http(server.token()) as http:
        sent = http.post("/v1/videos", files={"video": (clip.name, clip.read_bytes())})
        work(server)
        http.post("/v1/videos", files={"video": ("a.png", png())})
        work(server)
    return f"/v1/media/{sent.json()['media']['id']}"


@pytest.fixture
def http(server: Serving) -> Iterator[httpx.Client]:
    with server.http(server.token("viewer")) as client:
        yield client


def test_a_file_comes_back_byte_for_byte(http: httpx.Client, media: str, clip: Path) -> None:
    answer = http.get(f"{media}/file")

    assert answer.content == clip.read_bytes()
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert "filename*=UTF-8''n%C3%A4ws.mp4" in answer.headers["Content-Disposition"]
    assert http.get(media).json()["sha256"] == answer.headers["ETag"].strip('"')


def test_what_a_file_is_can_be_asked_without_its_bytes(http: httpx.Client, media: str) -> None:
    told, sent = http.head(f"{media}/file"), http.get(f"{media}/file")
    part = http.head(f"{media}/file", headers={"Range": "bytes=3-9"})

    for name in ("Content-Length", "Content-Type", "ETag", "Accept-Ranges"):
        assert told.headers[name] == sent.headers[name]
    assert (told.status_code, told.content) == (200, b"")
    assert (part.status_code, part.headers["Content-Length"]) == (206, "7")


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=10-19", slice(10, 20)),
        ("bytes=100-", slice(100, None)),
        ("bytes=-7", slice(-7, None)),
        ("bytes=5-99999999999", slice(5, None)),
        ("bytes=-99999999999", slice(0, None)),
    ],
)
def test_a_part_of_a_file_is_that_part(
    http: httpx.Client, media: str, clip: Path, asked: str, part: slice
) -> None:
    answer = http.get(f"{media}/file", headers={"Range": asked})
    whole = clip.read_bytes()

    assert answer.status_code == 206
    assert answer.content == whole[part]
    start, end, _ = part.indices(len(whole))
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(whole)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "bytes=9-3", "bytes=-", "lines=1-2", "x", ""])
def test_what_is_no_range_gets_all(http: httpx.Client, media: str, clip: Path, asked: str) -> None:
    answer = http.get(f"{media}/file", headers={"Range": asked})

    assert (answer.status_code, len(answer.content)) == (200, clip.stat().st_size)


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused(http: httpx.Client, media: str, asked: str) -> None:
    answer = http.get(f"{media}/file", headers={"Range": asked})

    assert answer.status_code == 416
    assert answer.headers["Content-Range"].startswith("bytes */")


def test_a_part_of_another_version_is_not_mixed_in(http: httpx.Client, media: str) -> None:
    headers = {"Range": "bytes=0-9", "If-Range": '"another"'}

    assert http.get(f"{media}/file", headers=headers).status_code == 200
    tag = http.get(f"{media}/file").headers["ETag"]
    assert http.get(f"{media}/file", headers={**headers, "If-Range": tag}).status_code == 206


def test_who_may_not_read_gets_no_file(server: Serving, media: str) -> None:
    with server.http() as stranger:
        assert stranger.get(f"{media}/file").status_code == 401


def test_what_the_sender_has_is_not_sent_again(http: httpx.Client, media: str) -> None:
    crop = http.get("/v1/tracks").json()["items"][0]["crop"]
    for path in (
        media,
        f"{media}/file",
        f"{media}/document",
        f"{media}/document?format=csv",
        f"{media}/document?as_made=true",
        f"{media}/frames/3.jpg?width=40",
        crop,
    ):
        first = http.get(path)
        assert first.status_code == 200, path
        tag = first.headers["ETag"]
        again = http.get(path, headers={"If-None-Match": f'"x", {tag}'})
        assert (again.status_code, again.content) == (304, b""), path
        assert again.headers["ETag"] == tag
        assert http.get(path, headers={"If-None-Match": '"x"'}).status_code == 200
    one, other = (http.get(f"{media}/frames/{n}.jpg").headers["ETag"] for n in (3, 4))
    assert one != other


@pytest.mark.usefixtures("media")
def test_a_document_is_sent_again_once_a_name_is_another(server: Serving) -> None:
    with server.http(server.token()) as http:
        (picture,) = http.get("/v1/media", params={"kind": "image"}).json()["items"]
        url = f"/v1/media/{picture['id']}"
        tags = {path: http.get(path).headers["ETag"] for path in (url, f"{url}/document")}
        (track,) = http.get("/v1/tracks", params={"media_id": picture["id"]}).json()["items"]
        named = http.post(
            f"/v1/clusters/{track['cluster_id']}/name",
            json={"name": "Ada"},
            headers={"If-Match": "*"},
        )
        assert named.status_code == 200
        for path, tag in tags.items():
            assert http.get(path, headers={"If-None-Match": tag}).status_code == 200
        # What is said of a medium is another, the medium is not: it may be edited.
        assert http.post(f"{url}/hide", headers={"If-Match": tags[url]}).status_code == 200
        assert http.post(f"{url}/hide", headers={"If-Match": tags[url]}).status_code == 412


def test_a_file_that_is_gone_or_altered_is_not_handed_out(server: Serving) -> None:
    with server.http(server.token()) as http:
        sent = http.post("/v1/videos", files={"video": ("b.png", png((9, 0, 0)))}).json()["media"]
        (path,) = (server.archive.folder / "blobs").rglob(f"{sent['sha256']}*")
        with path.open("ab") as file:
            file.write(b"more")
        altered = http.get(f"/v1/media/{sent['id']}/file")
        path.unlink()
        gone = http.get(f"/v1/media/{sent['id']}/file")

    assert [altered.status_code, gone.status_code] == [422, 422]
    assert "was altered" in altered.json()["detail"]
    assert str(path.parent) not in altered.text + gone.text


def test_only_pictures_and_videos_are_called_so() -> None:
    names = ("a.mp4", "a.jpg", "a.svg", "a.html", "a")
    assert [media_type(name) for name in names] == [
        "video/mp4",
        "image/jpeg",
        *["application/octet-stream"] * 3,
    ]


def test_a_video_is_looked_over_once(
    http: httpx.Client, media: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Path] = []

    def counted(path: Path, limits: looked.Limits) -> looked.Survey:
        seen.append(path)
        return looked.survey(path, limits)

    monkeypatch.setattr(module, "survey", counted)
    frames = [http.get(f"{media}/frames/{n}.jpg").content for n in (2, 7, 2)]

    assert len(seen) <= 1
    assert frames[0] == frames[2] != frames[1]


@pytest.mark.parametrize(
    ("width", "size_wh"),
    [(None, (65_500, 9)), (20_000, (20_000, 3)), (70_001, (65_500, 9))],
)
def test_a_picture_that_is_wider_than_a_jpeg_can_be_is_made_smaller(
    server: Serving, width: int | None, size_wh: tuple[int, int]
) -> None:
    media = _wide(server)
    data = results._jpeg(server.services, media, 0, width)

    assert Image.open(BytesIO(data)).size == size_wh


def _wide(server: Serving) -> MediaRow:
    with server.http(server.token()) as http:
        files = {"video": ("wide.png", png((7, 7, 7), (70_000, 10)))}
        taken = http.post("/v1/videos", files=files).json()
        assert http.get(f"/v1/media/{taken['media']['id']}/frames/0.jpg").status_code == 200
    return server.archive.database.read(lambda tx: get_media(tx, taken["media"]["id"]))


def test_what_was_not_asked_for_lately_is_forgotten(
    server: Serving, media: str, clip: Path
) -> None:
    row = server.archive.database.read(lambda tx: get_media(tx, media.rpartition("/")[2]))
    surveys = Surveys(most_frames=25)
    for number in range(5):
        info = replace(row.info, sha256=f"{number}" * 64)
        surveys.of(replace(row, info=info), clip)

    assert len(surveys) == 2


def test_frames_are_decoded_few_at_a_time_however_many_ask(
    server: Serving, media: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once, most, lock = 0, 0, Lock()
    plain = results._jpeg

    def slowly(*asked: Any) -> bytes:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        sleep(0.05)
        data = plain(*asked)
        with lock:
            at_once -= 1
        return data

    monkeypatch.setattr(results, "_jpeg", slowly)
    with server.http(server.token("viewer")) as http, ThreadPoolExecutor(10) as many:
        answers = list(many.map(lambda n: http.get(f"{media}/frames/{n}.jpg"), range(10)))

    assert [answer.status_code for answer in answers] == [200] * 10
    assert most == 2
