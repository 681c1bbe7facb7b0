"""Which method answers for a gallery: the one that names most held pictures rightly.

A held picture counts when it gets its own person's name: the right person comes first, and the
score passes the threshold that the stated share of strangers passes. The strangers are the same
pictures, scored without their person. Both halves matter: on LFW, 390 people with half of their
pictures enrolled, 1-NN puts the right person first as often as centroids do (0.990 and 0.992), but
names 2 to 3 points fewer of them at 1 % of strangers.

An SVM is asked who, and the better of centroids and nearest pictures whether: its decision values
say which side of a plane a face lies on, however far from everybody it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from playbill.core.cohort import Cohort
from playbill.recognition.centroid import Centroids
from playbill.recognition.closeness import Closeness
from playbill.recognition.nearest import Nearest
from playbill.recognition.svm import fit_svm

Near = Literal["centroid", "nearest"]
Method = Literal["centroid", "nearest", "svm"]
NEAR: Mapping[Near, type[Centroids] | type[Nearest]] = MappingProxyType(
    {"centroid": Centroids, "nearest": Nearest}
)
METHODS: tuple[Method, ...] = ("centroid", "nearest", "svm")
"""Of equals the earlier one answers: it is the simpler one."""

FOLDS = 5
FOLDS_UP_TO = 20_000
"""Rows: larger galleries hold out once."""
MAX_HELD = 5_000
"""Pictures held out of a larger gallery."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What answers, and what that rests on."""

    method: Method
    """Says who."""
    near: Near
    """Says whether it is anybody; `method` itself where that is not `svm`."""
    named: Mapping[str, float]
    """Method -> share of held pictures that it named rightly at the stranger rate."""
    first: Mapping[str, float]
    """Method -> share of held pictures for which it put the right person first."""
    held: int
    """How many pictures were held out; 0: nobody has two, and the shares are empty."""


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    """What the methods say about held pictures."""

    right: dict[str, NDArray[np.bool_]]
    """Method -> (n,) whether the right person came first."""
    score: dict[str, dict[str, NDArray[np.float32]]]
    """Method -> near -> (n,) the score with the person that came first."""
    stranger: dict[str, NDArray[np.float32]]
    """Near -> (n,) the best score with another person."""


def choose_method(
    vectors: NDArray[np.float32],
    person_of_row: NDArray[np.int64],
    people: int,
    *,
    stranger_rate: float,
    cohort: Cohort | None = None,
    seed: int = 0,
) -> Choice:
    """The best of `compare_methods`."""
    return best_choice(
        compare_methods(
            vectors, person_of_row, people, stranger_rate=stranger_rate, cohort=cohort, seed=seed
        )
    )


def best_choice(choices: Mapping[Method, Choice]) -> Choice:
    """The one that names most held pictures rightly; of equals the simpler one."""
    return max(choices.values(), key=lambda choice: choice.named.get(choice.method, 0.0))


def compare_methods(
    vectors: NDArray[np.float32],
    person_of_row: NDArray[np.int64],
    people: int,
    *,
    stranger_rate: float,
    cohort: Cohort | None = None,
    seed: int = 0,
) -> Mapping[Method, Choice]:
    """Compare the methods on pictures that they have not seen, people all enrolled.

    Galleries of up to 20,000 rows hold every picture once, in five folds; larger ones hold 5,000
    pictures, spread over the people. A person's last picture is never held. With one person, or
    with nothing to hold, nothing is compared.

    Returns:
        What each method would answer with, in the order of `METHODS`; of one person an SVM can say
        nothing, and is not there.
    """
    masks = _folds(person_of_row, np.random.default_rng(seed)) if people > 1 else iter(())
    trials = [_try(vectors, person_of_row, people, cohort, held) for held in masks]
    if not trials:
        few = METHODS if people > 1 else tuple(NEAR)
        near: dict[Method, Near] = {"centroid": "centroid", "nearest": "nearest", "svm": "centroid"}
        nothing: Mapping[str, float] = MappingProxyType({})
        return {method: Choice(method, near[method], nothing, nothing, 0) for method in few}
    right = {str(m): np.concatenate([trial.right[m] for trial in trials]) for m in METHODS}
    named = _named(trials, right, stranger_rate)
    best = {
        method: max((pair for pair in named if pair[0] == method), key=lambda pair: named[pair])
        for method in METHODS
    }
    shares = MappingProxyType({str(method): named[best[method]] for method in METHODS})
    first = MappingProxyType({name: float(hits.mean()) for name, hits in right.items()})
    held = len(right["svm"])
    return {method: Choice(method, best[method][1], shares, first, held) for method in METHODS}


def _named(
    trials: Sequence[_Trial], right: Mapping[str, NDArray[np.bool_]], stranger_rate: float
) -> dict[tuple[Method, Near], float]:
    """What says who, and what whether -> share of held pictures that are named rightly."""
    least = {
        near: np.quantile(
            np.concatenate([trial.stranger[near] for trial in trials]),
            1 - stranger_rate,
            method="higher",
        )
        for near in NEAR
    }
    named: dict[tuple[Method, Near], float] = {}
    for method in METHODS:
        for near in (n for n in NEAR if method in {n, "svm"}):
            score = np.concatenate([trial.score[method][near] for trial in trials])
            named[method, near] = float((right[method] & (score >= least[near])).mean())
    return named


def _try(
    vectors: NDArray[np.float32],
    person_of_row: NDArray[np.int64],
    people: int,
    cohort: Cohort | None,
    held: NDArray[np.bool_],
) -> _Trial:
    """Let every method say who the held pictures show, by the others."""
    enrolled, owners = vectors[~held], person_of_row[~held]
    faces, truth = vectors[held], person_of_row[held]
    every = np.arange(len(truth))
    svm = fit_svm(enrolled, owners, people).decisions(faces).argmax(axis=1)
    right = {"svm": svm == truth}
    score: dict[str, dict[str, NDArray[np.float32]]] = {"svm": {}}
    stranger: dict[str, NDArray[np.float32]] = {}
    for near, kind in NEAR.items():
        closeness: Closeness = kind.of(enrolled, owners, people, cohort)
        scores = closeness.score(faces)
        right[near] = scores.argmax(axis=1) == truth
        score[near] = {near: scores.max(axis=1)}
        score["svm"][near] = scores[every, svm]
        scores[every, truth] = -np.inf
        stranger[near] = scores.max(axis=1)
    return _Trial(right, score, stranger)


def _folds(
    person_of_row: NDArray[np.int64], rng: np.random.Generator
) -> Iterator[NDArray[np.bool_]]:
    """Masks (n,) of the pictures to hold; each leaves everybody at least one."""
    ranks, counts = _ranks(person_of_row, rng)
    if len(person_of_row) > FOLDS_UP_TO:
        may = rng.permutation(np.flatnonzero(ranks < counts // 2))
        first = may[np.argsort(ranks[may], kind="stable")[:MAX_HELD]]
        masks = [np.isin(np.arange(len(ranks)), first)]
    else:
        masks = [(ranks % FOLDS == fold) & (counts > 1) for fold in range(FOLDS)]
    yield from (mask for mask in masks if mask.any())


def _ranks(
    person_of_row: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(n,) each row's place among the rows of its person, by lot, and how many these are."""
    shuffled = rng.permutation(len(person_of_row))
    order = shuffled[np.argsort(person_of_row[shuffled], kind="stable")]
    counts = np.bincount(person_of_row)
    starts = np.cumsum(counts) - counts
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order)) - np.repeat(starts, counts)
    return ranks, counts[person_of_row]
