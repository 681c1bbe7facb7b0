"""A model whose weights are int8, made of one that is here."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from playbill.core.atomic import atomic_path
from playbill.errors import ModelError, OutputError
from playbill.models.cards import (
    CARD_SUFFIX,
    NAME_RULE,
    ModelCard,
    ModelFile,
    card_text,
    is_name,
)
from playbill.models.quantise import quantised
from playbill.models.store import ModelStore

NETWORK_SUFFIX = ".onnx"
"""Of the files with weights; a model's other files are copied as they are."""
SOURCE_NOTE = "weights stored as int8"


def quantise_model(store: ModelStore, name: str, new_name: str, folder: Path) -> ModelCard:
    """Write the model `name` with int8 weights into `folder`, as `new_name`, with its card.

    What was measured of its scores (strangers, cohort) is left out of the new card: it is another
    network now, and what it says is measured anew.

    Raises:
        ModelNotFound, ModelAltered: as from `ModelStore.files`.
        ModelError: `new_name` is no name, or another model's; the network has no weights to store
            so.
        OutputError: the folder cannot be written.
    """
    if not is_name(new_name):
        raise ModelError(f"{new_name}: {NAME_RULE}; give another one with --name")
    card = store.card(name)
    if new_name == name or (folder == store.home and new_name in store.cards()):
        raise ModelError(
            f"{new_name}: a model of that name is already known, give another one with --name"
        )
    contents = dict(_contents(store, card, new_name))
    new = replace(
        card,
        name=new_name,
        files=tuple(ModelFile(file, sha256(data).hexdigest()) for file, data in contents.items()),
        source=f"{card.source}; {SOURCE_NOTE}",
        strangers=None,
        cohort=None,
        package=None,
    )
    contents[f"{new_name}{CARD_SUFFIX}"] = card_text(new).encode()
    for file, data in contents.items():
        _write(folder / file, data)
    return new


def _contents(store: ModelStore, card: ModelCard, new_name: str) -> Iterator[tuple[str, bytes]]:
    """The new model's files, by name."""
    for file, path in zip(card.files, store.files(card), strict=True):
        data = path.read_bytes()
        if path.suffix == NETWORK_SUFFIX:
            data = quantised(data, file.name)
        yield f"{new_name}{file.name.removeprefix(card.name)}", data


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path.parent}: the folder cannot be made: {error.strerror}") from error
    with atomic_path(path) as part:
        part.write_bytes(data)
