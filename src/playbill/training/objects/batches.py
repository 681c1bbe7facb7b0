"""From labelled pictures to the tensors of one step."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from playbill.core.frame import Image
from playbill.training.objects.augment import Augmentation, view
from playbill.training.objects.matching import Targets, match_boxes
from playbill.training.objects.samples import Sample

MEAN = 128.0
DIVISOR = 128.0
"""A network's input is (x - MEAN) / DIVISOR of 0..255 values, RGB."""

Batch = tuple[Tensor, Tensor, Tensor]
"""(n, 3, side, side) pictures, (n, priors, 4) box offsets, (n, priors) class columns."""


class ObjectBatches:
    """Endless batches; the one of a step depends on the seed and the step alone.

    Each picture comes once in as many steps as it takes to see them all, in another order each
    time.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        anchors_yxhw: NDArray[np.float32],
        *,
        side: int,
        size: int,
        seed: int,
        augmentation: Augmentation,
        min_nearest: float = 0.0,
    ) -> None:
        """Make batches of `size` views, `side` pixels wide and high; see `match_boxes`."""
        self._samples = samples
        self._anchors = anchors_yxhw
        self._side = side
        self._size = size
        self._seed = seed
        self._augmentation = augmentation
        self._min_nearest = min_nearest
        self._order = lru_cache(maxsize=2)(
            lambda turn: np.random.default_rng([seed, 0, turn]).permutation(len(samples))
        )

    def __call__(self, step: int) -> Batch:
        """The batch of a step, from 0.

        Raises:
            DatasetError: a picture cannot be read any more.
        """
        drawn = [self._draw(step, place) for place in range(self._size)]
        return (
            to_input([image for image, _ in drawn]),
            torch.from_numpy(np.stack([targets.encodings for _, targets in drawn])),
            torch.from_numpy(np.stack([targets.columns for _, targets in drawn])),
        )

    def _draw(self, step: int, place: int) -> tuple[Image, Targets]:
        turn, index = divmod(step * self._size + place, len(self._samples))
        sample = self._samples[self._order(turn)[index]]
        random = np.random.default_rng([self._seed, 1, step, place])
        seen = view(sample.image(), sample.boxes_xyxy, self._side, random, self._augmentation)
        targets = match_boxes(
            seen.boxes_xyxy,
            sample.columns[seen.rows],
            sample.ignored[seen.rows],
            self._anchors,
            min_nearest=self._min_nearest,
        )
        return seen.image, targets


def to_input(images: Sequence[Image]) -> Tensor:
    """(n, 3, h, w) for the network from n pictures (h, w, 3) of one size.

    They stay pixel by pixel in memory (channels last), as a CPU is quickest with.
    """
    pixels = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2)
    return (pixels.float() - MEAN) / DIVISOR
