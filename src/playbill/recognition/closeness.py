"""How close faces are to people: the score that says whether somebody is known at all."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Closeness(Protocol):
    """Scores of faces with people (see `core.cohort`); higher is closer, 1 is the most."""

    def score(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, d) unit vectors -> (n, people)."""
        ...

    def score_left_out(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """(k,) rows of the gallery -> (k, people), each scored as if it had not been enrolled.

        A person of whom nothing else is enrolled gets minus infinity.
        """
        ...
