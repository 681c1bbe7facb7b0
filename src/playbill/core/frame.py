"""One decoded picture and its place in its medium."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""(height, width, 3) upright RGB, 0 to 255."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A picture as a person sees it: upright, RGB. A still image is frame 0 at time 0."""

    index: int
    """Position among the decoded frames, from 0, in presentation order."""
    time_s: Fraction
    """The frame's own presentation time in seconds, from the first frame on."""
    image: Image

    def __post_init__(self) -> None:
        if self.image.ndim != 3 or self.image.shape[2] != 3 or self.image.dtype != np.uint8:
            raise ValueError(
                f"image must be (height, width, 3) uint8, got {self.image.shape} {self.image.dtype}"
            )
        if not self.image.size:
            raise ValueError(f"image must have pixels, got {self.image.shape}")
        if self.index < 0:
            raise ValueError(f"index must not be negative, got {self.index}")

    @classmethod
    def still(cls, image: Image) -> "Frame":
        """The one frame of a still image."""
        return cls(0, Fraction(0), image)

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height in pixels."""
        height, width = self.image.shape[:2]
        return width, height
