"""An SSD that is to be trained."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from torch import nn

from playbill.errors import TrainingError
from playbill.models.cards import ModelCard
from playbill.models.ssd import class_columns
from playbill.models.store import ModelStore
from playbill.training.networks.ssd_mobilenet_v1 import SsdMobileNetV1
from playbill.training.networks.ssd_parts import SsdNetwork
from playbill.training.networks.ssdlite_mobilenet_v3 import SsdLiteMobileNetV3
from playbill.training.objects.augment import UNCHANGED, Augmentation
from playbill.training.objects.model import write_ssd
from playbill.training.objects.multibox import MultiboxLoss
from playbill.training.objects.samples import Hook, Sample
from playbill.training.objects.settings import ObjectNetworkName, ObjectTraining
from playbill.training.objects.task import SsdTask
from playbill.training.objects.trainee import freeze
from playbill.training.trained_model import Origin, TrainedModel
from playbill.training.weights.ssd_onnx import load_ssd_onnx


class SsdMaker(Protocol):
    """Makes an SSD for so many class columns."""

    def __call__(self, columns: int) -> SsdNetwork:
        """With random weights."""
        ...


def _normalised_mobilenet_v1(columns: int) -> SsdNetwork:
    return SsdMobileNetV1(columns, normalised=True)


SSD_NETWORKS: Mapping[ObjectNetworkName, SsdMaker] = MappingProxyType(
    {"ssd-mobilenet-v1": _normalised_mobilenet_v1, "ssdlite-mobilenet-v3": SsdLiteMobileNetV3}
)
"""Those that can be trained from nothing, by name."""


class SsdTrainee:
    """A `Trainee`: prior boxes, multibox loss."""

    def __init__(self, training: ObjectTraining, store: ModelStore) -> None:
        """Make the network that `training` names.

        Raises:
            TrainingError: weights of the start do not fit it; settings that an SSD has no use for.
            ModelError: there is no such start, or its file is not what its card says.
        """
        if training.teacher:
            raise TrainingError(f"{training.network}: only yolox-nano can learn from a teacher")
        self._training = training
        self._network = _network(training, store)
        freeze(self._network.backbone, training)

    def task(
        self,
        learned: Sequence[Sample],
        held_out: Sequence[Sample],
        folder: Path,  # noqa: ARG002 - of `Trainee`
        hook: Hook,  # noqa: ARG002
    ) -> SsdTask:
        """See `Trainee`; nothing is kept in the folder, and no picture looked at before."""
        training = self._training
        task = SsdTask(
            self._network,
            training.labels,
            learned,
            held_out,
            batch=training.batch,
            seed=training.loop.seed,
            criterion=MultiboxLoss(mining=training.mining),
            augmentation=Augmentation() if training.augment else UNCHANGED,
            min_nearest=training.min_nearest,
        )
        self._example = task.batch(0)[0][:1].contiguous()
        return task

    def write(self, trained: nn.Module, folder: Path, name: str, origin: Origin) -> TrainedModel:
        """See `Trainee`."""
        if not isinstance(trained, SsdNetwork):
            raise TypeError(f"expected an SsdNetwork, got {type(trained).__name__}")
        labels = self._training.labels
        return write_ssd(folder, name, trained, labels, example=self._example, origin=origin)


def _network(training: ObjectTraining, store: ModelStore) -> SsdNetwork:
    """Random, or with the weights of a start; labels that it does not know begin anew.

    With a start it has no batch normalisation of its own: what there was is folded into biases.
    """
    columns = 1 + len(training.labels)
    if training.start is None:
        return SSD_NETWORKS[training.network](columns)
    card = store.card(training.start)
    if training.network != "ssd-mobilenet-v1" or card.architecture != "ssd":
        raise TrainingError(
            f"{training.network}: cannot start from {card.name}: only ssd-mobilenet-v1 takes the "
            "weights of an SSD, and only yolox-nano those of a YOLOX-nano"
        )
    network = SsdMobileNetV1(columns)
    graph = store.files(card)[0].read_bytes()
    load_ssd_onnx(network, graph, card.name, start_columns(card, training.labels))
    return network


def start_columns(card: ModelCard, labels: Sequence[str]) -> list[int | None]:
    """For each class column of a network for `labels` that of the network of `card`, if any."""
    known = dict(zip(card.labels, class_columns(card).tolist(), strict=True))
    return [0, *(known.get(label) for label in labels)]
