"""From labelled or taught pictures to the tensors of one step."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from playbill.core.frame import Image
from playbill.training.objects.augment import Augmentation, view
from playbill.training.objects.samples import Sample

Batch = tuple[Tensor, Tensor]
"""(n, 3, side, side) pictures and (m, 7) rows: which picture, left, top, right, bottom in pixels of
the view, class, score. A score of `IGNORED`: nothing is learnt from it."""
LABELLED, IGNORED = 1.0, -1.0


class YoloxBatches:
    """Endless batches; the one of a step depends on the seed and the step alone.

    Each picture comes once in as many steps as it takes to see them all, in another order each
    time.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        scores: Sequence[NDArray[np.float32]] | None,
        *,
        side: int,
        size: int,
        seed: int,
        augmentation: Augmentation,
    ) -> None:
        """Make batches of `size` views; `scores` are a teacher's, None: the boxes are labels."""
        self.side = side
        self.size = size
        self._samples = samples
        self._scores = scores
        self._seed = seed
        self._augmentation = augmentation
        self._order = lru_cache(maxsize=2)(
            lambda turn: np.random.default_rng([seed, 0, turn]).permutation(len(samples))
        )

    def __call__(self, step: int) -> Batch:
        """The batch of a step, from 0.

        Raises:
            DatasetError: a picture cannot be read any more.
        """
        drawn = [self._draw(step, place) for place in range(self.size)]
        rows = [
            np.column_stack([np.full(len(one), place), one]) for place, (_, one) in enumerate(drawn)
        ]
        targets = torch.from_numpy(np.concatenate(rows).astype(np.float32))
        return to_input([image for image, _ in drawn]), targets

    def _draw(self, step: int, place: int) -> tuple[Image, NDArray[np.float32]]:
        """A view, and (n, 6) box, class and score of what is in it."""
        turn, index = divmod(step * self.size + place, len(self._samples))
        which = int(self._order(turn)[index])
        sample = self._samples[which]
        random = np.random.default_rng([self._seed, 1, step, place])
        seen = view(
            *(sample.image(), sample.boxes_xyxy, self.side, random, self._augmentation),
            fit="letterboxed",
        )
        scores = np.where(sample.ignored, IGNORED, LABELLED)
        if self._scores is not None:
            scores = self._scores[which]
        classes = sample.columns[seen.rows] - 1
        return seen.image, np.column_stack(
            [
                seen.boxes_xyxy * self.side,
                classes,
                scores[seen.rows],
            ]
        )


def to_input(images: Sequence[Image]) -> Tensor:
    """(n, 3, h, w) BGR, 0 to 255, for the network from n RGB pictures (h, w, 3) of one size.

    They stay pixel by pixel in memory (channels last), as a CPU is quickest with.
    """
    pixels = torch.from_numpy(np.stack(images)[..., ::-1].copy()).permute(0, 3, 1, 2)
    return pixels.float()
