"""What `playbill train objects` asks of a kind of network: how it is taught, and written down."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from torch import nn

from playbill.errors import TrainingError
from playbill.models.store import ModelStore
from playbill.training.objects.samples import Hook, Sample
from playbill.training.objects.settings import ObjectTraining
from playbill.training.task import Task
from playbill.training.trained_model import Origin, TrainedModel


class Trainee(Protocol):
    """A network that is to be trained; made before a picture is opened, so that it can refuse."""

    def task(
        self, learned: Sequence[Sample], held_out: Sequence[Sample], folder: Path, hook: Hook
    ) -> Task:
        """What one step does, and how good it is by now.

        Args:
            learned: labelled pictures to learn from.
            held_out: labelled pictures to measure on.
            folder: of the run; is there.
            hook: for a progress bar, where pictures are looked at first.
        """
        ...

    def write(self, trained: nn.Module, folder: Path, name: str, origin: Origin) -> TrainedModel:
        """The trained network as files that `playbill models add` takes."""
        ...


class TraineeMaker(Protocol):
    """Makes the network of a training, random or with a start's weights."""

    def __call__(self, training: ObjectTraining, store: ModelStore) -> Trainee:
        """See the trainee's own class for what it refuses."""
        ...


def freeze(units: nn.ModuleList, training: ObjectTraining) -> None:
    """Let the first `training.frozen` units of a network, from the picture on, stay as they are.

    Raises:
        TrainingError: it has not so many, or there is no start to keep.
    """
    if training.frozen and training.start is None:
        raise TrainingError("layers can be frozen only where there is a start to keep")
    if not 0 <= training.frozen <= len(units):
        raise TrainingError(
            f"the first {training.frozen} units of the network cannot be frozen, it has "
            f"{len(units)}"
        )
    for unit in units[: training.frozen]:
        unit.requires_grad_(requires_grad=False)
