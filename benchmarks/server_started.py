"""A real `playbill serve` on a fresh archive in which a few people are known."""

import os
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import BenchmarkError
from benchmarks.inputs import data_file
from benchmarks.jobs import PLAYBILL
from playbill.archive.access.keys import issue_key
from playbill.archive.access.users import find_user
from playbill.archive.archive import Archive

PEOPLE, PICTURES = 10, 2
START_S = 120.0
STOP_S = 30.0
WHO = "cli:benchmark"
SCOPES = ("analyse", "curate", "read")


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that runs in a process of its own."""

    host: str
    """`127.0.0.1:port`."""
    pid: int
    archive: Path
    gallery: Path
    """The file that answers who somebody is."""
    roots: Path
    """Where videos may be named by path."""
    keys: tuple[str, ...]
    """Each client its own: limits are per key."""


@contextmanager
def serving(folder: Path, *, keys: int) -> Iterator[Serving]:
    """Serve a new archive in `folder` with default limits, and one worker for videos.

    Raises:
        BenchmarkError: the server does not start.
    """
    archive, roots, log = folder / "archive", folder / "videos", folder / "server.log"
    roots.mkdir()
    _enrol(folder, archive)
    command = [PLAYBILL, "serve", "--archive", str(archive), "--port", "0", "--root", str(roots)]
    environment = os.environ | {"PLAYBILL_ADMIN_PASSWORD": secrets.token_hex(16)}
    with (folder / "server.out").open("w") as out, log.open("w") as complaints:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=complaints)
    try:
        host = _host_of(process, folder / "server.out", log)
        [gallery] = (archive / "galleries").glob("*.npz")
        yield Serving(host, process.pid, archive, gallery, roots, _keys(archive, keys))
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()


def _enrol(folder: Path, archive: Path) -> None:
    """Teach a new archive the first people of LFW that have enough pictures."""
    Archive.create(archive).close()
    homes = sorted(home for home in data_file("lfw").iterdir() if home.is_dir())
    some = (home for home in homes if len(list(home.glob("*.jpg"))) >= PICTURES)
    for home, _ in zip(some, range(PEOPLE), strict=False):
        (folder / "people" / home.name).mkdir(parents=True)
        for picture in sorted(home.glob("*.jpg"))[:PICTURES]:
            shutil.copy(picture, folder / "people" / home.name)
    # Some pictures show two faces: those are refused, and the rest is enrolled all the same.
    command = [PLAYBILL, "people", "enrol", str(folder / "people"), "--archive", str(archive)]
    subprocess.run(command, capture_output=True, check=False)


def _host_of(process: "subprocess.Popen[bytes]", out: Path, log: Path) -> str:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"http://(\S+)", out.read_text()):
            return found[1]
        time.sleep(0.05)
    said = (log.read_text().strip().splitlines() or ["no reason given"])[-1]
    raise BenchmarkError(f"playbill serve: did not start within {START_S:.0f} s: {said}")


def _keys(folder: Path, how_many: int) -> tuple[str, ...]:
    archive = Archive.open(folder)
    try:
        admin = archive.database.read(lambda tx: find_user(tx, "admin"))
        issued = [
            archive.database.write(lambda tx: issue_key(tx, WHO, admin.id, "clients", SCOPES))
            for _ in range(how_many)
        ]
        return tuple(str(token) for _, token in issued)
    finally:
        archive.close()
