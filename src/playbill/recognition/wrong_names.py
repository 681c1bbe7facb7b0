"""Pictures under a wrong name, where many may be wrong: each against the sound part of each person.

A person's mean direction is no measure while a third of the pictures behind it show others. So the
worst pictures of each person are put aside, everybody is scored again, and so on until nobody
doubtful is left: what remains are the cores that all pictures, those put aside too, are judged by.
Compared with one look at means, medoids and nearest pictures in `benchmarks/name_check.py`.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from playbill.core.cohort import Cohort, paired_likeness, probes, references, unit
from playbill.recognition.strangers import StrangerScores

NEAR_SHARE = 0.001
"""A picture is near somebody else if it scores with them as this share of strangers does."""
UNLIKE_SHARE = 0.002
"""A picture is unlike its person if this share of strangers scores as high with them."""
ALONE_SHARE = 0.01
"""A picture that nothing else of its person speaks for is near somebody else if it scores with one
of all people as this share of strangers does with any: among thousands of people everybody has a
likeness, and only with another's can it be compared."""
AT_ONCE = 0.25
"""The share of a person's doubtful pictures, at least one, that is put aside in one round."""
MAX_ROUNDS = 40
_ROWS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Levels:
    """The scores that decide."""

    near: float
    """From here on a picture looks like somebody else, if more so than like its own person."""
    unlike: float
    """Below, a picture looks no more like its person than a stranger may."""
    alone: float
    """As `near`, where the person has no other picture to compare with."""

    @classmethod
    def of(cls, card: StrangerScores, people: int) -> "Levels":
        """From what strangers score under the network."""
        return cls(*(card.exceeded_by(share) for share in _shares(people)))

    @classmethod
    def measured(
        cls,
        vectors: NDArray[np.float32],
        person_of_row: NDArray[np.int64],
        cohort: Cohort | None = None,
        *,
        seed: int = 0,
    ) -> "Levels":
        """From pairs of pictures under two names, for a network whose card says nothing.

        The middle and the width of their scores are those of a normal distribution by median and
        median deviation, which pictures under wrong names hardly move. Of one person alone there
        is nothing to measure.
        """
        people = len(np.unique(person_of_row))
        if people < 2:
            return cls(near=1.0, unlike=0.5, alone=1.0)
        random = np.random.default_rng(seed)
        one, other = random.integers(len(vectors), size=(2, 100_000))
        two = person_of_row[one] != person_of_row[other]
        scores = paired_likeness(vectors[one[two]], vectors[other[two]], cohort)
        middle = float(np.median(scores))
        width = float(np.median(np.abs(scores - middle))) / NormalDist().inv_cdf(0.75)
        normal = NormalDist(middle, max(width, 1e-6))
        return cls(*(min(1.0, normal.inv_cdf(1 - share)) for share in _shares(people)))


def _shares(people: int) -> tuple[float, float, float]:
    """The shares of strangers behind `near`, `unlike` and `alone`."""
    return NEAR_SHARE, UNLIKE_SHARE, min(NEAR_SHARE, ALONE_SHARE / people)


@dataclass(frozen=True, slots=True)
class WrongName:
    """A picture that is likely under a wrong name."""

    row: int
    own_score: float | None
    """Its score with the sound other pictures of its person; None: there are none."""
    other: int | None
    """The person whom it looks like; None: nobody of these."""
    other_score: float
    """Its best score with another person; minus infinity: there is nobody else."""
    core_rows: tuple[int, ...]
    """The first sound other pictures of its person, for comparison by eye."""

    @property
    def margin(self) -> float:
        """How much nearer others are than the own person: the higher, the surer."""
        return self.other_score - (self.own_score if self.own_score is not None else 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Pictures:
    """What is compared."""

    vectors: NDArray[np.float32]
    """(n, d) of length 1."""
    probes: NDArray[np.float32]
    """(n, d or d + 2) see `core.cohort`."""
    person_of_row: NDArray[np.int64]
    """(n,)"""
    cohort: Cohort | None


@dataclass(frozen=True, slots=True, eq=False)
class _Scores:
    """Every row against the cores."""

    own: NDArray[np.float32]
    """(n,) NaN: the core has no other picture."""
    best: NDArray[np.float32]
    """(n,) with the nearest other person."""
    other: NDArray[np.int64]
    """(n,) who that is."""

    def near_another(self, levels: Levels) -> NDArray[np.bool_]:
        near = np.where(np.isnan(self.own), levels.alone, levels.near)
        found: NDArray[np.bool_] = (self.best >= near) & ~(self.own >= self.best)
        return found

    def doubtful(self, levels: Levels) -> NDArray[np.bool_]:
        return self.near_another(levels) | (self.own < levels.unlike)


def find_wrong_names(
    vectors: NDArray[np.float32],
    person_of_row: NDArray[np.int64],
    levels: Levels,
    cohort: Cohort | None = None,
) -> list[WrongName]:
    """List likely wrong names, surest first.

    Of a person with two pictures that are unlike each other the one nearer to others is listed:
    that one of them is wrong is sure, which of them is not.

    Args:
        vectors: (n, d) unit vectors.
        person_of_row: (n,) 0 to people - 1, each at least once.
        levels: what is near, and what is unlike.
        cohort: beside which scores are read.
    """
    if not len(vectors):
        return []
    pictures = _Pictures(vectors, probes(vectors, cohort), person_of_row, cohort)
    core = _cores(pictures, levels)
    scores = _score(pictures, core)
    near = scores.near_another(levels)
    wrong = [
        WrongName(
            row=int(row),
            own_score=None if np.isnan(scores.own[row]) else float(scores.own[row]),
            other=int(scores.other[row]) if near[row] else None,
            other_score=float(scores.best[row]),
            core_rows=_others(core & (person_of_row == person_of_row[row]), int(row)),
        )
        for row in np.flatnonzero(scores.doubtful(levels))
    ]
    return sorted(wrong, key=lambda name: -name.margin)


def _cores(pictures: _Pictures, levels: Levels) -> NDArray[np.bool_]:
    """(n,) which pictures are left of each person, at least one, when nobody doubtful is."""
    core = np.ones(len(pictures.vectors), np.bool_)
    for _ in range(MAX_ROUNDS):
        scores = _score(pictures, core)
        doubtful = scores.doubtful(levels) & core & ~np.isnan(scores.own)
        if not doubtful.any():
            break
        badness = scores.best - scores.own
        core[_worst(np.flatnonzero(doubtful), pictures.person_of_row, badness)] = False
    return core


def _worst(
    rows: NDArray[np.int64], person_of_row: NDArray[np.int64], badness: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Of each person's `rows` the worst share, at least one."""
    rows = rows[np.lexsort((-badness[rows], person_of_row[rows]))]
    _, starts, counts = np.unique(person_of_row[rows], return_index=True, return_counts=True)
    rank = np.arange(len(rows)) - np.repeat(starts, counts)
    return rows[rank < np.repeat(np.ceil(AT_ONCE * counts), counts)]


def _score(pictures: _Pictures, core: NDArray[np.bool_]) -> _Scores:
    """Scores with the directions of the cores, a row's own part left out."""
    vectors, person_of_row = pictures.vectors, pictures.person_of_row
    people = int(person_of_row.max()) + 1
    sums = np.zeros((people, vectors.shape[1]), np.float32)
    np.add.at(sums, person_of_row[core], vectors[core])
    directions = references(unit(sums), pictures.cohort)
    others = np.bincount(person_of_row[core], minlength=people)[person_of_row] - core
    own, best = np.empty((2, len(vectors)), np.float32)
    other = np.empty(len(vectors), np.int64)
    for start in range(0, len(vectors), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        asked, mine = pictures.probes[part], person_of_row[part]
        left = unit(sums[mine] - vectors[part] * core[part, None])
        alike = np.einsum("ij,ij->i", asked, references(left, pictures.cohort))
        own[part] = np.where(others[part] > 0, alike, np.nan)
        scores = asked @ directions.T
        scores[np.arange(len(asked)), mine] = -np.inf
        other[part], best[part] = scores.argmax(axis=1), scores.max(axis=1)
    return _Scores(own, best, other)


def _others(core: NDArray[np.bool_], row: int, most: int = 3) -> tuple[int, ...]:
    rows = np.flatnonzero(core)
    return tuple(int(other) for other in rows[rows != row][:most])
