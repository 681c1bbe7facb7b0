"""Which frames of a video are wanted."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class EveryNth:
    """Frames 0, n, 2n, ..."""

    n: int

    def __post_init__(self) -> None:
        if self.n < 1:
            raise ValueError(f"every must be at least 1, got {self.n}")

    def __contains__(self, index: int) -> bool:
        return index % self.n == 0

    def among(self, frames: int) -> NDArray[np.bool_]:
        """(frames,) whether each of the first `frames` is wanted."""
        wanted = np.zeros(frames, np.bool_)
        wanted[:: self.n] = True
        return wanted


@dataclass(frozen=True, slots=True)
class Only:
    """The frames of these indices, whatever order they are given in."""

    indices: frozenset[int]

    def __post_init__(self) -> None:
        if any(index < 0 for index in self.indices):
            raise ValueError(f"indices must not be negative, got {min(self.indices)}")

    @classmethod
    def of(cls, indices: Collection[int]) -> "Only":
        """Take indices of any integer type, each any number of times."""
        return cls(frozenset(int(index) for index in indices))

    def __contains__(self, index: int) -> bool:
        return index in self.indices

    def among(self, frames: int) -> NDArray[np.bool_]:
        """(frames,) whether each of the first `frames` is wanted."""
        wanted = np.zeros(frames, np.bool_)
        wanted[[index for index in self.indices if index < frames]] = True
        return wanted


Sampling = EveryNth | Only
