"""The queue: who gets what, what counts, and how jobs end."""

from collections.abc import Callable
from dataclasses import dataclass
from unittest.mock import patch

import pytest
from sqlalchemy import select

from playbill.archive import queue
from playbill.archive.database import Database
from playbill.archive.queue import Claim, Standing
from playbill.archive.tables import deliveries, segments
from playbill.errors import Conflict, NotInArchive

PRINT = "f" * 64
LEASE_S = 30.0
T0 = 1_000_000.0


@dataclass(frozen=True)
class Part:
    first_frame: int
    end_frame: int
    frames: int = 10


THREE = (Part(0, 100), Part(100, 200), Part(200, 300))
Medium = Callable[[str], str]


@pytest.fixture
def desk(database: Database) -> "Desk":
    return Desk(database)


@dataclass
class Desk:
    """The queue, one transaction per call."""

    database: Database

    def add(self, media_id: str, parts: tuple[Part, ...] = THREE, **more: object) -> str:
        wanted = {"who": "cli:test", "now": T0} | more
        return self.database.write(
            lambda tx: queue.enqueue(tx, media_id, PRINT, {"sample_every": 10}, parts, **wanted)  # type: ignore[arg-type]
        )

    def claim(self, now: float = T0, worker: str = "ada") -> Claim | None:
        return self.database.write(lambda tx: queue.claim(tx, worker, now, LEASE_S))

    def take(self, now: float = T0, worker: str = "ada") -> Claim:
        claim = self.claim(now, worker)
        assert claim is not None
        return claim

    def beat(self, claim: Claim, now: float = T0, frames: int = 0, s: float = 0) -> Standing:
        return self.database.write(
            lambda tx: queue.heartbeat(tx, claim, now, LEASE_S, done_frames=frames, seconds=s)
        )

    def finish(self, claim: Claim, findings: bytes = b"seen", now: float = T0) -> bool:
        return self.database.write(lambda tx: queue.finish(tx, claim, findings, now, seconds=2.0))

    def settle(self, claim: Claim, run_id: str = "run", now: float = T0) -> bool:
        return self.database.write(lambda tx: queue.finish_settle(tx, claim, run_id, now))

    def fail(self, claim: Claim, reason: str = "it broke", now: float = T0) -> bool:
        return self.database.write(lambda tx: queue.fail(tx, claim, reason, now))

    def cancel(self, job_id: str) -> None:
        self.database.write(lambda tx: queue.cancel(tx, job_id, who="cli:test", now=T0))

    def retry(self, job_id: str) -> None:
        self.database.write(lambda tx: queue.retry(tx, job_id, who="cli:test", now=T0))

    def progress(self, job_id: str, now: float = T0) -> queue.JobProgress:
        return self.database.read(lambda tx: queue.progress(tx, job_id, now=now))

    def finish_all(self, now: float = T0) -> str:
        """Do everything that is free, and say what it was."""
        done = ""
        while claim := self.claim(now):
            done += "s" if claim.settles else str(claim.number)
            assert self.settle(claim, now=now) if claim.settles else self.finish(claim, now=now)
        return done


def test_segments_come_in_order_and_the_last_step_after_all_of_them(
    desk: Desk, medium: Medium
) -> None:
    job_id = desk.add(medium("a"))

    assert desk.finish_all() == "012s"
    job = desk.progress(job_id).job
    assert (job.state, job.run_id, job.media_name) == ("done", "run", "a")
    assert desk.claim() is None


def test_the_last_step_waits_for_segments_that_others_are_at(desk: Desk, medium: Medium) -> None:
    desk.add(medium("a"), THREE[:2])
    first, second = desk.take(), desk.take(worker="bob")

    assert desk.finish(first)
    assert desk.claim() is None
    assert desk.finish(second)
    assert desk.take().settles
    assert desk.claim() is None


def test_more_urgent_jobs_come_first_and_older_ones_before_younger(
    desk: Desk, medium: Medium
) -> None:
    young = medium("young")
    desk.add(young, THREE[:1], now=T0 + 1)
    desk.add(medium("old"), THREE[:1])
    urgent = desk.add(medium("urgent"), THREE[:1], priority=5, now=T0 + 2)
    low = desk.add(medium("low"), THREE[:1], priority=9, now=T0 + 3)
    desk.database.write(lambda tx: queue.prioritise(tx, low, -1, who="cli:test"))

    order = [desk.take().media_id for _ in range(4)]

    assert order == [medium("urgent"), medium("old"), young, medium("low")]
    assert desk.progress(urgent).job.state == "running"


def test_a_segment_whose_lease_ran_out_is_taken_up_and_the_first_worker_is_thrown_out(
    desk: Desk, medium: Medium
) -> None:
    desk.add(medium("a"), THREE[:1])
    lost = desk.take()
    assert desk.claim(T0 + LEASE_S - 1) is None

    again = desk.take(T0 + LEASE_S, "bob")

    assert again.attempt == 2
    assert desk.beat(lost) is Standing.LOST
    assert not desk.finish(lost, b"stale")
    assert not desk.fail(lost)
    assert not desk.database.write(lambda tx: queue.release(tx, lost))
    assert desk.finish(again, b"fresh")
    assert desk.database.read(lambda tx: queue.findings_of(tx, again)) == [b"fresh"]


def test_a_heartbeat_keeps_the_lease(desk: Desk, medium: Medium) -> None:
    desk.add(medium("a"), THREE[:1])
    claim = desk.take()

    assert desk.beat(claim, T0 + 20) is Standing.OURS
    assert desk.claim(T0 + 40) is None
    assert desk.finish(claim, now=T0 + 41)


def test_a_worker_that_is_known_to_be_dead_loses_what_it_had_at_once(
    desk: Desk, medium: Medium
) -> None:
    job_id = desk.add(medium("a"), THREE[:1])
    desk.take(worker="host:12")

    assert desk.database.write(lambda tx: queue.expire(tx, "host:1", "killed")) == 0
    assert desk.database.write(lambda tx: queue.expire(tx, "host:12", "killed")) == 1
    assert desk.take().attempt == 2
    assert [trouble.reason for trouble in desk.progress(job_id).troubles] == ["killed"]


def test_letters_of_host_names_are_taken_as_they_are(desk: Desk, medium: Medium) -> None:
    desk.add(medium("a"))
    desk.take(worker="my-host:1")
    assert desk.database.write(lambda tx: queue.expire(tx, "my_host:1", "killed")) == 0
    assert desk.database.write(lambda tx: queue.disown(tx, "%")) == 0


def test_three_failures_put_a_segment_aside_and_the_rest_goes_on(
    desk: Desk, medium: Medium
) -> None:
    job_id = desk.add(medium("a"))
    assert desk.fail(desk.take(), "broke", T0)
    assert desk.finish(desk.take(T0 + 0.1))
    assert desk.fail(desk.take(T0 + 100), "broke again", T0 + 100)
    assert desk.finish(desk.take(T0 + 100.1))
    assert desk.fail(desk.take(T0 + 200), "broke at 200", T0 + 200)

    assert desk.finish_all(T0 + 200) == "s"
    shown = desk.progress(job_id)
    assert (shown.job.state, shown.segments) == ("done", {"aside": 1, "done": 2})
    assert (shown.frames_done, shown.frames_wanted, shown.frames_aside) == (20, 30, 10)
    (trouble,) = shown.troubles
    assert (trouble.number, trouble.attempts, trouble.state) == (0, 3, "aside")
    assert trouble.reason == "broke at 200"


def test_a_segment_that_kills_its_worker_three_times_is_put_aside(
    desk: Desk, medium: Medium
) -> None:
    job_id = desk.add(medium("a"), THREE[:2])
    now = T0
    for _ in range(queue.MOST_ATTEMPTS):
        assert desk.take(now).number == 0
        now += LEASE_S
    assert desk.finish_all(now) == "1s"
    assert "did not answer" in desk.progress(job_id).troubles[0].reason


def test_a_job_of_which_nothing_can_be_done_fails_with_the_reason(
    desk: Desk, medium: Medium
) -> None:
    job_id = desk.add(medium("a"), THREE[:1])
    for n in range(queue.MOST_ATTEMPTS):
        desk.fail(desk.take(T0 + 100 * n), "no frame can be decoded", T0 + 100 * n)
    job = desk.progress(job_id).job
    assert (job.state, job.error) == ("failed", "no frame can be decoded")
    assert desk.claim(T0 + 1000) is None


def test_a_failed_last_step_is_tried_again_and_then_the_job_fails(
    desk: Desk, medium: Medium
) -> None:
    job_id = desk.add(medium("a"), THREE[:1])
    desk.finish(desk.take())
    for n in range(queue.MOST_ATTEMPTS):
        claim = desk.take(T0 + 100 * n)
        assert claim.settles
        desk.fail(claim, "the disk is full", T0 + 100 * n)
    assert desk.progress(job_id).job.error == "the disk is full"
    desk.retry(job_id)
    assert desk.finish_all() == "s"
    assert desk.progress(job_id).job.state == "done"


def test_what_no_attempt_can_help_fails_the_job_at_once_and_can_be_retried(
    desk: Desk, medium: Medium
) -> None:
    job_id = desk.add(medium("a"))
    desk.finish(desk.take())
    claim, other = desk.take(), desk.take()
    assert desk.database.write(lambda tx: queue.fail_jobs(tx, claim, "a: the file is gone", T0))

    assert desk.beat(other) is Standing.UNWANTED
    assert desk.claim() is None
    assert desk.progress(job_id).job.error == "a: the file is gone"
    assert desk.database.write(lambda tx: queue.release(tx, other))
    desk.retry(job_id)
    assert desk.finish_all() == "12s"


def test_a_cancelled_job_is_not_claimed_and_its_worker_is_told(desk: Desk, medium: Medium) -> None:
    job_id = desk.add(medium("a"))
    done, held = desk.take(), desk.take()
    desk.finish(done)
    desk.cancel(job_id)

    assert desk.beat(held) is Standing.UNWANTED
    assert desk.claim(T0 + 1000) is None
    with pytest.raises(Conflict, match="is cancelled, expected one that is queued or running"):
        desk.cancel(job_id)
    desk.retry(job_id)
    assert desk.finish_all(T0 + 1000) == "12s"
    assert desk.progress(job_id).job.state == "done"


def test_a_run_that_nobody_wants_any_longer_is_not_kept(desk: Desk, medium: Medium) -> None:
    job_id = desk.add(medium("a"), THREE[:1])
    desk.finish(desk.take())
    claim = desk.take()
    desk.cancel(job_id)
    assert not desk.settle(claim)
    desk.retry(job_id)
    assert desk.finish_all() == "s"


def test_two_jobs_for_the_same_share_the_work_and_the_run(desk: Desk, medium: Medium) -> None:
    media_id = medium("a")
    first = desk.add(media_id)
    desk.finish(desk.take())
    second = desk.add(media_id, THREE[:1], priority=3)

    assert desk.finish_all() == "12s"
    assert {desk.progress(job).job.run_id for job in (first, second)} == {"run"}
    third = desk.add(media_id)
    assert desk.progress(third).job.state == "done"
    assert desk.progress(third).job.run_id == "run"
    assert desk.claim() is None


def test_cancelling_one_of_two_jobs_does_not_stop_the_other(desk: Desk, medium: Medium) -> None:
    media_id = medium("a")
    first, second = desk.add(media_id), desk.add(media_id)
    held = desk.take()
    desk.cancel(first)
    assert desk.beat(held) is Standing.OURS
    desk.finish(held)
    assert desk.finish_all() == "12s"
    assert desk.progress(second).job.state == "done"
    assert desk.progress(first).job.run_id is None


def test_a_cancelled_job_whose_work_another_job_did_is_done_when_it_is_retried(
    desk: Desk, medium: Medium
) -> None:
    media_id = medium("a")
    first, second = desk.add(media_id), desk.add(media_id)
    desk.cancel(first)
    assert desk.finish_all() == "012s"
    assert desk.progress(second).job.state == "done"

    desk.retry(first)

    job = desk.progress(first).job
    assert (job.state, job.run_id) == ("done", "run")
    assert desk.claim() is None


def test_findings_go_with_the_run_but_stay_while_a_segment_may_be_retried(
    desk: Desk, medium: Medium
) -> None:
    job_id = desk.add(medium("a"), THREE[:2])
    for n in range(queue.MOST_ATTEMPTS):
        desk.fail(desk.take(T0 + 100 * n), now=T0 + 100 * n)
    desk.finish_all(T0 + 300)
    kept = select(segments.c.findings).where(segments.c.findings.is_not(None))
    assert desk.database.read(lambda tx: tx.execute(kept).scalars().all()) == [b"seen"]

    desk.retry(job_id)
    assert desk.progress(job_id).job.state == "queued"
    assert desk.finish_all(T0 + 400) == "0s"
    assert desk.database.read(lambda tx: tx.execute(kept).scalars().all()) == []
    with pytest.raises(Conflict, match="is done, and nothing of it was put aside"):
        desk.retry(job_id)


def test_progress_tells_frames_rate_and_remaining_time(desk: Desk, medium: Medium) -> None:
    job_id = desk.add(medium("a"))
    assert desk.progress(job_id).remaining_s is None
    desk.finish(desk.take())
    desk.beat(desk.take(), frames=4, s=0.8)
    desk.take()

    shown = desk.progress(job_id)

    assert (shown.frames_done, shown.frames_wanted, shown.workers) == (14, 30, 2)
    assert shown.frames_per_s == pytest.approx(2 * 14 / 2.8)
    assert shown.remaining_s == pytest.approx(1.6)
    assert desk.progress(job_id, T0 + LEASE_S).workers == 0


def test_attempts_that_came_to_nothing_do_not_slow_the_rate(desk: Desk, medium: Medium) -> None:
    job_id = desk.add(medium("a"))
    broken = desk.take()
    desk.beat(broken, frames=9, s=100)
    desk.fail(broken)
    desk.finish(desk.take())

    assert desk.progress(job_id).frames_per_s == pytest.approx(10 / 2.0)
    assert desk.database.read(queue.load).frames_per_s == pytest.approx(10 / 2.0)


def test_whoever_wants_to_be_told_is_noted_when_the_job_is_over(desk: Desk, medium: Medium) -> None:
    done = desk.add(medium("a"), THREE[:1], hook="https://example.org/done")
    desk.add(medium("b"), THREE[:1])
    desk.finish_all()
    rows = desk.database.read(lambda tx: tx.execute(select(deliveries)).all())
    assert [(row.job_id, row.address, row.state) for row in rows] == [
        (done, "https://example.org/done", "queued")
    ]


def test_jobs_are_listed_newest_first_page_by_page(desk: Desk, medium: Medium) -> None:
    ids = [desk.add(medium(name), now=T0 + n) for n, name in enumerate("abc")]
    desk.cancel(ids[1])
    read = desk.database.read
    page = read(lambda tx: queue.list_jobs(tx, limit=2))
    assert [job.id for job in page] == [ids[2], ids[1]]
    rest = read(lambda tx: queue.list_jobs(tx, before=page[-1]))
    assert [job.id for job in rest] == [ids[0]]
    assert [j.id for j in read(lambda tx: queue.list_jobs(tx, states=["cancelled"]))] == [ids[1]]
    assert read(queue.count_jobs) == {"queued": 2, "cancelled": 1}


def test_a_job_is_meant_by_the_beginning_of_its_id(desk: Desk, medium: Medium) -> None:
    with patch("playbill.archive.queue.enqueueing.uuid4", side_effect=["ada-1", "ada-12"]):
        ids = [desk.add(medium("a")), desk.add(medium("b"))]

    def named(said: str) -> str:
        return desk.database.read(lambda tx: queue.named_job(tx, said)).id

    assert [named("ada-1"), named("ada-12")] == ids
    with pytest.raises(Conflict, match="ada-: expected one job, found several: ada-1, ada-12"):
        named("ada-")
    for said in ("", "ada", "____", "\udcff\udcff\udcff\udcff"):
        with pytest.raises(NotInArchive, match="no such job"):
            named(said)


def test_what_is_not_there_is_said(desk: Desk) -> None:
    with pytest.raises(NotInArchive, match="j9: no such job"):
        desk.cancel("j9")
    with pytest.raises(NotInArchive, match="j9: no such job"):
        desk.progress("j9")
