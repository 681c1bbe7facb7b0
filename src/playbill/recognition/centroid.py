"""Centroids: a person is the mean direction of their pictures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.core.cohort import Cohort, paired_likeness, probes, references, unit


@dataclass(frozen=True, slots=True, eq=False)
class Centroids:
    """Scores a face with each person's mean direction. One matrix product."""

    vectors: NDArray[np.float32]
    """(n, d) the enrolled unit vectors."""
    person_of_row: NDArray[np.int64]
    """(n,)"""
    sums: NDArray[np.float32]
    """(people, d) sums of each person's vectors."""
    people: NDArray[np.float32]
    """(people, d or d + 2) the sums at length 1, as `references`."""
    cohort: Cohort | None

    @classmethod
    def of(
        cls,
        vectors: NDArray[np.float32],
        person_of_row: NDArray[np.int64],
        people: int,
        cohort: Cohort | None = None,
    ) -> "Centroids":
        """The centroids of `people`, each with at least one row."""
        order = np.argsort(person_of_row, kind="stable")
        starts = np.searchsorted(person_of_row[order], np.arange(people))
        sums = np.add.reduceat(vectors[order], starts, axis=0)
        return cls(vectors, person_of_row, sums, references(unit(sums), cohort), cohort)

    def score(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, d) -> (n, people)."""
        scores: NDArray[np.float32] = probes(vectors, self.cohort) @ self.people.T
        return scores

    def score_left_out(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """(k,) rows -> (k, people); the own centroid is that of the person's other rows."""
        own = self.person_of_row[rows]
        scores = self.score(self.vectors[rows])
        others = unit(self.sums[own] - self.vectors[rows])
        alone = np.bincount(self.person_of_row)[own] == 1
        left = paired_likeness(self.vectors[rows], others, self.cohort)
        scores[np.arange(len(rows)), own] = np.where(alone, -np.inf, left)
        return scores
