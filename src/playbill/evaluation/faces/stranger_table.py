"""What strangers score under a face network, for its card: how "unknown" gets its threshold.

A stranger's best score with N people grows with N. It is measured for all galleries of N of the
people there are at once: if M people are ranked by their score with a stranger, the likest of N of
them drawn by lot is the j-th with a probability of C(M - j, N - 1) / C(M, N). The table holds
quantiles over all strangers and all such galleries.
"""

import numpy as np
from numpy.typing import NDArray

from playbill.core.cohort import Cohort, likeness, unit
from playbill.core.score_table import ScoreTable
from playbill.errors import DatasetError
from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.models.cards import Strangers

MOST_PICTURES = 8
"""Of a person, that count: those with hundreds would be known too well."""
SHARES = (0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999)
RIVALS = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000)
BEST_SHARES = (0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.997, 0.999)
FEWEST_BEYOND = 3
"""Pairs that must lie above a quantile: fewer say nothing of where it is."""
FEWEST_PEOPLE = 10
DIGITS = 4
Scores = NDArray[np.float32]


def measure_strangers(
    people: EmbeddedPeople,
    who: NDArray[np.int64],
    cohort: Cohort | None,
    measured_on: str,
    *,
    seed: int = 0,
) -> Strangers:
    """Compare everybody of `who`, by one picture, with everybody else of them, as enrolled.

    Args:
        people: of whom the network has learned nothing ...
        who: ... numbers of those, nobody of whom is in the cohort.
        cohort: beside which scores are read.
        measured_on: names the data, for a person to read.
        seed: of which pictures take part.

    Raises:
        DatasetError: there are too few.
    """
    scores = _with_everybody(people, who, cohort, seed)
    if len(scores) < FEWEST_PEOPLE:
        raise DatasetError(
            f"{people.pictures.folder}: found {len(scores)} people of whom the network has learned "
            f"nothing, expected at least {FEWEST_PEOPLE}"
        )
    pairs = scores[:, 1:].ravel()
    shares = [share for share in SHARES if (1 - share) * len(pairs) >= FEWEST_BEYOND]
    quantiles = np.quantile(pairs, shares).round(DIGITS).tolist()
    return Strangers(
        mean=round(float(pairs.mean()), DIGITS),
        std=round(float(pairs.std()), DIGITS),
        quantiles=tuple(zip(shares, quantiles, strict=True)),
        n=len(pairs),
        measured_on=(
            f"{len(scores)} people of {measured_on}, one picture of each beside all others' of up "
            f"to {MOST_PICTURES} pictures; {people.space}"
        ),
        best=_best_of_rivals(np.sort(scores[:, 1:], axis=1)[:, ::-1]),
    )


def _with_everybody(
    people: EmbeddedPeople, who: NDArray[np.int64], cohort: Cohort | None, seed: int
) -> Scores:
    """(n, n) of everybody by one picture with everybody by some; the first column is their own."""
    random = np.random.default_rng(seed)
    asked, enrolled = [], []
    for person in who:
        rows = random.permutation(np.flatnonzero(people.found & (people.people == person)))
        if len(rows):
            asked.append(people.vectors[rows[0]])
            enrolled.append(people.enrolled[rows[:MOST_PICTURES]].sum(axis=0))
    if not asked:
        return np.empty((0, 0), np.float32)
    scores = likeness(np.stack(asked), unit(np.stack(enrolled)), cohort)
    every = np.arange(len(scores))  # whoever stands first changes places with the own person
    scores[every, every], scores[:, 0] = scores[:, 0], scores[every, every].copy()
    return scores


def _best_of_rivals(ranked: Scores) -> ScoreTable:
    """From (n, M) scores, the highest first: quantiles of the likest of some of the M."""
    strangers, most = ranked.shape
    rivals = [number for number in RIVALS if number <= most]
    order = np.argsort(ranked, axis=None, kind="stable")
    places, rising = order % most, ranked.ravel()[order]
    table = []
    for number in rivals:
        below = np.cumsum(_chances(most, number)[places]) / strangers
        at = np.searchsorted(below, BEST_SHARES).clip(max=len(rising) - 1)
        table.append(rising[at].astype(np.float64))
    return table_of(rivals, BEST_SHARES, np.stack(table))


def _chances(most: int, drawn: int) -> NDArray[np.float64]:
    """(most,) how likely the best of `drawn` of `most` is the first, the second, ... of all."""
    logs = np.cumsum([0, *np.log(np.arange(1, most + 1))])
    left = most - 1 - np.arange(most)
    may = left >= drawn - 1
    chances = np.zeros(most)
    chosen = logs[left[may]] - logs[drawn - 1] - logs[left[may] - drawn + 1]
    chances[may] = np.exp(chosen - (logs[most] - logs[drawn] - logs[most - drawn]))
    return chances


def table_of(
    numbers: list[int], shares: tuple[float, ...], scores: NDArray[np.float64]
) -> ScoreTable:
    """Quantiles as a table, rounded; where chance has them fall they stay, or rise by a digit."""
    rising = np.maximum.accumulate(scores, axis=0).round(DIGITS)
    step = 10.0**-DIGITS * np.arange(len(shares))
    apart = (np.maximum.accumulate(rising - step, axis=1) + step).round(DIGITS)
    rows = np.maximum.accumulate(apart, axis=0).tolist()
    return ScoreTable(tuple(numbers), shares, tuple(map(tuple, rows)))
