"""Training a YOLOX (Ge et al., 2021): on labels, or on what a teacher says."""

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor, nn

from playbill.errors import TrainingError
from playbill.training.networks.yolox import YoloxNano
from playbill.training.objects.judging import average_precision
from playbill.training.objects.samples import Sample
from playbill.training.objects.yolox.batches import IGNORED, Batch, YoloxBatches
from playbill.training.objects.yolox.cells import Cells
from playbill.training.objects.yolox.judging import detections
from playbill.training.objects.yolox.labelled import Labels, labelled_loss
from playbill.training.objects.yolox.teaching import TaughtBoxes, teaching_loss, wanted


class YoloxLoss(Protocol):
    """How far the answers of `module` are from what a batch wants, and the parts of that."""

    def __call__(
        self, module: nn.Module, pictures: Tensor, rows: Tensor
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """`pictures` and `rows` as in `batches.Batch`."""
        ...


class YoloxTask:
    """Find objects of `labels` in pictures: a `Task` for the training loop."""

    def __init__(
        self,
        network: YoloxNano,
        labels: Sequence[str],
        batches: YoloxBatches,
        held_out: Sequence[Sample],
        criterion: YoloxLoss,
    ) -> None:
        """Train `network` on `batches`, of views of `batches.side` pixels.

        Raises:
            TrainingError: a batch of one picture where batch normalisation needs more.
        """
        if batches.size < 2 and network.normalised:
            raise TrainingError(f"a batch has {batches.size} picture, expected at least 2")
        self.module: nn.Module = network
        self.labels = tuple(labels)
        self._batches = batches
        self._held_out = held_out
        self._criterion = criterion

    def batch(self, step: int) -> Batch:
        """See `Task`."""
        return self._batches(step)

    def loss(
        self, module: nn.Module, batch: tuple[Tensor, ...]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """See `Task`: the loss and its parts."""
        pictures, rows = batch
        return self._criterion(module, pictures, rows)

    def evaluate(self, module: nn.Module) -> dict[str, float]:
        """See `Task`: COCO's `AP` and `AP50` on the pictures held out."""
        found = list(detections(module, self._held_out, self._batches.side, self.labels))
        return average_precision(found, self._held_out)


class LabelledLoss:
    """Learn from labels."""

    def __init__(self, side: int) -> None:
        """For views of `side` x `side` pixels."""
        self._cells = Cells.of(side)

    def __call__(
        self, module: nn.Module, pictures: Tensor, rows: Tensor
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """See `YoloxLoss`: parts `boxes`, `objectness` and `classes`."""
        labels = [_labels(rows, i) for i in range(len(pictures))]
        return labelled_loss(module(pictures).float(), self._cells.on(pictures.device), labels)


class TaughtLoss:
    """Learn from a teacher, whose boxes are in the rows of a batch."""

    def __init__(self, side: int) -> None:
        """For views of `side` x `side` pixels."""
        self._cells = Cells.of(side)

    def __call__(
        self, module: nn.Module, pictures: Tensor, rows: Tensor
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """See `YoloxLoss`: parts `scores` and `boxes`."""
        cells = self._cells.on(pictures.device)
        raw = module(pictures).float()
        targets = [
            wanted(answers, TaughtBoxes(*_columns(rows, i)), cells) for i, answers in enumerate(raw)
        ]
        return teaching_loss(raw, cells, targets)


def _columns(rows: Tensor, place: int) -> tuple[Tensor, Tensor, Tensor]:
    """(n, 4) boxes, (n,) classes, (n,) scores of the view in that place."""
    mine = rows[rows[:, 0] == place]
    return mine[:, 1:5], mine[:, 5].long(), mine[:, 6]


def _labels(rows: Tensor, place: int) -> Labels:
    boxes, classes, scores = _columns(rows, place)
    known = scores != IGNORED
    return Labels(boxes[known], classes[known], boxes[~known])
