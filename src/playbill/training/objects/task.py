"""Training an SSD on labelled pictures (Liu et al., 2016)."""

from collections.abc import Sequence

from torch import Tensor, nn

from playbill.errors import TrainingError
from playbill.training.networks.ssd_parts import SsdNetwork
from playbill.training.objects.anchors import prior_boxes
from playbill.training.objects.augment import Augmentation
from playbill.training.objects.batches import Batch, ObjectBatches
from playbill.training.objects.judging import average_precision, detections
from playbill.training.objects.multibox import MultiboxLoss
from playbill.training.objects.samples import Sample


class SsdTask:
    """Find objects of `labels` in pictures: a `Task` for the training loop."""

    def __init__(
        self,
        network: SsdNetwork,
        labels: Sequence[str],
        samples: Sequence[Sample],
        held_out: Sequence[Sample],
        *,
        batch: int,
        seed: int,
        criterion: MultiboxLoss,
        augmentation: Augmentation,
        min_nearest: float = 0.0,
    ) -> None:
        """Train `network`, which has 1 + len(labels) columns, on `samples`.

        Raises:
            TrainingError: a batch of one picture where batch normalisation needs more.
        """
        if batch < 2 and any(isinstance(part, nn.BatchNorm2d) for part in network.modules()):
            raise TrainingError(f"a batch has {batch} picture, expected at least 2 to normalise by")
        self.module: nn.Module = network
        self.labels = tuple(labels)
        self.anchors_yxhw = prior_boxes(network.grids)
        self._held_out = held_out
        self._criterion = criterion
        self._batches = ObjectBatches(
            samples,
            self.anchors_yxhw,
            side=network.side,
            size=batch,
            seed=seed,
            augmentation=augmentation,
            min_nearest=min_nearest,
        )

    def batch(self, step: int) -> Batch:
        """See `Task`."""
        return self._batches(step)

    def loss(
        self, module: nn.Module, batch: tuple[Tensor, ...]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """See `Task`: the multibox loss and its parts `boxes` and `classes`."""
        pictures, encodings, columns = batch
        offsets, logits = module(pictures)
        return self._criterion(offsets, logits, encodings, columns)

    def evaluate(self, module: nn.Module) -> dict[str, float]:
        """See `Task`: COCO's `AP` and `AP50` on the pictures held out."""
        found = list(detections(module, self._held_out, self.anchors_yxhw, self.labels))
        return average_precision(found, self._held_out)
