"""`archive add` killed with -9 again and again, with all its workers: nothing is lost or doubled.

`PLAYBILL_KILLS=20 pytest tests/jobs/test_kill.py` kills it twenty times in a row.
"""

import os
import random
import signal
import subprocess
import sys
import time
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Connection, select

from playbill.archive import audit, queue
from playbill.archive.archive import Archive
from playbill.archive.tables import appearances, faces, jobs, media, runs, segments, tracks
from tests.jobs.conftest import BLUE, GREEN, RED, coloured_clip
from tests.support.workers import DELAY

KILLS = int(os.environ.get("PLAYBILL_KILLS", "3"))


@pytest.fixture
def folder(tmp_path: Path, clip: Path) -> Path:
    """Two videos of nine segments together, and three pictures."""
    made = tmp_path / "media"
    made.mkdir()
    (made / "a.mp4").write_bytes(clip.read_bytes())
    coloured_clip(made / "b.mp4", GREEN, BLUE, RED, RED, frames=200)
    for name, colour in (("red", RED), ("green", GREEN), ("blue", BLUE)):
        Image.new("RGB", (64, 48), colour).save(made / f"{name}.png")
    return made


def start_adding(archive: Path, folder: Path) -> subprocess.Popen[bytes]:
    script = "from tests.support.adding_process import main; main()"
    command = [sys.executable, "-c", script, str(archive), str(folder)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)


def test_what_is_killed_goes_on_and_ends_as_if_it_had_never_been(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert start_adding(tmp_path / "calm", folder).wait(120) == 0
    monkeypatch.setenv(DELAY, str(0.2 * KILLS / 90))
    luck, killed = random.Random(KILLS), 0
    for number in range(KILLS):
        process = start_adding(tmp_path / "hard", folder)
        if number % 3 == 0:  # at any moment, most likely while it begins
            time.sleep(luck.uniform(0.5, 3))
        else:
            _meet(process, tmp_path / "hard", after_s=luck.uniform(0, 0.5))
        killed += process.poll() is None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    monkeypatch.setenv(DELAY, "0")
    assert start_adding(tmp_path / "hard", folder).wait(120) == 0

    assert killed >= min(KILLS, 2)
    calm, hard = _state(tmp_path / "calm"), _state(tmp_path / "hard")
    _require_finer(hard.pop("clusters"), calm["clusters"])
    assert hard == {what: rows for what, rows in calm.items() if what != "clusters"}
    assert calm["jobs"] == [(path.name, "done") for path in sorted(folder.iterdir())]
    assert start_adding(tmp_path / "hard", folder).wait(120) == 0
    again = _state(tmp_path / "hard")
    del again["clusters"]
    assert again == hard


def _require_finer(clusters: list[list[Any]], calm: list[list[Any]]) -> None:
    """Groups that grew in another order may be smaller, but none is mixed, and no face without."""
    assert sorted(chain(*clusters)) == sorted(chain(*calm))
    assert all(any(set(some) <= set(whole) for whole in calm) for some in clusters)


def _meet(process: subprocess.Popen[bytes], archive: Path, after_s: float) -> None:
    """Wait until a worker is at something, and a little longer."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if (archive / "archive.db").exists() and _is_busy(archive):
            break
        time.sleep(0.02)
    time.sleep(after_s)


def _is_busy(folder: Path) -> bool:
    archive = Archive.open(folder)
    try:
        names = archive.database.read(queue.working)
        pids = [int(name.rpartition(":")[2]) for name in names]
        return any(Path(f"/proc/{pid}").exists() for pid in pids)
    finally:
        archive.close()


def _state(folder: Path) -> dict[str, Any]:
    """All that an archive says, without ids and times of its making."""
    archive = Archive.open(folder)
    try:
        said = archive.database.read(_rows)
        said["blobs"] = [
            (key, sha256(archive.blobs.get(key)).hexdigest()) for key in archive.blobs.keys("")
        ]
        return said
    finally:
        archive.close()


def _rows(tx: Connection) -> dict[str, Any]:
    def rows(*columns: Any) -> list[Any]:
        table = columns[0].table
        found = select(media.c.name, *columns).select_from(table.join(media, _of(table)))
        return sorted(tuple(row) for row in tx.execute(found))

    assert audit.first_broken(tx) is None
    assert tx.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    track, face, span = tracks.c, faces.c, appearances.c
    clusters: dict[str, set[Any]] = {}
    for name, start_us, cluster in rows(track.start_us, track.cluster_id):
        clusters.setdefault(cluster, set()).add((name, start_us))
    return {
        "jobs": rows(jobs.c.state),
        "segments": rows(segments.c.number, segments.c.state, segments.c.done_frames),
        "findings": tx.execute(select(segments.c.id).where(segments.c.findings.is_not(None))).all(),
        "runs": rows(runs.c.expected, runs.c.analysed, runs.c.fingerprint),
        "tracks": rows(track.start_us, track.end_us, track.faces, track.embedding, track.same_as),
        "faces": rows(face.frame_index, face.left, face.right, face.score, face.crop),
        "spans": rows(span.start_us, span.end_us, span.class_id, span.score, span.current),
        "clusters": sorted(sorted(some) for some in clusters.values()),
        "shown": [row is not None for row in tx.execute(select(media.c.run_id)).scalars()],
    }


def _of(table: Any) -> Any:
    return table.c.media_id == media.c.id
