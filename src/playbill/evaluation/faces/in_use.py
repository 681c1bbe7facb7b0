"""The same as users get it: enrolled, fitted and calibrated as `playbill enrol` does."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from playbill.core.embeddings import Embeddings
from playbill.core.ports import Recogniser
from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.evaluation.faces.trials import SEEDS, closed_trial
from playbill.evaluation.rates import Rate
from playbill.recognition.fitting import fit
from playbill.recognition.gallery import Enrolment, Gallery
from playbill.recognition.gallery_file import StoredGallery
from playbill.recognition.network_scores import NetworkScores
from playbill.recognition.recogniser import open_recogniser

NAMED_FROM = 0.5
"""Of a recogniser's scores."""


@dataclass(frozen=True, slots=True)
class SeedInUse:
    """One seed's answers."""

    first: float
    """Share of known faces for which the right person comes first."""
    named: float
    """Share of known faces that get their own name."""
    wrong: float
    """Share of known faces that get another's."""
    strangers_named: int
    method: str
    threshold: float


@dataclass(frozen=True, slots=True)
class InUse:
    """A gallery at its own threshold; people with one picture are the strangers."""

    min_pictures: int
    people: int
    probes: int
    strangers: int
    first: Rate
    named: Rate
    wrong: Rate
    strangers_named: Rate | None
    """None: there are none."""
    by_seed: tuple[SeedInUse, ...]


def measure_in_use(
    people: EmbeddedPeople,
    scores: NetworkScores,
    min_pictures: int = 2,
    seeds: Sequence[int] = SEEDS,
) -> InUse:
    """Enrol half of the pictures of everybody with at least so many, ask for the rest.

    Raises:
        GalleryError: strangers cannot be told: nobody measured them, and too few people.
    """
    answers = [one_seed(people, scores, min_pictures, seed) for seed in seeds]
    trial = closed_trial(people.people, min_pictures, seeds[0])
    probes, lonely = len(trial.probes), len(_lonely(people))
    strangers = sum(one.strangers_named for one in answers) / len(answers)

    def mean(key: str) -> Rate:
        return Rate.of(float(np.mean([getattr(one, key) for one in answers])) * probes, probes)

    return InUse(
        min_pictures=min_pictures,
        people=len(np.unique(people.people[trial.probes])),
        probes=probes,
        strangers=lonely,
        first=mean("first"),
        named=mean("named"),
        wrong=mean("wrong"),
        strangers_named=Rate.of(strangers, lonely) if lonely else None,
        by_seed=tuple(answers),
    )


def one_seed(
    people: EmbeddedPeople, scores: NetworkScores, min_pictures: int, seed: int
) -> SeedInUse:
    """What a gallery of one half of the pictures says of the other."""
    trial = closed_trial(people.people, min_pictures, seed)
    found = people.found
    recogniser = open_fitted(
        gallery_of(people, trial.enrolled[found[trial.enrolled]]), scores, seed
    )
    asked = trial.probes[found[trial.probes]]
    answers = recogniser.score(people.embeddings(asked))
    names = np.array([person.name for person in recogniser.people])
    truth = np.array(people.pictures.names)[people.people[asked]]
    right = names[answers.argmax(axis=1)] == truth
    named = answers.max(axis=1) >= NAMED_FROM
    strangers = recogniser.score(people.embeddings(_lonely(people)))
    probes = len(trial.probes)
    return SeedInUse(
        first=float(right.sum() / probes),
        named=float((right & named).sum() / probes),
        wrong=float((~right & named).sum() / probes),
        strangers_named=int((strangers.max(axis=1, initial=0) >= NAMED_FROM).sum()),
        method=recogniser.use.method,
        threshold=recogniser.use.threshold,
    )


def gallery_of(people: EmbeddedPeople, rows: NDArray[np.int64]) -> Gallery:
    """The pictures of these rows, enrolled under the names of their people."""
    places = people.pictures.places
    enrolments = []
    for person in np.unique(people.people[rows]):
        mine = rows[people.people[rows] == person]
        sources = [
            sha256(places[row].encode("utf-8", "surrogateescape")).hexdigest() for row in mine
        ]
        name = people.pictures.names[person]
        enrolments.append(Enrolment(name, people.enrolments(mine), sources))
    return Gallery.empty(people.space).add(*enrolments)


def open_fitted(gallery: Gallery, scores: NetworkScores, seed: int = 0) -> Recogniser:
    """Fit a gallery and let it answer, without a file.

    Raises:
        GalleryError: see `recognition.fitting.fit`.
    """
    return open_recogniser(StoredGallery(fit(gallery, scores, seed=seed), "evaluation", "0" * 64))


@dataclass(frozen=True, slots=True)
class LeftOutAnswer:
    """What the others say about one picture."""

    first: bool
    """The right person comes first."""
    named: bool
    """... and is named."""


def ask_left_out(gallery: Gallery, row: int, scores: NetworkScores) -> LeftOutAnswer:
    """Fit the gallery without one of its pictures, and ask whom that shows."""
    others = gallery.picked(np.flatnonzero(np.arange(len(gallery)) != row))
    recogniser = open_fitted(others, scores)
    picture = Embeddings(gallery.embeddings.vectors[[row]], gallery.space)
    answers = recogniser.score(picture)[0]
    first = recogniser.people[int(answers.argmax())] == gallery.people[gallery.person_of_row[row]]
    return LeftOutAnswer(first, first and float(answers.max()) >= NAMED_FROM)


def _lonely(people: EmbeddedPeople) -> NDArray[np.int64]:
    """Rows of people with one picture, as long as it shows a face."""
    counts = np.bincount(people.people)
    return np.flatnonzero((counts[people.people] == 1) & people.found)
