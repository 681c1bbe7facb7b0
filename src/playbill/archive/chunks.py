"""Long lists in pieces that a data base takes as the values of one statement."""

from collections.abc import Collection, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

SIZE = 2000


def chunks(values: Collection[T], size: int = SIZE) -> Iterator[list[T]]:
    """All of `values`, at most `size` at a time.

    >>> list(chunks("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    rest = iter(values)
    while piece := list(islice(rest, size)):
        yield piece
