"""Centroids: a person is the mean direction of their pictures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Centroids:
    """Scores a face by its cosine with each person's mean direction. One matrix product."""

    vectors: NDArray[np.float32]
    """(n, d) the enrolled unit vectors."""
    person_of_row: NDArray[np.int64]
    """(n,)"""
    sums: NDArray[np.float32]
    """(people, d) sums of each person's vectors."""
    directions: NDArray[np.float32]
    """(people, d) the same at length 1; a person whose vectors cancel out has zeros."""

    @classmethod
    def of(
        cls, vectors: NDArray[np.float32], person_of_row: NDArray[np.int64], people: int
    ) -> "Centroids":
        """The centroids of `people`, each with at least one row."""
        order = np.argsort(person_of_row, kind="stable")
        starts = np.searchsorted(person_of_row[order], np.arange(people))
        sums = np.add.reduceat(vectors[order], starts, axis=0)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        directions = np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 1e-6)
        return cls(vectors, person_of_row, sums, directions)

    def score(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, d) -> (n, people) cosines."""
        scores: NDArray[np.float32] = vectors @ self.directions.T
        return scores

    def score_left_out(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """(k,) rows -> (k, people); the own centroid is that of the person's other rows."""
        own = self.person_of_row[rows]
        scores = self.score(self.vectors[rows])
        others = self.sums[own] - self.vectors[rows]
        lengths = np.linalg.norm(others, axis=1)
        dots = np.einsum("ij,ij->i", others, self.vectors[rows])
        alone = np.bincount(self.person_of_row)[own] == 1
        left = np.divide(dots, lengths, out=np.zeros_like(dots), where=lengths > 1e-6)
        scores[np.arange(len(rows)), own] = np.where(alone, -np.inf, left)
        return scores
