"""Media, jobs, people and search over HTTP, on an archive that a worker fills."""

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from time import sleep

import httpx
import pytest
from sqlalchemy import Connection

from playbill.archive.documents import document_of
from playbill.errors import ArchiveUnavailable
from playbill.jobs.plan import Farewell, WorkerPlan
from playbill.jobs.worker import run_worker
from playbill.pipeline.analyze import Analyzer
from playbill.pipeline.settings import AnalysisSettings
from playbill.server.routes import health, jobs
from playbill.server.schemas.jobs import ProgressShown
from playbill.server.settings import ServerSettings
from tests.support.clips import numbered_clip
from tests.support.databases import BOTH
from tests.support.serving import Serving, fake_networks, png

NOBODY = "00000000-0000-0000-0000-000000000000"


def opener(settings: AnalysisSettings) -> Analyzer:
    return fake_networks(settings).analyzer


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder whose videos may be named by path."""
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


@pytest.fixture
def settings(root: Path) -> ServerSettings:
    return ServerSettings(roots=(root,), event_s=0.05, hook_hosts=("hooks.example.org",))


@pytest.fixture
def http(server: Serving) -> Iterator[httpx.Client]:
    with server.http(server.token()) as client:
        yield client


def work(server: Serving) -> None:
    """Do all jobs, as a worker's process would."""
    plan = WorkerPlan(server.archive.folder, opener, until_done=True, poll_s=0.01)
    assert run_worker(plan, Event()) is Farewell.DONE


def posted(http: httpx.Client, clip: Path, **fields: str) -> httpx.Response:
    with clip.open("rb") as file:
        return http.post("/v1/videos", files={"video": (clip.name, file)}, data=fields)


@pytest.fixture
def clip(root: Path) -> Path:
    return numbered_clip(root / "news.mp4", frames=20)


@BOTH
def test_a_video_is_taken_analysed_and_told_of(
    server: Serving, http: httpx.Client, clip: Path
) -> None:
    taken = posted(http, clip, every="5")
    assert taken.status_code == 202, taken.text
    job_url = taken.headers["Location"]
    assert taken.json()["is_new"] is True
    assert http.get(job_url).json()["state"] == "queued"

    work(server)

    job = http.get(job_url).json()
    assert (job["state"], job["frames_done"], job["frames_wanted"]) == ("done", 4, 4)
    media_url = f"/v1/media/{job['media_id']}"
    medium = http.get(media_url).json()
    assert (medium["name"], medium["kind"], medium["run_id"]) == (
        "news.mp4",
        "video",
        job["run_id"],
    )
    made = http.get(f"{media_url}/document?as_made=true")
    kept = server.archive.database.read(lambda tx: document_of(tx, job["run_id"]))
    assert made.content == kept.encode()
    assert [run["shown"] for run in http.get(f"{media_url}/runs").json()] == [True]
    assert list((server.archive.folder / "incoming").iterdir()) == []


def test_a_job_is_followed_until_it_is_over(
    server: Serving, http: httpx.Client, clip: Path
) -> None:
    job_url = posted(http, clip).headers["Location"]
    work(server)

    with http.stream("GET", f"{job_url}/events") as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        lines = [line for line in stream.iter_lines() if line]

    assert stream.headers["X-Accel-Buffering"] == "no"
    assert lines[1] == "event: end"
    assert json.loads(lines[2].removeprefix("data: "))["state"] == "done"


def test_a_job_is_followed_through_an_outage_of_the_data_base(
    server: Serving, http: httpx.Client, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_url = posted(http, clip).headers["Location"]
    looks, look = iter(range(100)), jobs._shown

    def shown(tx: Connection, job_id: str) -> ProgressShown:
        if next(looks) in {1, 2, 3}:
            raise ArchiveUnavailable("the data base has not answered for 30 s")
        return look(tx, job_id)

    monkeypatch.setattr(jobs, "_shown", shown)
    with http.stream("GET", f"{job_url}/events") as stream:
        lines = stream.iter_lines()
        assert [next(lines), next(lines)] == ["id: 1", "event: progress"]
        work(server)
        assert "event: end" in list(lines)


def test_a_video_is_named_by_its_path_under_a_root(
    http: httpx.Client, clip: Path, tmp_path: Path
) -> None:
    outside = numbered_clip(tmp_path / "secret.mp4", frames=3)
    (clip.parent / "link.mp4").symlink_to(outside)

    taken = http.post("/v1/videos", json={"path": str(clip), "every": 5, "priority": 3})
    assert taken.status_code == 202, taken.text
    assert taken.json()["job"]["priority"] == 3

    for path in (
        str(outside),
        str(clip.parent / ".." / "secret.mp4"),
        str(clip.parent / "link.mp4"),
        "news.mp4",
        "/etc/passwd",
        "/nowhere/at/all",
    ):
        refused = http.post("/v1/videos", json={"path": path})
        assert refused.status_code == 403, path
    gone = http.post("/v1/videos", json={"path": str(clip.parent / "gone.mp4")})
    assert gone.status_code == 422
    assert http.post("/v1/videos", json={"path": "a\0b"}).status_code == 422
    assert http.post("/v1/videos", json={"no": "path"}).status_code == 422
    assert http.post("/v1/videos", json={"path": str(clip), "every": 0}).status_code == 422


def test_a_wish_that_is_none_is_refused_and_not_overlooked(http: httpx.Client, clip: Path) -> None:
    answer = posted(http, clip, evry="5")
    assert answer.status_code == 422
    assert answer.json()["where"] == "body.evry"
    kind, data = {"Content-Type": "video/mp4"}, clip.read_bytes()
    bare = {"name": "bare.mp4", "every": "5"}
    taken = http.post("/v1/videos", params=bare, content=data, headers=kind)
    assert taken.json()["media"]["name"] == "bare.mp4"
    wrong = http.post("/v1/videos", params={"evry": "5"}, content=data, headers=kind)
    assert wrong.status_code == 422


@BOTH
def test_the_same_video_twice_is_one_medium_and_one_job(
    server: Serving, http: httpx.Client, clip: Path
) -> None:
    first, second = posted(http, clip).json(), posted(http, clip).json()
    other = posted(http, clip, every="3").json()

    assert (first["is_new"], second["is_new"]) == (True, False)
    assert first["job"]["id"] == second["job"]["id"] != other["job"]["id"]
    assert first["media"]["id"] == other["media"]["id"]
    assert len(list((server.archive.folder / "blobs" / "uploads").rglob("*.mp4"))) == 1


def test_a_medium_tells_the_time_code_that_it_begins_with(
    http: httpx.Client, clip: Path, tmp_path: Path
) -> None:
    master = numbered_clip(tmp_path / "master.mov", frames=4, timecode="10:00:00:00")

    told = [posted(http, one).json()["media"]["start_timecode"] for one in (master, clip)]

    assert told == ["10:00:00:00", None]


@pytest.mark.parametrize(
    ("content", "fields", "status"),
    [
        (b"text", {}, 422),
        (b"#EXTM3U\nfile:///etc/passwd", {}, 422),
        (b"", {}, 422),
        (b"text", {"every": "none"}, 422),
        (b"text", {"evry": "15"}, 422),
        (b"text", {"hook": "https://evil.example.org/"}, 422),
        (b"text", {"hook": "https://hooks.example.org@evil.example.org/"}, 422),
        (b"text", {"hook": "file:///etc/passwd"}, 422),
    ],
)
def test_what_is_no_video_leaves_nothing_behind(
    server: Serving, http: httpx.Client, content: bytes, fields: dict[str, str], status: int
) -> None:
    answer = http.post("/v1/videos", files={"video": ("a.mp4", content)}, data=fields)

    assert answer.status_code == status
    assert str(server.archive.folder) not in answer.text
    assert http.get("/v1/media").json()["items"] == []
    assert not (server.archive.folder / "blobs" / "uploads").exists()


@BOTH
def test_a_job_is_cancelled_and_tried_again(
    server: Serving, http: httpx.Client, clip: Path
) -> None:
    job_url = posted(http, clip).headers["Location"]

    assert http.delete(job_url).json()["state"] == "cancelled"
    assert http.delete(job_url).status_code == 200
    assert http.patch(job_url, json={"priority": 5}).status_code == 428
    late = http.patch(job_url, json={"priority": 5}, headers={"If-Match": "*"})
    assert late.status_code == 409
    assert http.post(f"{job_url}/retry").json()["state"] == "queued"
    tag = http.get(job_url).headers["ETag"]
    first = http.patch(job_url, json={"priority": 5}, headers={"If-Match": tag})
    assert first.json()["priority"] == 5
    assert first.headers["ETag"] == http.get(job_url).headers["ETag"]
    assert http.patch(job_url, json={"priority": 6}, headers={"If-Match": tag}).status_code == 412
    work(server)
    assert http.delete(job_url).status_code == 409


def test_frames_and_exports_are_handed_out(server: Serving, http: httpx.Client, clip: Path) -> None:
    job = posted(http, clip, every="5").json()["job"]
    media_url = f"/v1/media/{job['media_id']}"
    assert http.get(f"{media_url}/document").status_code == 404
    work(server)

    frame = http.get(f"{media_url}/frames/7.jpg", params={"width": 40})
    assert frame.headers["Content-Type"] == "image/jpeg"
    assert frame.content.startswith(b"\xff\xd8")
    assert http.get(f"{media_url}/frames/20.jpg").status_code == 404
    assert http.get(f"{media_url}/frames/-1.jpg").status_code == 422

    table = http.get(f"{media_url}/document", params={"format": "csv"})
    assert table.headers["Content-Type"].startswith("text/csv")
    assert "news.csv" in table.headers["Content-Disposition"]
    cues = http.get(f"{media_url}/document", headers={"Accept": "text/vtt"})
    assert cues.text.startswith("WEBVTT")
    assert http.get(f"{media_url}/document", params={"format": "tape"}).status_code == 422
    assert http.get(f"{media_url}/document", headers={"Accept": "text/html"}).status_code == 406
    assert http.get(f"{media_url}/document", params={"run": NOBODY}).status_code == 404


@BOTH
def test_an_unknown_face_is_named_and_found_in_media_analysed_before(
    server: Serving, http: httpx.Client
) -> None:
    for colour in ((250, 0, 0), (251, 0, 0)):
        sent = http.post("/v1/videos", files={"video": ("a.png", png(colour))})
        assert sent.status_code == 202, sent.text
    work(server)

    (cluster,) = http.get("/v1/clusters").json()["items"]
    assert cluster["tracks"] == 2
    tag = http.get(f"/v1/clusters/{cluster['id']}").headers["ETag"]
    url, body = f"/v1/clusters/{cluster['id']}/name", {"name": "Ada <b>'; --"}
    assert http.post(url, json=body).status_code == 428
    named = http.post(url, json=body, headers={"If-Match": tag})
    assert named.status_code == 200, named.text
    assert http.post(url, json=body, headers={"If-Match": tag}).status_code == 412

    (ada,) = http.get("/v1/people").json()["items"]
    found = http.get("/v1/search", params={"person": ada["id"]}).json()["items"]
    assert len(found) == 2
    assert {one["subjects"][0]["person"]["name"] for one in found} == {"Ada <b>'; --"}
    crop = http.get(found[0]["subjects"][0]["crop"])
    assert crop.content.startswith(b"\xff\xd8")
    assert http.get(found[0]["subjects"][0]["frame"]).status_code == 200

    assert http.post(f"/v1/decisions/{named.json()['seq']}/undo").status_code == 200
    assert http.get("/v1/search", params={"person": ada["id"]}).json()["items"] == []
    assert http.post(f"/v1/decisions/{named.json()['seq']}/undo").status_code == 409


@BOTH
def test_people_are_renamed_merged_hidden_and_forgotten(
    server: Serving, http: httpx.Client
) -> None:
    http.post("/v1/videos", files={"video": ("a.png", png((250, 0, 0)))})
    work(server)
    ada = http.post("/v1/people", json={"name": "Ada"})
    assert ada.status_code == 201
    assert http.post("/v1/people", json={"name": "Ada"}).status_code == 409
    assert http.post("/v1/people", json={"name": " \t "}).status_code == 422
    url = ada.headers["Location"]
    (track,) = http.get("/v1/tracks").json()["items"]
    assigned = http.post(
        "/v1/tracks/assign", json={"tracks": [track["id"]], "person_id": ada.json()["id"]}
    )
    assert assigned.status_code == 200
    assert len(http.get(f"/v1/tracks/{track['id']}/faces").json()) == 1

    tag = http.get(url).headers["ETag"]
    renamed = http.patch(url, json={"name": "Augusta"}, headers={"If-Match": tag})
    assert renamed.json()["name"] == "Augusta"
    assert http.patch(url, json={"name": "B"}, headers={"If-Match": tag}).status_code == 412
    other = http.post("/v1/people", json={"name": "Countess"}).json()["id"]
    any_ = {"If-Match": "*"}
    merged = http.post(f"{url}/merge", json={"into": other}, headers=any_)
    assert merged.status_code == 200, merged.text
    assert http.get("/v1/tracks").json()["items"][0]["person_id"] == other
    assert http.post(f"/v1/decisions/{merged.json()['seq']}/undo").status_code == 200

    gone = http.delete(url, headers=any_)
    assert gone.status_code == 200, gone.text
    assert gone.json()["erased"]["faces"] == 1
    assert http.get(track["crop"]).status_code == 404
    assert http.get(url).json()["name"] == ""
    assert http.delete(url, headers=any_).status_code in {200, 409}
    log = http.get("/v1/decisions").json()["items"]
    assert log[0]["kind"] == "forget"
    assert "Augusta" not in http.get("/v1/decisions").text


@BOTH
def test_who_is_enrolled_is_named_at_once_and_who_is_forgotten_no_longer(
    http: httpx.Client,
) -> None:
    red = png((250, 0, 0))

    def name() -> str | None:
        document = http.post("/v1/images", files={"image": ("a.png", red)}).json()
        person = document["frames"][0]["objects"][0]["person"]
        return None if person is None else str(person["name"])

    ada = http.post("/v1/people", json={"name": "Ada"}).headers["Location"]
    assert name() is None
    files = [
        ("pictures", ("a.png", red)),
        ("pictures", ("b.png", red)),
        ("pictures", ("dark.png", png((0, 0, 0)))),
        ("pictures", ("c.txt", b"no picture")),
    ]
    taught = http.post(f"{ada}/pictures", files=files)
    assert taught.status_code == 200, taught.text
    assert (taught.json()["added"], taught.json()["known"]) == (1, 1)
    assert [told.partition(":")[0] for told in taught.json()["refused"]] == ["dark.png", "c.txt"]
    assert name() == "Ada"
    assert http.post(f"/v1/people/{NOBODY}/pictures", files=files).status_code == 404

    assert http.delete(ada, headers={"If-Match": "*"}).status_code == 200
    assert name() is None
    assert http.post(f"{ada}/pictures", files=files).status_code == 409


def test_labellers_do_not_what_is_for_curators(server: Serving, http: httpx.Client) -> None:
    person = http.post("/v1/people", json={"name": "Ada"}).headers["Location"]
    hidden = http.post(f"{person}/hide", headers={"If-Match": "*"}).json()["seq"]
    with server.http(server.token("labeller")) as labeller:
        answers = [
            labeller.post("/v1/videos", files={"video": ("a.png", png())}),
            labeller.delete(person, headers={"If-Match": "*"}),
            labeller.post(f"{person}/hide", headers={"If-Match": "*"}),
            labeller.post(f"/v1/decisions/{hidden}/undo"),
            labeller.delete(f"/v1/jobs/{NOBODY}"),
            labeller.post("/v1/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "1"}),
        ]
        assert [answer.status_code for answer in answers] == [403] * 6
        assert labeller.post("/v1/people", json={"name": "Grace"}).status_code == 201
    with server.http(server.token("viewer")) as viewer:
        assert viewer.post("/v1/people", json={"name": "Mary"}).status_code == 403
        assert viewer.get("/v1/people").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/media/{NOBODY}",
        f"/v1/media/{NOBODY}/document",
        f"/v1/media/{NOBODY}/frames/0.jpg",
        f"/v1/jobs/{NOBODY}",
        f"/v1/jobs/{NOBODY}/events",
        f"/v1/people/{NOBODY}",
        f"/v1/clusters/{NOBODY}",
        "/v1/tracks/77/faces",
        "/v1/crops/crops/nothing.jpg",
        "/v1/crops/uploads/ab/secret.mp4",
        "/v1/crops/../archive.db",
        "/v1/crops/crops/%2e%2e/%2e%2e/archive.db",
        "/v1/nothing",
        f"/v1/search?person={NOBODY}",
    ],
)
def test_what_is_not_there_is_a_problem(http: httpx.Client, path: str) -> None:
    answer = http.get(path)

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["title"] == "Not Found"


def test_the_server_says_whether_it_lives_and_what_it_did(http: httpx.Client) -> None:
    assert http.get("/healthz").json() == {"status": "alive"}
    assert http.get("/readyz").json() == {"status": "ready"}
    http.post("/v1/videos", files={"video": ("a.png", png())})
    figures = http.get("/metrics").text
    assert 'playbill_requests_total{method="GET",route="/healthz",status="200"} 1.0' in figures
    assert 'playbill_jobs{state="queued"} 1.0' in figures
    assert "process_resident_memory_bytes" in figures


def test_figures_are_told_without_the_data_base_too(
    server: Serving, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    http.post("/v1/videos", files={"video": ("a.png", png())})
    assert 'playbill_jobs{state="queued"}' in http.get("/metrics").text

    monkeypatch.setattr(health, "PATIENCE_S", 0.3)
    monkeypatch.setattr(server.archive.database, "read", lambda _: sleep(2))
    figures = httpx.get(f"{server.url}/metrics").text
    assert "playbill_requests_total" in figures
    assert "playbill_jobs{" not in figures
