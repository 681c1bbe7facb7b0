"""A trained YOLOX as files that `YoloxDetector` runs."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from playbill.core.labels import COCO_80
from playbill.models.cards import InputContract
from playbill.training.model_files import write_model
from playbill.training.networks.yolox import YoloxNano
from playbill.training.trained_model import ModelKind, Origin, TrainedModel


class Scoring(nn.Module):
    """A YOLOX whose objectness and classes come out as scores, 0 to 1, and not as logits."""

    def __init__(self, network: YoloxNano) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> Tensor:
        """(1, 3, side, side) -> (1, cells, 5 + classes) offsets and scores."""
        raw = self.network(pictures)
        return torch.cat([raw[..., :4], torch.sigmoid(raw[..., 4:])], -1)


def write_yolox(
    folder: Path,
    name: str,
    network: YoloxNano,
    labels: Sequence[str],
    *,
    example: Tensor,
    origin: Origin,
) -> TrainedModel:
    """Write `NAME.onnx` and `NAME.card.toml` into `folder`, which is there.

    Args:
        folder: is there.
        name: the model's name.
        network: what was trained.
        labels: of its classes.
        example: (1, 3, side, side) on which the file is compared with torch; its size becomes the
            card's.
        origin: for the card.

    Raises:
        ModelError: `name` is no name for a model.
        OutputError: a file cannot be written.
    """
    side = example.shape[-1]
    kind = ModelKind(
        task="object-detection",
        architecture="yolox",
        input=InputContract((side, side), channels="BGR", mean=0.0, divisor=1.0),
        input_name="images",
        output_names=("output",),
        labels=tuple(labels),
        label_set="coco-80" if tuple(labels) == COCO_80 else "own",
        free_batch=False,
    )
    return write_model(folder, name, Scoring(network), example, kind, origin)
