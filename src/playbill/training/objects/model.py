"""A trained SSD as files that `SsdDetector` runs."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from playbill.core.atomic import atomic_path
from playbill.core.labels import COCO_80
from playbill.models.cards import InputContract
from playbill.training.model_files import write_model
from playbill.training.networks.ssd_parts import SsdNetwork
from playbill.training.objects.anchors import prior_boxes
from playbill.training.objects.batches import DIVISOR, MEAN
from playbill.training.trained_model import ModelKind, Origin, TrainedModel


class Scoring(nn.Module):
    """An SSD whose classes come out as scores, 0 to 1, and not as logits."""

    def __init__(self, network: SsdNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """(1, 3, side, side) -> (1, priors, 4) offsets, (1, priors, columns) scores."""
        encodings, logits = self.network(pictures)
        return encodings, torch.sigmoid(logits)


def object_kind(side: int, labels: Sequence[str]) -> ModelKind:
    """What the card of an SSD for pictures of `side` x `side` says."""
    return ModelKind(
        task="object-detection",
        architecture="ssd",
        input=InputContract((side, side), channels="RGB", mean=MEAN, divisor=DIVISOR),
        input_name="image",
        output_names=("box_encodings", "class_scores"),
        labels=tuple(labels),
        label_set="coco-80" if tuple(labels) == COCO_80 else "own",
        free_batch=False,
    )


def write_ssd(
    folder: Path,
    name: str,
    network: SsdNetwork,
    labels: Sequence[str],
    *,
    example: Tensor,
    origin: Origin,
) -> TrainedModel:
    """Write `NAME.onnx`, `NAME.anchors.npy` and `NAME.card.toml` into `folder`, which is there.

    Args:
        folder: is there.
        name: the model's name.
        network: what was trained.
        labels: of its columns after the background's.
        example: (1, 3, side, side) on which the file is compared with torch.
        origin: for the card.

    Raises:
        ModelError: `name` is no name for a model.
        OutputError: a file cannot be written.
    """
    anchors = folder / f"{name}.anchors.npy"
    with atomic_path(anchors) as part:
        np.save(part, prior_boxes(network.grids))
    kind = object_kind(network.side, labels)
    with warnings.catch_warnings():
        # Of a padding's constants; runtimes fold them.
        warnings.filterwarnings("ignore", "Constant folding", UserWarning)
        return write_model(
            folder, name, Scoring(network), example, kind, origin, more_files=(anchors,)
        )
