"""Exports of the server point to files that the server gives."""

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

from tests.server.test_archive import work
from tests.support.clips import numbered_clip
from tests.support.serving import Serving, served_in


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return numbered_clip(tmp_path_factory.mktemp("clips") / "news.mp4", frames=12)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """One for all: these tests only look."""
    with served_in(tmp_path_factory.mktemp("served") / "archive") as running:
        yield running


@pytest.fixture(scope="module")
def http(server: Serving) -> Iterator[httpx.Client]:
    with server.http(server.token()) as client:
        yield client


@pytest.fixture(scope="module")
def media(server: Serving, http: httpx.Client, clip: Path) -> str:
    """The id of a clip that is analysed."""
    sent = http.post("/v1/videos", files={"video": (clip.name, clip.read_bytes())})
    work(server)
    return str(sent.json()["media"]["id"])


def pointed_to(name: str, text: str) -> str:
    match name:
        case "iiif":
            return str(json.loads(text)["items"][0]["items"][0]["items"][0]["body"]["id"])
        case "annotations":
            return str(json.loads(text)["items"][0]["target"]["source"]["id"])
        case "otio":
            (clip,) = json.loads(text)["tracks"]["children"][0]["children"]
            return str(clip["media_references"]["DEFAULT_MEDIA"]["target_url"])
        case "fcp7":
            return str(ElementTree.fromstring(text).findtext(".//pathurl"))
        case _:
            asset = ElementTree.fromstring(text).find(".//asset")
            assert asset is not None
            return str(asset.get("src"))


@pytest.mark.parametrize("name", ["iiif", "annotations", "otio", "fcp7", "fcpxml"])
def test_what_an_export_points_to_is_the_medium(
    name: str, http: httpx.Client, media: str, clip: Path
) -> None:
    exported = http.get(f"/v1/media/{media}/document", params={"format": name})
    assert exported.status_code == 200

    address = pointed_to(name, exported.text)

    assert address.endswith(f"/v1/media/{media}/file")
    assert http.get(address).content == clip.read_bytes()
