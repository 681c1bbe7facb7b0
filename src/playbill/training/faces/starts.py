"""Where a face network begins: from nothing, from a checkpoint, from FaceNet's weights."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from playbill.errors import TrainingError
from playbill.models.store import ModelStore
from playbill.training.checkpoint import FILE, read_checkpoint
from playbill.training.networks.registry import FaceNetwork, face_network
from playbill.training.weights.facenet_onnx import load_facenet

FACENET = "facenet_vggface2"
FACENET_NETWORK = "inception-resnet-v1"
EMBEDDER = "embedder."
"""How the weights of a `FaceModule` that are the embedder's begin."""


def started(network: str, start: str | None, *, store: ModelStore, seed: int) -> nn.Module:
    """The network with the weights to begin with.

    Args:
        network: a name of `networks.registry.FACE_NETWORKS`.
        start: None: random weights; `facenet_vggface2`: its weights, batch norm folded; otherwise
            a checkpoint of `playbill train faces` or `train distil`, or the folder that it is in.
        store: where `facenet_vggface2` is.
        seed: of random weights.

    Raises:
        TrainingError: what is to be started from is not there, or is of another network.
        ModelError: the file of `facenet_vggface2` is not there, altered or another network.
    """
    kind = face_network(network)
    if start is None:
        torch.manual_seed(seed)
        return kind.build()
    if start == FACENET:
        if network != FACENET_NETWORK:
            raise TrainingError(
                f"{FACENET}: has the weights of {FACENET_NETWORK}, asked for is {network}"
            )
        return load_facenet(store.path(store.card(FACENET)))
    return _from_checkpoint(network, kind, Path(start))


def _from_checkpoint(network: str, kind: FaceNetwork, path: Path) -> nn.Module:
    path = path / FILE if path.is_dir() else path
    if not path.exists():
        raise TrainingError(
            f"{path}: there is no such checkpoint, expected {FACENET}, a checkpoint, or the folder "
            "of a training"
        )
    found = read_checkpoint(path, network=network)
    weights = _embedder(found.average or found.module)
    for build in (kind.build, kind.build_folded):
        module = build() if build else None
        if module is not None and _fits(module, weights):
            module.load_state_dict(weights)
            return module
    raise TrainingError(f"{path}: the checkpoint does not fit {network} as this version has it")


def _embedder(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights without those of the loss; a distilled student has no loss of its own."""
    if not any(name.startswith(EMBEDDER) for name in weights):
        return dict(weights)
    return {
        name.removeprefix(EMBEDDER): values
        for name, values in weights.items()
        if name.startswith(EMBEDDER)
    }


def _fits(module: nn.Module, weights: Mapping[str, Tensor]) -> bool:
    wanted = module.state_dict()
    return wanted.keys() == weights.keys() and all(
        wanted[name].shape == values.shape for name, values in weights.items()
    )
