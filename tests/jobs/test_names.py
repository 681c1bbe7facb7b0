"""Claims of workers that are no more are taken back; those of other machines are left alone."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from playbill.archive import queue
from playbill.archive.archive import Archive
from playbill.jobs import names
from playbill.jobs.engine import LocalEngine
from playbill.jobs.names import is_dead, worker_name
from tests.jobs.conftest import add_all
from tests.jobs.test_engine import plan_of


@pytest.fixture
def nobody() -> int:
    """A process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert not psutil.pid_exists(process.pid)
    return process.pid


def test_the_dead_are_told_from_the_living_and_from_strangers(nobody: int) -> None:
    host, place, pid = worker_name(nobody).split(":")
    assert is_dead(f"{host}:{place}:{pid}")
    assert not is_dead(worker_name(os.getpid()))
    assert not is_dead(f"{host}:00000000:{pid}")
    assert not is_dead(f"other-{host}:{place}:{pid}")
    assert not is_dead(f"{host}:{pid}")
    assert not is_dead("a worker of another kind:")


@pytest.mark.parametrize(
    ("machine", "boot", "namespace", "same"),
    [
        ("m1", "b1", "pid:[4026531836]", True),
        ("m1", "b2", "pid:[4026531836]", True),  # started anew
        ("m2", "b1", "pid:[4026531836]", False),
        ("m1", "b1", "pid:[4026532200]", False),  # a container of the same machine
        ("", "b1", "pid:[4026531836]", False),
    ],
)
def test_a_place_is_a_machine_or_a_container(
    monkeypatch: pytest.MonkeyPatch, machine: str, boot: str, namespace: str, same: bool
) -> None:
    def place(machine: str, boot: str, namespace: str) -> str:
        said = {"/etc/machine-id": machine, "/proc/sys/kernel/random/boot_id": boot}
        monkeypatch.setattr(names, "_read", lambda path: said[path])
        monkeypatch.setattr(names, "_namespace", lambda: namespace)
        return names.this_place.__wrapped__()

    assert (place("m1", "b1", "pid:[4026531836]") == place(machine, boot, namespace)) is same


def test_containers_of_one_image_are_two_places(monkeypatch: pytest.MonkeyPatch) -> None:
    places = set()
    for boot, namespace in (("b1", "pid:[4026532200]"), ("b2", "pid:[4026532200]")):
        said = {"/etc/machine-id": "of the image", "/proc/sys/kernel/random/boot_id": boot}
        monkeypatch.setattr(names, "_read", said.get)
        monkeypatch.setattr(names, "_namespace", lambda namespace=namespace: namespace)
        places.add(names.this_place.__wrapped__())
    assert len(places) == 2


def test_a_new_engine_takes_back_what_its_own_dead_had_and_nothing_else(
    archive: Archive, clip: Path, nobody: int
) -> None:
    add_all(archive, clip)
    host, place, _ = worker_name(nobody).split(":")
    dead, elsewhere = f"{host}:{place}:{nobody}", f"{host}:00000000:{nobody}"
    for name in (dead, elsewhere):
        archive.database.write(lambda tx, name=name: queue.claim(tx, name, queue.clock(tx), 60))  # type: ignore[misc]

    engine = LocalEngine(plan_of(archive), 1)
    engine.start()
    try:
        assert archive.database.read(queue.working) - {worker_name(p) for p in engine.pids()} == {
            elsewhere
        }
    finally:
        engine.stop()
