"""A trained network as files that `playbill models add` takes: ONNX and a card."""

from collections.abc import Sequence
from pathlib import Path

from torch import Tensor, nn

from playbill.core.atomic import atomic_path
from playbill.errors import ModelError
from playbill.media.files import sha256_of
from playbill.models.cards import (
    CARD_SUFFIX,
    NAME_RULE,
    ModelCard,
    ModelFile,
    card_text,
    is_name,
)
from playbill.training.export import export_onnx
from playbill.training.trained_model import ModelKind, Origin, TrainedModel


def require_name(name: str) -> None:
    """Refuse what a model cannot be called; before a training, which can take days.

    Raises:
        ModelError: `name` is no name for a model.
    """
    if not is_name(name):
        raise ModelError(f"{name}: {NAME_RULE}; give another one with --name")


def write_model(  # noqa: PLR0917 - each is another kind of thing
    folder: Path,
    name: str,
    module: nn.Module,
    example: Tensor,
    kind: ModelKind,
    origin: Origin,
    *,
    more_files: Sequence[Path] = (),
) -> TrainedModel:
    """Write `NAME.onnx`, with its weights as float16, and `NAME.card.toml` into `folder`.

    Args:
        folder: is there.
        name: the model's name.
        module: what is exported.
        example: an input on which the file is compared with torch.
        kind: for the card.
        origin: for the card.
        more_files: further files of the model, already in `folder`.

    Raises:
        ModelError: `name` is no name for a model.
        OutputError: a file cannot be written.
    """
    require_name(name)
    path = folder / f"{name}.onnx"
    difference = export_onnx(
        module,
        example,
        path,
        input_name=kind.input_name,
        output_names=kind.output_names,
        free_batch=kind.free_batch,
        half_weights=True,
    )
    paths = (path, *more_files)
    card = ModelCard(
        name=name,
        task=kind.task,
        architecture=kind.architecture,
        files=tuple(ModelFile(part.name, sha256_of(part)) for part in paths),
        licence=origin.licence,
        source=origin.source,
        input=kind.input,
        label_set=kind.label_set,
        labels=kind.labels,
    )
    card_path = folder / f"{name}{CARD_SUFFIX}"
    with atomic_path(card_path) as part:
        part.write_text(card_text(card), "utf-8")
    return TrainedModel(card, paths, card_path, difference)
