"""Buckets: what may be taken at once, and how they fill again."""

from threading import Thread

from hypothesis import given
from hypothesis import strategies as st

from playbill.server.rates import Rates


class Clock:
    """Goes on only when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_free_and_the_next_one_waits() -> None:
    clock = Clock()
    rates = Rates(2.0, 3, clock=clock)

    assert [rates.take("ada") for _ in range(3)] == [0, 0, 0]
    assert rates.take("ada") == 0.5
    clock.now = 0.25
    assert rates.take("ada") == 0.25
    clock.now = 0.5
    assert rates.take("ada") == 0


def test_who_was_refused_waits_no_longer_for_it() -> None:
    clock = Clock()
    rates = Rates(1.0, 1, clock=clock)
    rates.take("ada")

    assert [rates.take("ada") for _ in range(50)] == [1.0] * 50
    clock.now = 1.0
    assert rates.take("ada") == 0


def test_each_has_a_bucket_of_their_own() -> None:
    rates = Rates(1.0, 1, clock=Clock())

    assert [rates.take(name) for name in ("ada", "grace", "ada")] == [0, 0, 1.0]


def test_what_is_given_back_may_be_taken_again_and_no_more_than_that() -> None:
    rates = Rates(1.0, 2, clock=Clock())
    rates.take("ada")
    rates.give("ada")
    rates.give("ada")

    assert [rates.take("ada") == 0 for _ in range(3)] == [True, True, False]


def test_no_more_keys_are_kept_than_said_and_the_oldest_goes() -> None:
    rates = Rates(1.0, 1, most_keys=2, clock=Clock())
    for name in ("ada", "grace", "mary"):
        rates.take(name)

    assert [rates.take(name) == 0 for name in ("mary", "grace", "ada")] == [False, False, True]


@given(st.lists(st.integers(0, 8), min_size=1, max_size=60), st.integers(1, 5))
def test_no_more_is_taken_than_the_burst_and_what_flowed_in(pauses: list[int], burst: int) -> None:
    clock, taken = Clock(), 0
    rates = Rates(0.5, burst, clock=clock)
    for pause in pauses:
        clock.now += pause / 4
        taken += rates.take("ada") == 0

        assert taken <= burst + clock.now * 0.5


def test_many_threads_take_no_more_than_there_is() -> None:
    rates, got = Rates(1e-9, 100, clock=Clock()), list[bool]()
    threads = [
        Thread(target=lambda: got.extend(rates.take("ada") == 0 for _ in range(50)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(got) == 100
