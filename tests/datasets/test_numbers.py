from hypothesis import given
from hypothesis import strategies as st

from playbill.datasets.numbers import Numbering, whole_of

wishes = st.lists(st.none() | st.integers(-2, 8), max_size=20)


@given(wishes, st.sampled_from([0, 1]))
def test_every_number_is_given_once(wanted: list[int | None], first: int) -> None:
    numbers = Numbering(first_free=first)

    given_ = [numbers.take(number) for number in wanted]

    assert len(set(given_)) == len(given_)
    kept = sum(a == b for a, b in zip(wanted, given_, strict=True) if a is not None)
    assert numbers.renumbered == sum(number is not None for number in wanted) - kept


@given(st.lists(st.integers(-2, 8), unique=True))
def test_numbers_that_are_given_once_are_kept(wanted: list[int]) -> None:
    numbers = Numbering()

    assert [numbers.take(number) for number in wanted] == wanted


@given(wishes)
def test_a_new_number_is_the_smallest_that_is_free(wanted: list[int | None]) -> None:
    numbers = Numbering()
    taken: set[int] = set()
    for wish in wanted:
        number = numbers.take(wish)
        if number != wish:
            assert number == min(n for n in range(1, 40) if n not in taken)
        taken.add(number)


def test_a_whole_number_is_one_of_a_reasonable_length() -> None:
    texts = ("0", " 12 ", "9" * 17, "9" * 18, "9" * 5000, "-1", "1.0", "", None)

    assert [whole_of(text) for text in texts] == [0, 12, 10**17 - 1, *[None] * 6]
