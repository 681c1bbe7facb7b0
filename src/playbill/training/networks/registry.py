"""The networks that turn faces into points, by name."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from torch import nn

from playbill.errors import TrainingError
from playbill.training.networks.compact import INPUT_PX, CompactFaceNet
from playbill.training.networks.inception_resnet_v1 import InceptionResnetV1
from playbill.training.networks.inception_resnet_v2 import InceptionResnetV2


@dataclass(frozen=True, slots=True)
class FaceNetwork:
    """How to make a network, and what it sees of a face."""

    build: Callable[[], nn.Module]
    """(n, 3, size_px, size_px) RGB as (x - 127.5) / 128 to (n, 512), not normalised."""
    size_px: int
    architecture: str
    """Of its card: how faces are cut out for it (`models.face_crops.CUTS`)."""
    build_folded: Callable[[], nn.Module] | None = None
    """The same with each batch norm folded into its convolution; None: there is no such form."""


FACE_NETWORKS = MappingProxyType(
    {
        "compact": FaceNetwork(CompactFaceNet, INPUT_PX, "facenet-aligned"),
        "inception-resnet-v1": FaceNetwork(
            InceptionResnetV1, 160, "facenet", partial(InceptionResnetV1, batch_norm=False)
        ),
        "inception-resnet-v2": FaceNetwork(
            InceptionResnetV2, 160, "facenet", partial(InceptionResnetV2, batch_norm=False)
        ),
    }
)


def face_network(name: str) -> FaceNetwork:
    """The network of that name.

    Raises:
        TrainingError: there is none.
    """
    if name not in FACE_NETWORKS:
        known = ", ".join(FACE_NETWORKS)
        raise TrainingError(f"{name}: no face network of that name, expected one of {known}")
    return FACE_NETWORKS[name]
