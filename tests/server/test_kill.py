"""A server killed with -9 again and again, with its worker: each job that it took gets done.

`PLAYBILL_KILLS=20 pytest tests/server/test_kill.py` kills it twenty times in a row.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from playbill.archive import audit
from playbill.archive.access.keys import issue_key
from playbill.archive.access.users import add_user
from playbill.archive.archive import Archive
from tests.support.serving import HASH, png
from tests.support.workers import DELAY

KILLS = int(os.environ.get("PLAYBILL_KILLS", "1"))
JOBS = 10


class Served:
    """One process of the server, its worker included."""

    def __init__(self, folder: Path) -> None:
        script = "from tests.support.served_process import main; main()"
        arguments = ["serve", "--archive", str(folder), "--port", "0", "--workers", "1"]
        self.process = subprocess.Popen(
            [sys.executable, "-c", script, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        said = ""
        while " at http" not in said:
            said = self.process.stdout.readline()
            assert said, "the server did not start"
        self.url = said.rpartition(" ")[2].strip()

    def end(self, number: int) -> None:
        """Signal all its processes: -9 leaves none of them a moment."""
        if number == signal.SIGKILL:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def token(tmp_path: Path) -> str:
    """An admin's key of a new archive."""
    archive = Archive.create(tmp_path)
    user = archive.database.write(lambda tx: add_user(tx, "test", "ada", "admin", HASH))
    _, token = archive.database.write(
        lambda tx: issue_key(tx, "test", user.id, "key", ["read", "analyse", "curate"])
    )
    archive.close()
    return str(token)


def test_what_was_taken_is_done_however_often_the_server_is_killed(
    tmp_path: Path, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DELAY, "0.2")
    headers, luck = {"Authorization": f"Bearer {token}"}, random.Random(KILLS)
    taken: dict[str, str] = {}
    for round_ in range(KILLS):
        server = Served(tmp_path)
        with httpx.Client(base_url=server.url, headers=headers, timeout=30) as http:
            most = JOBS if round_ == 0 else luck.randint(0, JOBS)
            for number in range(most):
                picture = {"video": ("a.png", png((round_, number, 7)))}
                answer = http.post("/v1/videos", files=picture)
                assert answer.status_code == 202, answer.text
                taken[answer.json()["job"]["id"]] = answer.json()["media"]["id"]
            time.sleep(luck.uniform(0, 1.5))
            server.end(signal.SIGKILL)

    monkeypatch.setenv(DELAY, "0")
    server = Served(tmp_path)
    with httpx.Client(base_url=server.url, headers=headers, timeout=30) as http:
        states = _until_over(http)
        assert states == dict.fromkeys(taken, "done")
        for media_id in taken.values():
            (run,) = http.get(f"/v1/media/{media_id}/runs").json()
            assert run["shown"]
        assert http.get("/readyz").status_code == 200
    server.end(signal.SIGINT)

    assert server.process.returncode == 0
    archive = Archive.open(tmp_path)
    assert archive.database.read(audit.first_broken) is None
    check = archive.database.read(lambda tx: tx.exec_driver_sql("PRAGMA integrity_check").scalar())
    assert check == "ok"
    assert list((tmp_path / "incoming").glob("*")) == []
    archive.close()


def _until_over(http: httpx.Client) -> dict[str, str]:
    """The states of all jobs, once none is left to do."""
    deadline = time.monotonic() + 120
    while True:
        jobs: dict[str, str] = {}
        after: str | None = None
        while True:
            params = {"limit": 200} | ({"after": after} if after else {})
            page = http.get("/v1/jobs", params=params).json()
            jobs |= {job["id"]: job["state"] for job in page["items"]}
            after = page["next"]
            if after is None:
                break
        if not {"queued", "running"} & set(jobs.values()):
            return jobs
        assert time.monotonic() < deadline, jobs
        time.sleep(0.2)
