"""What an evaluation tells its caller while it runs."""

from collections.abc import Callable

Hook = Callable[[int, int], None]
"""Is told how many pictures are done, and of how many."""


def no_hook(_done: int, _expected: int) -> None:
    """Nobody wants to know."""
