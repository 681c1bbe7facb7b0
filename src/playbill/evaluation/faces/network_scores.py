"""All that a card says of scores: the cohort they are read beside, strangers, known people."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.core.cohort import Cohort
from playbill.evaluation.faces.cohort_making import FEWEST_PEOPLE, make_cohort
from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.evaluation.faces.known_table import measure_known
from playbill.evaluation.faces.stranger_table import measure_strangers
from playbill.models.cards import Known, Strangers

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredScores:
    """For the card of a network."""

    cohort: Cohort | None
    """None: too few people to make one of."""
    cohort_faces: int
    cohort_people: int
    made_of: str
    """Names the data of the cohort, for a person to read."""
    strangers: Strangers
    known: Known | None
    """None: too few people with several pictures."""


def measure_scores(
    people: EmbeddedPeople,
    measured_on: str,
    *,
    unlearned: Collection[str] | None = None,
    seed: int = 0,
) -> MeasuredScores:
    """Make a cohort of some people and measure scores on the others: nobody is in both.

    Args:
        people: with pictures.
        measured_on: names the data, for a person to read.
        unlearned: names of the people to measure on, of whom the network has learned nothing; all
            others make the cohort. None: it has learned nothing of anybody, and half of the people,
            by lot, make the cohort.
        seed: of all lots.

    Raises:
        DatasetError: there are too few people to measure on.
    """
    everybody = np.unique(people.people[people.found])
    measured = _measured(people, everybody, unlearned, seed)
    others = np.setdiff1d(everybody, measured)
    rows = np.flatnonzero(people.found & np.isin(people.people, others))
    cohort = None
    if len(others) >= FEWEST_PEOPLE:
        cohort = make_cohort(people.enrolled[rows], people.people[rows], seed=seed)
    return MeasuredScores(
        cohort=cohort,
        cohort_faces=len(rows) if cohort else 0,
        cohort_people=len(others) if cohort else 0,
        made_of=f"people of {measured_on} on whom nothing is measured; {people.space}",
        strangers=measure_strangers(people, measured, cohort, measured_on, seed=seed),
        known=measure_known(people, measured, cohort, measured_on, seed=seed),
    )


def _measured(
    people: EmbeddedPeople, everybody: Ids, unlearned: Collection[str] | None, seed: int
) -> Ids:
    """Numbers of the people to measure on, rising."""
    if unlearned is not None:
        names = np.array(people.pictures.names)[everybody]
        return everybody[np.isin(names, list(unlearned))]
    if len(everybody) < 2 * FEWEST_PEOPLE:
        return everybody
    shuffled = np.random.default_rng(seed).permutation(everybody)
    return np.sort(shuffled[len(everybody) // 2 :])
