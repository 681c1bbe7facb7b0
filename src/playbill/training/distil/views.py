"""Faces to ask a teacher about: varied, and blended with others, so that there is no end of them.

A student that sees what its teacher sees, on as many pictures as it takes, learns the teacher's
function and not the pictures (Beyer et al., 2022, "Knowledge distillation: a good teacher is
patient and consistent"). Blends of aligned faces are faces of people who do not exist.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.core.frame import Image
from playbill.training.faces.augment import Augmentation, augmented

MORE = Augmentation(shift=0.06, scale=0.12, turn_deg=8.0, grey=0.15)


@dataclass(frozen=True, slots=True)
class ViewSettings:
    """How the faces vary that teacher and student are shown."""

    augmentation: Augmentation = MORE
    blended: float = 0.6
    """Share of the views that are made of two faces."""
    whole: float = 0.6
    """Share of the blends that are even all over (mixup); in the others one face passes into the
    other along a line."""


class Views:
    """Views of a set of faces, each a pure function of (seed, step, place)."""

    def __init__(
        self, crops: NDArray[np.uint8], size_px: int, settings: ViewSettings, seed: int
    ) -> None:
        """`crops`: (n, side, side, 3), with room around the middle `size_px`."""
        self._crops, self._size_px = crops, size_px
        self._settings, self._seed = settings, seed

    def make(self, step: int, count: int) -> NDArray[np.uint8]:
        """(count, size, size, 3) views of faces drawn by chance."""
        return np.stack([self._view(step, place) for place in range(count)])

    def _view(self, step: int, place: int) -> Image:
        random = np.random.default_rng((self._seed, step, place))
        face = self._one(random)
        if random.random() >= self._settings.blended:
            return face
        other = self._one(random)
        if random.random() < self._settings.whole:
            share = np.full((1, 1, 1), random.uniform(0.2, 0.8), np.float32)
        else:
            share = passing(self._size_px, random)
        blend = other + share * (face.astype(np.float32) - other)
        return np.rint(blend).astype(np.uint8)

    def _one(self, random: np.random.Generator) -> Image:
        crop = self._crops[random.integers(len(self._crops))]
        return augmented(crop, self._size_px, random, self._settings.augmentation)


def passing(size_px: int, random: np.random.Generator) -> NDArray[np.float32]:
    """(size, size, 1) from 0 to 1 across a line somewhere, sharply or softly."""
    angle, softness = random.uniform(0, 2 * np.pi), random.uniform(0.02, 0.15)
    across = (np.arange(size_px, dtype=np.float32) + 0.5) / size_px - 0.5
    distance = across[None, :] * np.cos(angle) + across[:, None] * np.sin(angle)
    distance = (distance - random.uniform(-0.2, 0.2)) / softness
    share = 1 / (1 + np.exp(-np.clip(distance, -20, 20)))
    return np.asarray(share[:, :, None], np.float32)
