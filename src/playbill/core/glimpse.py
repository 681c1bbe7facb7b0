"""What a frame looks like from afar: enough to see a cut."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Glimpse:
    """A frame that was decoded anyway, analysed or not, as a tiny picture of its brightness.

    Glimpses come in presentation order and may leave frames out: neighbours in the stream of
    glimpses are neighbours in the video only where their `index` says so.
    """

    index: int
    """Position among the decoded frames, from 0, in presentation order."""
    time_s: Fraction
    """The frame's own presentation time in seconds, from the first frame on."""
    luma: NDArray[np.uint8]
    """(height, width) brightness, 0 to 255, at most 64 x 64; upright."""

    def __post_init__(self) -> None:
        if self.luma.ndim != 2 or self.luma.dtype != np.uint8:
            raise ValueError(
                f"luma must be (height, width) uint8, got {self.luma.shape} {self.luma.dtype}"
            )
        if self.index < 0:
            raise ValueError(f"index must not be negative, got {self.index}")
