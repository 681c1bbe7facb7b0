"""One method on held-out pictures, beside what can be counted by hand."""

from hashlib import sha256

import numpy as np
import pytest

from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.evaluation.faces.trials import Trial
from playbill.evaluation.recogniser.measuring import HeldOutTrial, measure_method
from playbill.recognition.choice import Choice, compare_methods
from playbill.recognition.gallery import Enrolment, Gallery
from tests.support.embedded import crowd
from tests.support.people import SCORES


def held_out(people: EmbeddedPeople, strangers: int) -> HeldOutTrial:
    """Of everybody the last two pictures are held; the last `strangers` people are strangers."""
    rank = np.concatenate([np.arange(count) for count in np.bincount(people.people)])
    each = int(rank.max()) + 1
    strange = people.people >= len(people.pictures.names) - strangers
    rows = np.arange(len(people))
    held = (rank >= each - 2) & ~strange
    trial = Trial(rows[~held & ~strange], rows[held], rows[strange])
    gallery = Gallery.empty(people.space)
    for person in np.unique(people.people[trial.enrolled]):
        mine = trial.enrolled[people.people[trial.enrolled] == person]
        digests = [sha256(str(row).encode()).hexdigest() for row in mine]
        gallery = gallery.add(
            Enrolment(people.pictures.names[person], people.embeddings(mine), digests)
        )
    return HeldOutTrial(people, trial, gallery, SCORES, stranger_rate=0.05, seed=0)


def choices(held: HeldOutTrial) -> dict[str, Choice]:
    gallery = held.gallery
    compared = compare_methods(
        gallery.embeddings.vectors,
        gallery.person_of_row,
        len(gallery.people),
        stranger_rate=0.05,
    )
    return {str(method): choice for method, choice in compared.items()}


@pytest.mark.parametrize("noise", [0.4, 1.0])
def test_shares_are_what_the_nearest_picture_says(noise: float) -> None:
    held = held_out(crowd(20, 6, noise=noise), strangers=4)
    people, trial = held.people, held.trial

    result, answers = measure_method(held, choices(held)["nearest"])

    cosines = people.vectors @ people.vectors[trial.enrolled].T
    best, owner = cosines.max(axis=1), people.people[trial.enrolled][cosines.argmax(axis=1)]
    first = (owner == people.people)[trial.probes]
    named = best >= np.float32(result.threshold)
    assert result.first.value == pytest.approx(first.mean())
    assert result.right.value == pytest.approx((first & named[trial.probes]).mean())
    assert result.wrong.value == pytest.approx((~first & named[trial.probes]).mean())
    assert result.unknown.value == pytest.approx((~named[trial.probes]).mean())
    assert result.strangers_named is not None
    assert result.strangers_named.value == pytest.approx(named[trial.strangers].mean())
    assert [answer.row for answer in answers] == [*trial.probes, *trial.strangers]


def test_fnir_is_what_lies_below_the_best_stranger() -> None:
    held = held_out(crowd(20, 6), strangers=4)

    result, answers = measure_method(held, choices(held)["centroid"])

    best = max(answer.score for answer in answers if not answer.known)
    own = [a for a in answers if a.known and a.first == a.person and a.score > best]
    assert result.at_fpir is not None
    assert result.at_fpir.fnir.value == pytest.approx(1 - len(own) / len(held.trial.probes))
    assert result.at_fpir.measured_fpir.value == 0


def test_without_strangers_nothing_is_said_of_them() -> None:
    held = held_out(crowd(6, 5), strangers=0)

    result, _ = measure_method(held, choices(held)["centroid"])

    assert (result.strangers_named, result.at_fpir) == (None, None)


def test_each_method_answers_as_itself() -> None:
    held = held_out(crowd(12, 6, noise=1.2), strangers=0)
    found = {name: measure_method(held, choice)[0] for name, choice in choices(held).items()}

    assert [result.method for result in found.values()] == ["centroid", "nearest", "svm"]
    assert len({result.first.value for result in found.values()}) > 1
