import errno
import os
from pathlib import Path

import pytest

from playbill.core.atomic import atomic_path
from playbill.errors import OutputError


def test_a_file_appears_whole_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "result.json"

    with atomic_path(target) as temporary:
        temporary.write_text("{}")
        assert not target.exists()
        assert temporary.suffix == ".json"

    assert target.read_text() == "{}"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("stop", [ValueError, KeyboardInterrupt])
def test_a_block_that_fails_leaves_the_old_file(tmp_path: Path, stop: type[BaseException]) -> None:
    target = tmp_path / "result.json"
    target.write_text("old")

    with pytest.raises(stop), atomic_path(target) as temporary:
        raise stop(temporary.write_text("half"))

    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_one_clear_sentence(tmp_path: Path) -> None:
    target = tmp_path / "result.json"

    with pytest.raises(OutputError) as refusal, atomic_path(target):
        raise OSError(errno.ENOSPC, "No space left on device")

    assert str(refusal.value) == f"{target}: cannot be written: no space left on device"
    assert not list(tmp_path.iterdir())


def test_a_full_device_is_an_output_error(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="no space left"),
        atomic_path(tmp_path / "result.json"),
        Path("/dev/full").open("wb", buffering=0) as full,
    ):
        full.write(b"x")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    target = tmp_path / "missing" / "result.json"

    with pytest.raises(OutputError, match="there is no folder"), atomic_path(target):
        pass


def test_a_folder_is_not_overwritten(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="it is a folder"), atomic_path(tmp_path):
        pass

    assert tmp_path.is_dir()


def test_the_mode_follows_the_umask(tmp_path: Path) -> None:
    plain, atomic = tmp_path / "plain", tmp_path / "atomic"
    plain.touch()

    with atomic_path(atomic):
        pass

    assert plain.stat().st_mode == atomic.stat().st_mode


def test_a_link_stays_a_link_and_what_it_points_to_is_written(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)

    with atomic_path(link) as temporary:
        temporary.write_text("new")

    assert link.is_symlink()
    assert target.read_text() == "new"


def test_what_is_no_ordinary_file_is_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    with pytest.raises(OutputError, match="it is no ordinary file"), atomic_path(pipe):
        pass

    assert pipe.is_fifo()
