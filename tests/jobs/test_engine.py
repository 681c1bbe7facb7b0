"""Workers in processes of their own: they end, are killed, grow too large, and are followed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.context import SpawnProcess
from pathlib import Path

import psutil
import pytest

from playbill.archive import queue
from playbill.archive.archive import Archive
from playbill.archive.queue import JobProgress
from playbill.errors import ArchiveError
from playbill.jobs import engine
from playbill.jobs.engine import LocalEngine
from playbill.jobs.plan import Opener, WorkerPlan
from tests.jobs.conftest import add_all
from tests.support.workers import (
    DELAY,
    open_deadly,
    open_fakes,
    open_greedy,
    open_stuck,
)

PATIENCE_S = 240.0
"""Processes take long to start where others keep all cores busy."""


def plan_of(archive: Archive, opener: Opener = open_fakes) -> WorkerPlan:
    return WorkerPlan(
        archive.folder, opener, threads=1, until_done=True, poll_s=0.05, beat_s=0.1, lease_s=60
    )


def shown(archive: Archive, job_id: str) -> JobProgress:
    return archive.database.read(lambda tx: queue.progress(tx, job_id))


def until(what: Callable[[], object], seconds: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each frame takes a while, so that a worker can be met in the middle of a segment."""
    monkeypatch.setenv(DELAY, "0.05")


def test_workers_share_a_video_and_end_when_it_is_done(lone_archive: Archive, clip: Path) -> None:
    (job_id,) = add_all(lone_archive, clip)
    with LocalEngine(plan_of(lone_archive), 2) as local:
        assert len(local.pids()) == 2
        assert local.wait(PATIENCE_S)
        assert local.pids() == []
    assert shown(lone_archive, job_id).job.state == "done"


@pytest.mark.usefixtures("slow")
def test_a_worker_killed_in_the_middle_is_followed_and_its_segment_done(
    lone_archive: Archive, clip: Path
) -> None:
    (job_id,) = add_all(lone_archive, clip)
    with LocalEngine(plan_of(lone_archive), 1) as local:
        until(lambda: shown(lone_archive, job_id).frames_done >= 4)
        os.kill(local.pids()[0], signal.SIGKILL)
        assert local.wait(PATIENCE_S)
    done = shown(lone_archive, job_id)
    assert (done.job.state, done.frames_done) == ("done", 50)
    assert [(it.attempts, it.reason) for it in done.troubles] == [
        (2, "the worker died by signal 9")
    ]


def test_a_video_that_kills_its_worker_each_time_costs_one_segment(
    lone_archive: Archive, clip: Path
) -> None:
    (job_id,) = add_all(lone_archive, clip)
    with LocalEngine(plan_of(lone_archive, open_deadly), 1) as local:
        assert local.wait(PATIENCE_S)
    done = shown(lone_archive, job_id)
    assert (done.job.state, done.segments) == ("done", {"done": 4, "aside": 1})
    assert [it.reason for it in done.troubles] == ["the worker died by signal 9"]


def test_a_worker_that_grows_too_large_is_ended_with_the_reason(
    lone_archive: Archive, clip: Path
) -> None:
    (job_id,) = add_all(lone_archive, clip)
    with LocalEngine(plan_of(lone_archive, open_greedy), 1, hard_mib=700):
        until(lambda: shown(lone_archive, job_id).troubles)
    assert "the worker was ended: it took" in shown(lone_archive, job_id).troubles[0].reason


def test_a_video_that_never_ends_costs_its_worker(lone_archive: Archive, clip: Path) -> None:
    (job_id,) = add_all(lone_archive, clip)
    plan = replace(plan_of(lone_archive, open_stuck), stall_s=1.0)
    with LocalEngine(plan, 1, grace_s=0.1):
        until(lambda: shown(lone_archive, job_id).troubles)
    (trouble,) = shown(lone_archive, job_id).troubles
    assert trouble.reason == "no frame was finished in 1 s; the worker was ended"


@pytest.mark.usefixtures("slow")
def test_workers_that_are_stopped_give_back_what_they_are_at(
    lone_archive: Archive, clip: Path
) -> None:
    (job_id,) = add_all(lone_archive, clip)
    with LocalEngine(plan_of(lone_archive), 1):
        until(lambda: shown(lone_archive, job_id).workers)
    left = shown(lone_archive, job_id)
    assert (left.workers, left.troubles) == (0, ())
    assert left.segments["queued"] >= 4


def test_an_engine_whose_workers_cannot_live_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "HOPELESS", 2)
    plan = WorkerPlan(tmp_path / "nowhere", open_fakes)
    said = pytest.raises(ArchiveError, match=r"no worker stays alive: 2 in a row .* exit code 1")
    with LocalEngine(plan, 1, longest_pause_s=0.1) as local, said:
        until(lambda: local.wait(0.1))


@pytest.mark.usefixtures("slow")
def test_a_worker_that_somebody_else_asked_to_go_is_followed_and_its_segment_done(
    lone_archive: Archive, clip: Path
) -> None:
    (job_id,) = add_all(lone_archive, clip)
    with LocalEngine(plan_of(lone_archive), 1) as local:
        until(lambda: shown(lone_archive, job_id).frames_done >= 4)
        os.kill(local.pids()[0], signal.SIGTERM)
        assert local.wait(PATIENCE_S)
    done = shown(lone_archive, job_id)
    assert (done.job.state, done.frames_done, done.troubles) == ("done", 50, ())


def test_a_worker_that_cannot_be_started_is_tried_again(
    lone_archive: Archive, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job_id,) = add_all(lone_archive, clip)
    refusals = iter([OSError(12, "Cannot allocate memory")])
    start = SpawnProcess.start

    def once_refused(process: SpawnProcess) -> None:
        for error in refusals:
            raise error
        start(process)

    monkeypatch.setattr(SpawnProcess, "start", once_refused)
    with LocalEngine(plan_of(lone_archive), 1) as local:
        assert local.wait(PATIENCE_S)
    assert shown(lone_archive, job_id).job.state == "done"


def test_workers_that_are_too_large_with_nothing_in_hand_are_not_made_for_ever(
    lone_archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "HOPELESS", 2)
    plan = replace(plan_of(lone_archive), until_done=False)
    said = pytest.raises(ArchiveError, match=r"2 in a row .* the last one by its size of \d+ MiB")
    with LocalEngine(plan, 1, hard_mib=1, longest_pause_s=0.1) as local, said:
        until(lambda: local.wait(0.1))


@pytest.mark.usefixtures("slow")
def test_workers_go_when_the_process_of_their_engine_is_killed(
    lone_archive: Archive, clip: Path
) -> None:
    (job_id,) = add_all(lone_archive, clip)
    script = "from tests.support.adding_process import main; main()"
    engine = subprocess.Popen(
        [sys.executable, "-c", script, str(lone_archive.folder), str(clip)],
        stdout=subprocess.DEVNULL,
    )
    until(lambda: shown(lone_archive, job_id).workers)
    children = psutil.Process(engine.pid).children(recursive=True)
    engine.kill()
    engine.wait()
    gone, alive = psutil.wait_procs(children, timeout=PATIENCE_S)
    assert gone
    assert not alive
    assert shown(lone_archive, job_id).segments["running"] == 0
