"""The weights of `facenet_vggface2.onnx` for `InceptionResnetV1`."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor

from playbill.errors import ModelError
from playbill.training.networks.inception_resnet_v1 import InceptionResnetV1

PLACES = MappingProxyType(
    {
        r"^stem1\.": "stem.",
        r"^b(35|17|8)\.": r"block\1.",
        r"^m6\.": "reduction_a.branches.",
        r"^m7\.": "reduction_b.branches.",
        r"^fc\.": "head.linear.",
        r"\.b\.(\d)\.": r".branches.\1.",
        r"(block\d+\.\d\.branches\.0)\.0\.": r"\1.",
        r"\.up\.c\.": ".up.",
        r"\.c\.": ".conv.",
        r"_h$": "",
    }
)
"""From the file's names to ours, one after the other. `_h` marks weights that are stored as half
floats; the first branch of a block is a sequence of one there, and that one here."""


def load_facenet(path: Path) -> InceptionResnetV1:
    """The network of `path` with its weights, in float32, batch norm folded as it is there.

    Raises:
        ModelError: the file cannot be read, is no ONNX network, or is another network.
    """
    network = InceptionResnetV1(batch_norm=False)
    found, wanted = _weights(path), network.state_dict()
    _require_same(path, found, wanted)
    network.load_state_dict(found)
    return network


def _weights(path: Path) -> dict[str, Tensor]:
    try:
        model = onnx.load(path)
    except OSError as error:
        raise ModelError(f"{path}: the network cannot be read: {error.strerror}") from error
    except Exception as error:  # protobuf's exceptions share no base class but this
        raise ModelError(f"{path}: this is not an ONNX network: {error}") from error
    arrays = {entry.name: numpy_helper.to_array(entry) for entry in model.graph.initializer}
    return {_place(name): _tensor(values) for name, values in arrays.items()}


def _place(name: str) -> str:
    for pattern, ours in PLACES.items():
        name = re.sub(pattern, ours, name)
    return name


def _tensor(values: NDArray[np.floating]) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))


def _require_same(path: Path, found: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> None:
    """Refuse other names or shapes, and weights that are no numbers."""
    for name in sorted(found.keys() ^ wanted.keys()):
        what = "has" if name in found else "lacks"
        raise ModelError(
            f"{path}: {what} the weights {name}: expected FaceNet's Inception-ResNet-v1 as in "
            "facenet_vggface2.onnx"
        )
    for name, values in found.items():
        if values.shape != wanted[name].shape:
            raise ModelError(
                f"{path}: the weights {name} have shape {tuple(values.shape)}, expected "
                f"{tuple(wanted[name].shape)}"
            )
        if not torch.isfinite(values).all():
            raise ModelError(f"{path}: the weights {name} have NaN or infinity in them")
