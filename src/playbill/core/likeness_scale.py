"""How alike two faces are, as a number between 0 and 1 that a person can read."""

from dataclasses import dataclass

import numpy as np

from playbill.core.cohort import Cohort, Vectors, probes, references

SLOPE = 12.0
"""Of the logistic function, per unit of score."""


@dataclass(frozen=True, slots=True, eq=False)
class LikenessScale:
    """The one score of faces (`core.cohort`) on a scale that means the same for every network.

    One half is a score that strangers hardly ever reach. Without a cohort likeness is the cosine.
    """

    cohort: Cohort | None = None
    half: float = 0.0
    """The score that counts as one half, where there is a cohort."""

    def placed(self, vectors: Vectors) -> Vectors:
        """(n, d) faces -> (n, d or d + 2) to be kept, and compared with many faces to come."""
        return references(vectors, self.cohort)

    def likeness(self, face: Vectors, placed: Vectors) -> Vectors:
        """(d,) a face and (n, ...) `placed` ones -> (n,) likenesses, at most 1."""
        scores: Vectors = placed @ probes(face[None], self.cohort)[0]
        if self.cohort is None:
            return scores
        likenesses: Vectors = 1 / (1 + np.exp(-SLOPE * (scores - self.half), dtype=np.float32))
        return likenesses


COSINES = LikenessScale()
"""Of networks without a cohort."""
