"""Working ahead in a thread."""

import threading
from collections.abc import Iterator

import pytest

from playbill.pipeline.prefetch import in_batches, prefetch


def test_everything_comes_once_and_in_order() -> None:
    assert list(prefetch(range(100), 3)) == list(range(100))


def test_nothing_comes_of_nothing() -> None:
    assert list(prefetch([], 3)) == []


def test_the_maker_is_never_far_ahead_of_the_taker() -> None:
    made: list[int] = []

    def make() -> Iterator[int]:
        for i in range(20):
            made.append(i)
            yield i

    for taken in prefetch(make(), 2):
        assert len(made) <= taken + 1 + 2 + 1


def test_what_goes_wrong_in_the_thread_is_raised_in_its_place() -> None:
    def make() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    ahead = prefetch(make(), 2)

    assert next(ahead) == 1
    with pytest.raises(OSError, match="gone"):
        next(ahead)


def test_a_taker_who_stops_early_leaves_no_thread_behind() -> None:
    def endless() -> Iterator[int]:
        while True:
            yield 0

    before = threading.active_count()
    ahead = prefetch(endless(), 1)
    next(ahead)
    ahead.close()

    assert threading.active_count() == before


def test_batches_hold_everything_and_only_the_last_is_short() -> None:
    assert list(in_batches(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(in_batches([], 2)) == []
