"""Nearest neighbour: a person is as close as the closest of their pictures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.core.cohort import Cohort, probes, references

_CHUNK_VALUES = 1 << 24
"""Faces x enrolled pictures that are compared at once: 64 MiB."""


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """Scores a face by its best score with any picture of a person."""

    vectors: NDArray[np.float32]
    """(n, d) the enrolled unit vectors, sorted by person."""
    pictures: NDArray[np.float32]
    """(n, d or d + 2) the same as `references`."""
    order: NDArray[np.int64]
    """(n,) the row of the gallery that each of `vectors` is."""
    starts: NDArray[np.int64]
    """(people,) the first of each person's `vectors`."""
    cohort: Cohort | None

    @classmethod
    def of(
        cls,
        vectors: NDArray[np.float32],
        person_of_row: NDArray[np.int64],
        people: int,
        cohort: Cohort | None = None,
    ) -> "Nearest":
        """The pictures of `people`, each with at least one row."""
        order = np.argsort(person_of_row, kind="stable")
        starts = np.searchsorted(person_of_row[order], np.arange(people))
        return cls(vectors[order], references(vectors[order], cohort), order, starts, cohort)

    def score(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, d) -> (n, people) with the closest picture of each."""
        return self._score(vectors, None)

    def score_left_out(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """(k,) rows -> (k, people); a row is not compared with itself."""
        places = np.empty_like(self.order)
        places[self.order] = np.arange(len(self.order))
        return self._score(self.vectors[places[rows]], places[rows])

    def _score(
        self, vectors: NDArray[np.float32], leave_out: NDArray[np.int64] | None
    ) -> NDArray[np.float32]:
        """`leave_out` (n,): a place in `self.vectors` that each face is not compared with."""
        scores = np.empty((len(vectors), len(self.starts)), np.float32)
        asked = probes(vectors, self.cohort)
        size = max(1, _CHUNK_VALUES // len(self.vectors))
        for start in range(0, len(vectors), size):
            part = slice(start, start + size)
            each = asked[part] @ self.pictures.T
            if leave_out is not None:
                each[np.arange(len(each)), leave_out[part]] = -np.inf
            np.maximum.reduceat(each, self.starts, axis=1, out=scores[part])
        return scores
