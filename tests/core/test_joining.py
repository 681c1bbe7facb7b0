"""When somebody or something is in the picture."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from playbill.core.joining import find_appearances
from playbill.core.metadata import FrameMetadata, Thing
from playbill.core.samples import sample_spans
from tests.support.analyses import ADA, CHARLES, person, thing


def seconds(*shown: Sequence[Thing]) -> list[FrameMetadata]:
    """One analysed frame a second."""
    return [FrameMetadata(30 * i, Fraction(i), tuple(t)) for i, t in enumerate(shown)]


def found(
    frames: list[FrameMetadata], *, cuts: Sequence[float] = (), bridge: int = 0
) -> list[tuple[str, float, float, int]]:
    end = Fraction(len(frames))
    cuts_s = [Fraction(str(cut)) for cut in cuts]
    return [
        (
            a.person.name if a.person else a.label,
            float(a.span.start_s),
            float(a.span.end_s),
            a.frames,
        )
        for a in find_appearances(frames, cuts_s, end, bridge=bridge)
    ]


def test_no_frames_show_nothing() -> None:
    assert found([]) == []


def test_an_appearance_lasts_until_the_next_analysed_frame() -> None:
    frames = seconds([], [person(ADA)], [person(ADA)], [])

    assert found(frames) == [("Ada Lovelace", 1, 3, 2)]


def test_people_without_a_name_have_appearances_of_their_own() -> None:
    one, other = (replace(person(None), unknown=number) for number in (1, 2))

    seen = find_appearances(seconds([one, other], [other], [one]), (), Fraction(3), bridge=0)

    assert [(a.unknown, float(a.span.start_s), float(a.span.end_s)) for a in seen] == [
        (1, 0, 1),
        (2, 0, 2),
        (1, 2, 3),
    ]


def test_the_last_frame_stands_for_the_rest_of_the_video() -> None:
    assert found(seconds([], [thing("dog")])) == [("dog", 1, 2, 1)]


def test_a_cut_ends_an_appearance_at_its_exact_time_and_starts_another() -> None:
    frames = seconds([person(ADA)], [person(ADA)], [person(ADA)])

    assert found(frames, cuts=[1.4]) == [("Ada Lovelace", 0, 1.4, 2), ("Ada Lovelace", 1.4, 3, 1)]


def test_a_new_shot_is_counted_from_its_cut_even_before_its_first_analysed_frame() -> None:
    frames = seconds([person(ADA)], [person(CHARLES)])

    assert found(frames, cuts=[0.5]) == [
        ("Ada Lovelace", 0, 0.5, 1),
        ("Charles Babbage", 0.5, 2, 1),
    ]


def test_a_frame_that_misses_somebody_is_bridged_when_asked() -> None:
    frames = seconds([person(ADA)], [], [person(ADA)], [], [], [person(ADA)])

    assert found(frames, bridge=1) == [("Ada Lovelace", 0, 3, 2), ("Ada Lovelace", 5, 6, 1)]


def test_two_dogs_in_a_frame_are_one_appearance_with_the_better_score() -> None:
    frames = seconds([thing("dog", score=0.6), thing("dog", score=0.8)])

    (appearance,) = find_appearances(frames, [], Fraction(1), bridge=0)

    assert (appearance.frames, appearance.score) == (1, 0.8)


def test_people_without_a_name_are_told_from_those_with_one() -> None:
    frames = seconds([person(ADA), person(None)], [person(None)])

    assert found(frames) == [("Ada Lovelace", 0, 1, 1), ("person", 0, 2, 2)]


times = st.lists(st.integers(0, 20).map(Fraction), min_size=1, unique=True).map(sorted)
cuts = st.lists(st.integers(0, 40).map(lambda n: Fraction(n, 2)), unique=True).map(sorted)


@given(times, cuts)
def test_samples_never_overlap_hold_their_own_time_and_no_cut(
    times_s: list[Fraction], cuts_s: list[Fraction]
) -> None:
    spans = sample_spans(times_s, cuts_s, Fraction(21))

    for time_s, span in zip(times_s, spans, strict=True):
        assert time_s in span
        assert not any(span.start_s < cut < span.end_s for cut in cuts_s)
    for before, after in pairwise(spans):
        assert before.end_s <= after.start_s
