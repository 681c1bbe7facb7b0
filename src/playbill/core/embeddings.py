"""Faces as points in the space of one embedding network."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from playbill.core.arrays import owned


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """Unit vectors, one row per face, and the network whose space they lie in."""

    vectors: NDArray[np.float32]
    """(n, d) of length 1."""
    model: str
    """The network: `name@` and the first 12 digits of its SHA-256. Spaces do not mix."""

    def __post_init__(self) -> None:
        vectors = owned(self.vectors, np.float32)
        if vectors.ndim != 2:
            raise ValueError(f"vectors must have shape (n, d), got {vectors.shape}")
        lengths = np.linalg.norm(vectors, axis=1)
        if (np.abs(lengths - 1) > 1e-3).any():
            raise ValueError(f"vectors must have length 1, got {lengths.min()} to {lengths.max()}")
        object.__setattr__(self, "vectors", vectors)

    def __len__(self) -> int:
        return len(self.vectors)

    @classmethod
    def normalised(cls, raw: ArrayLike, model: str) -> "Embeddings":
        """Divide each row of `raw` (n, d) by its length.

        Raises:
            ValueError: a row has no length.
        """
        rows = np.asarray(raw, np.float32)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        if (lengths == 0).any():
            raise ValueError("a row of zeros has no direction")
        return cls(rows / lengths, model)
