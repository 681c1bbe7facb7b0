"""A worker in this very process: what comes of its claims, and of all that can go wrong."""

import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO
from unittest.mock import patch

import pytest
from PIL import Image as Pictures
from sqlalchemy import Connection, create_engine, select, update

from playbill.archive import queue
from playbill.archive.archive import Archive
from playbill.archive.blobs import Blobs
from playbill.archive.documents import document_of
from playbill.archive.queue import JobProgress
from playbill.archive.runs import list_runs
from playbill.archive.tables import appearances, faces, media, tracks
from playbill.errors import OutputError
from playbill.jobs.plan import Farewell, Opener, WorkerPlan
from playbill.jobs.worker import run_worker
from playbill.pipeline.analyze import Analyzer
from playbill.pipeline.settings import AnalysisSettings
from tests.jobs.conftest import GREEN, SETTINGS, add_all
from tests.support.workers import open_broken, open_fakes, open_starved


def work(archive: Archive, opener: Opener = open_fakes, **more: float) -> Farewell:
    """Let a worker do all there is."""
    quick = {"poll_s": 0.05, "beat_s": 0.05} | more
    plan = WorkerPlan(archive.folder, opener, threads=1, until_done=True, **quick)  # type: ignore[arg-type]
    return run_worker(plan, threading.Event())


def shown(archive: Archive, job_id: str) -> JobProgress:
    return archive.database.read(lambda tx: queue.progress(tx, job_id))


def found_in(tx: Connection, run_id: str) -> tuple[list[int], list[tuple[int, int]]]:
    """Faces of each track; start and class of each stretch, of one run."""
    counts = select(tracks.c.faces).where(tracks.c.run_id == run_id)
    columns = select(appearances.c.start_us, appearances.c.class_id)
    spans = columns.where(appearances.c.run_id == run_id).order_by(appearances.c.id)
    return list(tx.execute(counts).scalars()), [tuple(row) for row in tx.execute(spans)]


@pytest.fixture(autouse=True)
def no_pause() -> object:
    """What failed is tried again at once."""
    with patch("playbill.archive.queue.claiming.PAUSE_S", 0.0):
        yield


def test_media_become_runs_that_say_what_an_analysis_says(
    archive: Archive, clip: Path, picture: Path
) -> None:
    jobs = add_all(archive, clip, picture)

    assert work(archive) is Farewell.DONE

    for path, job_id in zip((clip, picture), jobs, strict=True):
        done = shown(archive, job_id)
        assert (done.job.state, done.troubles) == ("done", ())
        run_id = done.job.run_id
        assert run_id is not None
        expected = open_fakes(SETTINGS).sightings(path)
        (run,) = archive.database.read(partial(list_runs, media_id=expected.analysis.media.id))
        assert (run.id, run.record.frames) == (run_id, expected.analysis.run.frames)
        counts, spans = archive.database.read(partial(found_in, run_id=run_id))
        assert sorted(counts) == sorted(len(track.faces) for track in expected.tracks)
        assert spans == [
            (round(it.span.start_s * 1_000_000), it.class_id) for it in expected.stretches
        ]
    assert shown(archive, jobs[0]).segments == {"done": 5}


def test_every_face_has_its_picture_and_its_group(archive: Archive, picture: Path) -> None:
    add_all(archive, picture)
    work(archive)
    rows = archive.database.read(
        lambda tx: tx.execute(
            select(faces.c.crop, tracks.c.cluster_id).join(
                tracks, tracks.c.id == faces.c.machine_track_id
            )
        ).all()
    )
    assert len(rows) == 1
    assert archive.blobs.get(rows[0].crop).startswith(b"\xff\xd8")
    assert rows[0].cluster_id is not None


def test_the_document_has_the_name_that_the_archive_knows(archive: Archive, picture: Path) -> None:
    (job_id,) = add_all(archive, picture)
    work(archive)
    run_id = shown(archive, job_id).job.run_id
    assert run_id is not None
    assert '"name":"red.png"' in archive.database.read(lambda tx: document_of(tx, run_id)).replace(
        '": "', '":"'
    )


def test_a_segment_that_fails_three_times_is_left_out_and_the_run_says_so(
    archive: Archive, clip: Path
) -> None:
    (job_id,) = add_all(archive, clip)
    work(archive, open_broken)

    done = shown(archive, job_id)
    assert (done.job.state, done.segments) == ("done", {"done": 4, "aside": 1})
    assert [(it.attempts, it.reason) for it in done.troubles] == [
        (3, "RuntimeError: blue is too much")
    ]
    (run,) = archive.database.read(lambda tx: list_runs(tx, done.job.media_id))
    assert (run.record.frames.expected, run.record.frames.analysed) == (50, 40)

    archive.database.write(lambda tx: queue.retry(tx, job_id, who="cli:test"))
    work(archive)
    runs = archive.database.read(lambda tx: list_runs(tx, done.job.media_id))
    assert [run.record.frames.analysed for run in runs] == [50, 40]


def test_a_file_that_is_gone_fails_its_job_with_the_sentence(
    archive: Archive, clip: Path, picture: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copy(clip, tmp_path / "gone.mp4"))
    gone, there = add_all(archive, copy, picture)
    copy.unlink()
    work(archive)
    job = shown(archive, gone).job
    assert (job.state, job.error) == ("failed", f"{copy}: the file of this medium is gone")
    assert shown(archive, there).job.state == "done"


def test_a_file_that_was_changed_fails_its_job_with_the_sentence(
    archive: Archive, picture: Path
) -> None:
    (job_id,) = add_all(archive, picture)
    Pictures.new("RGB", (64, 48), GREEN).save(picture)
    work(archive)
    job = shown(archive, job_id).job
    assert job.state == "failed"
    assert job.error is not None
    assert "the file was changed since it was added: expected the sha256" in job.error


def test_networks_that_are_not_those_of_the_job_are_not_mixed_in(
    archive: Archive, picture: Path
) -> None:
    (job_id,) = add_all(archive, picture)
    work(archive, _other_networks)
    job = shown(archive, job_id).job
    assert job.state == "failed"
    assert "the networks of this machine (fake float32, other float32, fake float32)" in str(
        job.error
    )


def _other_networks(settings: AnalysisSettings) -> Analyzer:
    analyzer = open_fakes(settings)
    embedder = analyzer.networks.embedder
    assert embedder is not None
    embedder.use = replace(embedder.use, name="other")  # type: ignore[misc]
    return analyzer


def test_a_full_disk_is_waited_for_three_times_and_then_said(
    archive: Archive, picture: Path
) -> None:
    (job_id,) = add_all(archive, picture)
    full = OutputError("crops/x.jpg: cannot be kept: No space left on device")
    with patch.object(Blobs, "put", side_effect=full):
        work(archive)
    job = shown(archive, job_id).job
    assert (job.state, job.error) == ("failed", str(full))

    archive.database.write(lambda tx: queue.retry(tx, job_id, who="cli:test"))
    work(archive)
    assert shown(archive, job_id).job.state == "done"


def test_a_disk_that_was_full_for_a_moment_does_no_harm(archive: Archive, picture: Path) -> None:
    (job_id,) = add_all(archive, picture)
    put = Blobs.put
    refusals = iter([OutputError("no space")])

    def once_full(self: Blobs, key: str, data: bytes) -> None:
        for error in refusals:
            raise error
        put(self, key, data)

    with patch.object(Blobs, "put", once_full):
        work(archive)
    assert shown(archive, job_id).job.state == "done"


def test_a_worker_without_memory_says_so_and_makes_room_for_another(
    archive: Archive, clip: Path
) -> None:
    (job_id,) = add_all(archive, clip)
    goodbyes = [work(archive, open_starved) for _ in range(4)]
    assert goodbyes == [Farewell.RECYCLED] * 3 + [Farewell.DONE]
    assert [it.reason for it in shown(archive, job_id).troubles] == [
        "the worker had no memory left for it"
    ]


def test_faces_that_cannot_be_grouped_stop_no_analysis(archive: Archive, picture: Path) -> None:
    (job_id,) = add_all(archive, picture)
    with patch("playbill.jobs.worker.group_everybody", side_effect=ZeroDivisionError):
        assert work(archive) is Farewell.DONE
    assert shown(archive, job_id).job.state == "done"


def test_a_video_in_an_object_store_is_fetched_once_for_all_its_segments(
    tmp_path: Path, clip: Path
) -> None:
    archive = Archive.create(tmp_path / "archive", blobs_url=f"memory://{tmp_path.name}")
    (job_id,) = add_all(archive, clip)
    archive.blobs.put("uploads/colours.mp4", clip.read_bytes())
    moved = update(media).values(place="uploads/colours.mp4")
    archive.database.write(lambda tx: tx.execute(moved))
    fetched, read = [], Blobs.reading

    def reading(blobs: Blobs, key: str) -> IO[bytes]:
        fetched.append(key)
        return read(blobs, key)

    with patch.object(Blobs, "reading", reading):
        assert work(archive) is Farewell.DONE

    assert shown(archive, job_id).segments == {"done": 5}
    assert fetched == ["uploads/colours.mp4"]
    archive.close()


class SomePauses(threading.Event):
    """Lets a worker pause so many times, and then go."""

    def __init__(self, pauses: int) -> None:
        super().__init__()
        self._left = pauses

    def wait(self, timeout: float | None = None) -> bool:
        del timeout
        self._left -= 1
        if not self._left:
            self.set()
        return self.is_set()


def test_a_worker_that_waits_looks_for_faces_without_a_group_now_and_then_not_all_the_time(
    archive: Archive, picture: Path
) -> None:
    add_all(archive, picture)
    plan = WorkerPlan(archive.folder, open_fakes, threads=1, beat_s=0.05)

    with patch("playbill.jobs.worker.group_everybody") as looked:
        assert run_worker(plan, SomePauses(20)) is Farewell.STOPPED

    assert 1 <= looked.call_count <= 2


def test_a_worker_makes_room_for_another_after_so_many_claims_or_mebibytes(
    archive: Archive, clip: Path
) -> None:
    add_all(archive, clip)
    assert work(archive, most_claims=2) is Farewell.RECYCLED
    assert archive.database.read(queue.load).frames_left == 30
    assert work(archive, most_mib=1) is Farewell.RECYCLED
    assert archive.database.read(queue.load).frames_left == 20


def test_a_worker_that_is_to_go_gives_its_work_back(archive: Archive, clip: Path) -> None:
    (job_id,) = add_all(archive, clip)
    leaving = threading.Event()
    plan = WorkerPlan(archive.folder, _leaving_after(leaving, 12), until_done=True)
    assert run_worker(plan, leaving) is Farewell.STOPPED
    assert shown(archive, job_id).segments == {"done": 1, "queued": 4}
    assert shown(archive, job_id).troubles == ()


def test_a_cancelled_job_is_dropped_in_the_middle_of_a_segment(
    archive: Archive, clip: Path
) -> None:
    (job_id,) = add_all(archive, clip)

    def cancel() -> None:
        archive.database.write(lambda tx: queue.cancel(tx, job_id, who="cli:test"))
        time.sleep(0.5)

    work(archive, _calling_after(cancel, 12))
    done = shown(archive, job_id)
    assert (done.job.state, done.segments) == ("cancelled", {"done": 1, "queued": 4})


def test_a_locked_data_base_is_waited_for(lone_archive: Archive, clip: Path) -> None:
    (job_id,) = add_all(lone_archive, clip)
    locker = create_engine(lone_archive.database.engine.url)
    with locker.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        thread = threading.Thread(target=work, args=(lone_archive,))
        thread.start()
        time.sleep(1.0)
        assert shown(lone_archive, job_id).job.state == "queued"
        other.rollback()
    thread.join()
    locker.dispose()
    assert shown(lone_archive, job_id).job.state == "done"


def _leaving_after(leaving: threading.Event, frames: int) -> Opener:
    return _calling_after(leaving.set, frames)


def _calling_after(call: Callable[[], None], frames: int) -> Opener:
    """Networks that do something once they have seen so many frames."""
    seen = 0

    def opener(settings: AnalysisSettings) -> Analyzer:
        analyzer = open_fakes(replace(settings, batch=1))
        detect = analyzer.networks.objects.detect

        def counting(some: Sequence[object]) -> object:
            nonlocal seen
            seen += len(some)
            if seen == frames:
                call()
            return detect(some)  # type: ignore[arg-type]

        analyzer.networks.objects.detect = counting  # type: ignore[assignment,method-assign]
        return analyzer

    return opener
