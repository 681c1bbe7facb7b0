"""A YOLOX that is to be trained."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import nn

from playbill.core.ports import ObjectDetector
from playbill.errors import TrainingError
from playbill.media.files import PICTURE_SUFFIXES, find_media
from playbill.models.catalogue import open_object_detector
from playbill.models.store import ModelStore
from playbill.models.yolox import STRIDES
from playbill.training.networks.yolox import YoloxNano
from playbill.training.objects.augment import MILD, UNCHANGED, Augmentation
from playbill.training.objects.samples import Hook, Sample
from playbill.training.objects.settings import ObjectTraining
from playbill.training.objects.trainee import freeze
from playbill.training.objects.yolox.batches import YoloxBatches
from playbill.training.objects.yolox.model import write_yolox
from playbill.training.objects.yolox.task import LabelledLoss, TaughtLoss, YoloxLoss, YoloxTask
from playbill.training.objects.yolox.taught import FAINTEST, ask
from playbill.training.trained_model import Origin, TrainedModel
from playbill.training.weights.yolox_onnx import load_yolox_onnx


class YoloxTrainee:
    """A `Trainee`: learns from labels, or from what a teacher says of pictures."""

    def __init__(self, training: ObjectTraining, store: ModelStore) -> None:
        """Make the network that `training` names, and open its teacher.

        Raises:
            TrainingError: weights of the start do not fit it; a teacher without a start, or
                pictures without a teacher; a side that no grid fits.
            ModelError: there is no such start or teacher, or its file is not what its card says.
        """
        _require_sense(training)
        self._training = training
        self._network = _network(training, store)
        freeze(self._network.units(), training)
        self._teacher: ObjectDetector | None = None
        if training.teacher:
            self._teacher = open_object_detector(training.teacher, store, min_score=FAINTEST)

    def task(
        self, learned: Sequence[Sample], held_out: Sequence[Sample], folder: Path, hook: Hook
    ) -> YoloxTask:
        """See `Trainee`; a teacher is asked of every picture, once."""
        side = self._training.side
        criterion: YoloxLoss
        if self._teacher:
            batches = self._taught_batches(self._teacher, learned, held_out, folder, hook)
            criterion = TaughtLoss(side)
        else:
            batches = self._batches(learned, None, Augmentation())
            criterion = LabelledLoss(side)
        task = YoloxTask(self._network, self._training.labels, batches, held_out, criterion)
        self._example = task.batch(0)[0][:1].contiguous()
        return task

    def write(self, trained: nn.Module, folder: Path, name: str, origin: Origin) -> TrainedModel:
        """See `Trainee`."""
        if not isinstance(trained, YoloxNano):
            raise TypeError(f"expected a YoloxNano, got {type(trained).__name__}")
        labels = self._training.labels
        return write_yolox(folder, name, trained, labels, example=self._example, origin=origin)

    def _taught_batches(
        self,
        teacher: ObjectDetector,
        learned: Sequence[Sample],
        held_out: Sequence[Sample],
        folder: Path,
        hook: Hook,
    ) -> YoloxBatches:
        paths = [sample.path for sample in learned]
        paths += [
            path
            for source in self._training.more
            for path in find_media(source)
            if path.suffix.lower() in PICTURE_SUFFIXES
        ]
        apart = {sample.path.resolve() for sample in held_out}
        shown = [path for path in dict.fromkeys(paths) if path.resolve() not in apart]
        taught = ask(teacher, shown, self._training.labels, folder, hook)
        return self._batches(taught.samples, taught.scores, MILD)

    def _batches(
        self,
        samples: Sequence[Sample],
        scores: Sequence[NDArray[np.float32]] | None,
        augmentation: Augmentation,
    ) -> YoloxBatches:
        return YoloxBatches(
            samples,
            scores,
            side=self._training.side,
            size=self._training.batch,
            seed=self._training.loop.seed,
            augmentation=augmentation if self._training.augment else UNCHANGED,
        )


def _require_sense(training: ObjectTraining) -> None:
    if training.teacher and training.start is None:
        raise TrainingError(
            f"{training.teacher}: can teach only a network that begins with a start's weights"
        )
    if training.more and not training.teacher:
        raise TrainingError(f"{training.more[0]}: pictures without labels need a teacher")
    if training.side < STRIDES[-1] or training.side % STRIDES[-1]:
        raise TrainingError(f"the side of a YOLOX must be a multiple of 32, got {training.side}")


def _network(training: ObjectTraining, store: ModelStore) -> YoloxNano:
    """Random, or with the weights of a start; labels that it does not know begin anew.

    With a start it has no batch normalisation of its own: what there was is folded into biases.
    """
    if training.start is None:
        return YoloxNano(len(training.labels), normalised=True)
    card = store.card(training.start)
    if card.architecture != "yolox":
        raise TrainingError(
            f"{training.network}: cannot start from {card.name}: only yolox-nano takes the weights "
            "of a YOLOX-nano, and only those"
        )
    network = YoloxNano(len(training.labels))
    known = {label: i for i, label in enumerate(card.labels)}
    sources = [known.get(label) for label in training.labels]
    load_yolox_onnx(network, store.files(card)[0].read_bytes(), card.name, sources)
    return network
