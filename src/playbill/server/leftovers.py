"""What a server that was killed left behind of bodies; what others are at stays."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

LOCK = "serving.lock"


@contextmanager
def serving(archive: Path, incoming: Path) -> Iterator[None]:
    """Serve an archive while the block runs, which any number of servers may do at once.

    The first of them, and none that comes to others, empties `incoming`. The system gives up the
    lock of a server that is killed.
    """
    with (archive / LOCK).open("a") as lock:
        if _is_alone(lock):
            shutil.rmtree(incoming, ignore_errors=True)
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def _is_alone(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
