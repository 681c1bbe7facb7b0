"""Media seen before are named by themselves, as people are enrolled, merged, forgotten."""

from collections.abc import Callable, Iterator
from time import monotonic, sleep

import httpx
import pytest

from playbill.archive.forgetting import forget
from playbill.errors import GalleryError
from playbill.jobs import work as working
from playbill.server import matching, naming
from playbill.server.settings import ServerSettings
from tests.server.test_archive import work
from tests.support.databases import BOTH
from tests.support.serving import Serving, png, serving

RED, GREEN = (250, 0, 0), (0, 250, 0)


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naming, "LEAST_PAUSE_S", 0.02)
    monkeypatch.setattr(matching, "LEAST_PAUSE_S", 0.02)


@pytest.fixture
def settings() -> ServerSettings:
    return ServerSettings(rate_per_minute=100_000)


@pytest.fixture
def http(server: Serving) -> Iterator[httpx.Client]:
    with server.http(server.token()) as client:
        yield client


def seen(http: httpx.Client, *colours: tuple[int, int, int]) -> None:
    for colour in colours:
        name = f"{'red' if colour == RED else 'green'}.png"
        assert http.post("/v1/videos", files={"video": (name, png(colour))}).is_success


def enrolled(http: httpx.Client, name: str, colour: tuple[int, int, int]) -> str:
    url = http.post("/v1/people", json={"name": name}).headers["Location"]
    taught = http.post(f"{url}/pictures", files=[("pictures", ("a.png", png(colour, (40, 30))))])
    assert taught.json()["added"] == 1, taught.text
    return str(url).rpartition("/")[2]


def named(http: httpx.Client) -> dict[str, str | None]:
    """Media -> the person in it, as documents and tracks say alike."""
    listed = http.get("/v1/people", params={"hidden": True}).json()["items"]
    people = {one["id"]: one["name"] for one in listed}
    tracks = {one["media_id"]: one for one in http.get("/v1/tracks").json()["items"]}
    said = {}
    for medium in http.get("/v1/media").json()["items"]:
        (frame,) = http.get(f"/v1/media/{medium['id']}/document").json()["frames"]
        told = [(one["person"] or {}).get("name") for one in frame["objects"] if "face" in one]
        track = tracks.get(medium["id"])
        if told != ([people.get(track["person_id"])] if track else []):
            return {"between": "two answers"}
        if track:
            said[medium["name"]] = told[0]
    return said


def until(said: Callable[[], object], wanted: object) -> None:
    deadline = monotonic() + 20
    while (found := said()) != wanted:
        assert monotonic() < deadline, f"still {found}, expected {wanted}"
        sleep(0.02)


@BOTH
def test_media_seen_before_follow_people_without_another_call(
    server: Serving, http: httpx.Client
) -> None:
    seen(http, RED, GREEN)
    work(server)
    assert named(http) == {"red.png": None, "green.png": None}

    ada = enrolled(http, "Ada", RED)
    until(lambda: named(http), {"red.png": "Ada", "green.png": None})
    bob = enrolled(http, "Bob", GREEN)
    until(lambda: named(http), {"red.png": "Ada", "green.png": "Bob"})
    found = http.get("/v1/search", params={"person": bob, "verified": False}).json()["items"]
    assert [moment["media"]["name"] for moment in found] == ["green.png"]

    any_ = {"If-Match": "*"}
    merged = http.post(f"/v1/people/{bob}/merge", json={"into": ada}, headers=any_).json()["seq"]
    until(lambda: named(http), {"red.png": "Ada", "green.png": "Ada"})
    assert http.post(f"/v1/decisions/{merged}/undo").is_success
    until(lambda: named(http), {"red.png": "Ada", "green.png": "Bob"})
    for one in (ada, bob):
        assert http.delete(f"/v1/people/{one}", headers=any_).is_success
    until(lambda: named(http), {"red.png": None, "green.png": None})


@BOTH
def test_who_is_hidden_is_still_known_and_is_no_stranger_in_media_that_come_later(
    server: Serving, http: httpx.Client
) -> None:
    ada = enrolled(http, "Ada", RED)
    assert http.post(f"/v1/people/{ada}/hide", headers={"If-Match": "*"}).is_success
    assert http.get("/v1/people").json()["items"] == []

    seen(http, RED)
    work(server)

    until(lambda: named(http), {"red.png": "Ada"})
    assert http.get("/v1/clusters", params={"named": False}).json()["items"] == []


@BOTH
def test_a_run_that_was_finished_with_the_gallery_before_follows(
    server: Serving, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolled(http, "Ada", RED)
    seen(http, RED)
    monkeypatch.setattr(working, "current_gallery", lambda *_: None)
    work(server)
    until(lambda: named(http), {"red.png": "Ada"})


def test_who_was_forgotten_elsewhere_is_not_named_where_too_few_are_left_for_a_gallery(
    server: Serving, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_few(*_: object) -> None:
        raise GalleryError("gallery: found 1 person, expected more")

    def name() -> str | None:
        document = http.post("/v1/images", files={"image": ("a.png", png(RED))}).json()
        person = document["frames"][0]["objects"][0]["person"]
        return None if person is None else str(person["name"])

    ada = enrolled(http, "Ada", RED)
    assert name() == "Ada"
    monkeypatch.setattr(naming, "current_gallery", too_few)
    server.archive.database.write(lambda tx: forget(tx, "somebody else", ada))
    until(name, None)


def test_workers_name_by_the_gallery_of_today(server: Serving, http: httpx.Client) -> None:
    server.services.matching.stop()
    enrolled(http, "Ada", RED)
    seen(http, RED)
    work(server)
    medium = http.get("/v1/media").json()["items"][0]["id"]
    made = http.get(f"/v1/media/{medium}/document", params={"as_made": True}).json()
    assert made["frames"][0]["objects"][0]["person"]["name"] == "Ada"


def test_what_changed_while_no_server_ran_is_caught_up_with(
    server: Serving, http: httpx.Client
) -> None:
    seen(http, RED)
    server.services.matching.stop()
    work(server)
    enrolled(http, "Ada", RED)
    with serving(server.archive) as again, again.http(server.token("viewer")) as other:
        until(lambda: named(other), {"red.png": "Ada"})
