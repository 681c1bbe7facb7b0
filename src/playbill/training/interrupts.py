"""Ctrl-C waits for the end of a step, so that what is saved is as whole as after any other."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def whole() -> Iterator[None]:
    """Hold the first Ctrl-C back until the block has ended; a second one ends it at once.

    Where somebody else handles Ctrl-C, or it is ignored, nothing changes.

    Raises:
        KeyboardInterrupt: it was pressed.
    """
    if not _is_ours():
        yield
        return
    pressed = False

    def hold(_number: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    before = signal.signal(signal.SIGINT, hold)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt


def _is_ours() -> bool:
    """Whether Ctrl-C is Python's own affair, and this thread may change that."""
    in_main = threading.current_thread() is threading.main_thread()
    return in_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler
