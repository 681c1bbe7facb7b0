"""What faces score with their own person under a face network, for its card."""

import numpy as np
from numpy.typing import NDArray

from playbill.core.cohort import Cohort, paired_likeness, unit
from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.evaluation.faces.stranger_table import table_of
from playbill.models.cards import Known

PICTURES = (1, 2, 4, 8)
"""Of how many a person is made."""
SHARES = (0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99)
FEWEST_PEOPLE = 20
"""With one picture more than that."""
MOST_ASKED = 8
"""Pictures of a person that are asked for."""


def measure_known(
    people: EmbeddedPeople,
    who: NDArray[np.int64],
    cohort: Cohort | None,
    measured_on: str,
    *,
    seed: int = 0,
) -> Known | None:
    """Compare pictures with their own person; None: too few people have two.

    Arguments as in `measure_strangers`. Everybody weighs the same.
    """
    rows = [np.flatnonzero(people.found & (people.people == person)) for person in who]
    numbers, table, asked = [], [], 0
    for number in PICTURES:
        enough = [mine for mine in rows if len(mine) > number]
        if len(enough) >= FEWEST_PEOPLE:
            scores, weights = _own_scores(people, enough, number, cohort, seed)
            order = np.argsort(scores)
            at = np.searchsorted(np.cumsum(weights[order]), SHARES)
            numbers.append(number)
            table.append(scores[order][at.clip(max=len(scores) - 1)].astype(np.float64))
            asked = max(asked, len(scores))
    if not numbers:
        return None
    return Known(
        table_of(numbers, SHARES, np.stack(table)),
        asked,
        f"people of {measured_on} with more pictures than are enrolled; {people.space}",
    )


def _own_scores(
    people: EmbeddedPeople,
    rows: list[NDArray[np.int64]],
    number: int,
    cohort: Cohort | None,
    seed: int,
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Scores of pictures with `number` others of the same person, and weights that sum to 1."""
    random = np.random.default_rng(seed)
    faces, others, weights = [], [], []
    for mine in rows:
        asked = random.permutation(mine)[:MOST_ASKED]
        for row in asked:
            some = random.permutation(mine[mine != row])[:number]
            faces.append(people.vectors[row])
            others.append(people.enrolled[some].sum(axis=0))
            weights.append(1 / (len(asked) * len(rows)))
    scores = paired_likeness(np.stack(faces), unit(np.stack(others)), cohort)
    return scores, np.array(weights)
