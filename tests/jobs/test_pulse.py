"""The heartbeat: what counts as a standstill, and what does not."""

import time
from pathlib import Path
from unittest.mock import patch

from playbill.archive import queue
from playbill.archive.archive import Archive
from playbill.jobs.plan import WorkerPlan
from playbill.jobs.pulse import Pulse
from tests.jobs.conftest import add_all
from tests.jobs.test_engine import until
from tests.support.workers import open_fakes


def test_a_large_file_may_take_its_time_to_be_read_and_frames_may_not(
    lone_archive: Archive, picture: Path
) -> None:
    add_all(lone_archive, picture)
    database = lone_archive.database
    held = database.write(lambda tx: queue.claim(tx, "ada", queue.clock(tx), 60))
    assert held is not None
    plan = WorkerPlan(lone_archive.folder, open_fakes, beat_s=0.01, stall_s=0.05)
    with patch.object(Pulse, "_give_up") as gives_up:
        pulse = Pulse(database, held, plan, leaving=lambda: False)
        pulse.allow(600)
        with pulse:
            time.sleep(0.5)
            assert not gives_up.called
            pulse.advance(0)
            until(lambda: gives_up.called)
