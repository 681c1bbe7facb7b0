"""What an evaluation tells its caller while it runs."""

from collections.abc import Callable
from itertools import count

Hook = Callable[[int, int], None]
"""Is told how many pictures are done, and of how many."""


def no_hook(_done: int, _expected: int) -> None:
    """Nobody wants to know."""


def counting(hook: Hook, expected: int) -> Callable[[], None]:
    """Something to call after each picture, which tells `hook`."""
    done = count(1)
    return lambda: hook(next(done), expected)
