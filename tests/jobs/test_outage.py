"""A data base that goes away in the middle: workers carry on where they were.

`PLAYBILL_OUTAGE_S=10 pytest tests/jobs/test_outage.py` lets it be away for ten seconds.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from playbill.archive import audit
from playbill.archive.archive import Archive
from playbill.archive.runs import list_runs
from playbill.jobs.engine import LocalEngine
from tests.jobs.conftest import add_all
from tests.jobs.test_engine import plan_of, shown, until
from tests.support.own_postgres import OwnPostgres, own_postgres
from tests.support.workers import DELAY

pytestmark = pytest.mark.postgres
OUTAGE_S = float(os.environ.get("PLAYBILL_OUTAGE_S", "3"))


@pytest.fixture
def server() -> Iterator[OwnPostgres]:
    with own_postgres() as server:
        yield server


def test_workers_carry_on_when_the_data_base_was_away(
    server: OwnPostgres, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DELAY, "0.1")
    archive = Archive.create(tmp_path / "archive", database_url=server.url)
    (job_id,) = add_all(archive, clip)
    with LocalEngine(plan_of(archive), 2) as engine:
        until(lambda: shown(archive, job_id).frames_done >= 5)
        server.stop()
        time.sleep(OUTAGE_S)
        server.start()
        assert engine.wait(60)
    done = shown(archive, job_id)
    assert (done.job.state, done.segments, done.troubles) == ("done", {"done": 5}, ())
    runs = archive.database.read(lambda tx: list_runs(tx, done.job.media_id))
    assert [run.record.frames.analysed for run in runs] == [50]
    assert archive.database.read(audit.first_broken) is None
    archive.close()
