"""Who is it, of people who are all enrolled: identification in the closed set."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.evaluation.faces.search import Search, search
from playbill.evaluation.faces.trials import SEEDS, closed_trial
from playbill.evaluation.rates import Rate, resampled_people

MIN_PICTURES = (2, 10, 20)


@dataclass(frozen=True, slots=True)
class ClosedSet:
    """Half of everybody's pictures enrolled, the other half asked for."""

    min_pictures: int
    """Of everybody who takes part."""
    people: int
    probes: int
    """Pictures asked for, for each seed."""
    first: Rate
    """Share for which the right person comes first: mean over the seeds."""
    by_seed: tuple[float, ...]


def identify(
    people: EmbeddedPeople, min_pictures: int, seeds: Sequence[int] = SEEDS
) -> ClosedSet | None:
    """Identify people with at least so many pictures; None: there are not two of them."""
    if int((np.bincount(people.people) >= min_pictures).sum()) < 2:
        return None
    searches = [search(people, closed_trial(people.people, min_pictures, s)) for s in seeds]
    return ClosedSet(
        min_pictures=min_pictures,
        people=len(np.unique(people.people[searches[0].trial.probes])),
        probes=len(searches[0].right),
        first=mean_right(people, searches),
        by_seed=tuple(float(one.right.mean()) for one in searches),
    )


def mean_right(people: EmbeddedPeople, searches: Sequence[Search]) -> Rate:
    """Mean over the searches of the share for which the right person came first."""
    value = float(np.mean([one.right.mean() for one in searches]))
    n = len(searches[0].right)
    owners = [people.people[one.trial.probes] for one in searches]
    draws = resampled_people(len(np.unique(owners[0])))
    means = np.mean(
        [_weighted(one.right, own, draws) for one, own in zip(searches, owners, strict=True)],
        axis=0,
    )
    return Rate.of(value * n, n).widened(means)


def _weighted(
    right: NDArray[np.bool_], owners: NDArray[np.int64], draws: NDArray[np.int64]
) -> NDArray[np.float64]:
    """(resamples,) the share of right answers with every person as often as drawn."""
    _, numbers, counts = np.unique(owners, return_inverse=True, return_counts=True)
    hits = np.bincount(numbers, weights=right)
    return np.asarray((draws @ hits) / np.maximum(draws @ counts, 1))
