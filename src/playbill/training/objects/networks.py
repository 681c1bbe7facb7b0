"""The object networks that can be trained, and where they may start."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from playbill.errors import TrainingError
from playbill.models.cards import ModelCard
from playbill.models.ssd import class_columns
from playbill.models.store import ModelStore
from playbill.training.networks.ssd_mobilenet_v1 import SsdMobileNetV1
from playbill.training.networks.ssd_parts import SsdNetwork
from playbill.training.networks.ssdlite_mobilenet_v3 import SsdLiteMobileNetV3
from playbill.training.objects.settings import ObjectNetworkName
from playbill.training.weights.ssd_onnx import load_ssd_onnx


def _normalised_mobilenet_v1(columns: int) -> SsdNetwork:
    return SsdMobileNetV1(columns, normalised=True)


OBJECT_NETWORKS: Mapping[ObjectNetworkName, Callable[[int], SsdNetwork]] = MappingProxyType(
    {"ssd-mobilenet-v1": _normalised_mobilenet_v1, "ssdlite-mobilenet-v3": SsdLiteMobileNetV3}
)
"""Name -> the network for so many class columns, fit to be trained from nothing."""


def new_network(name: ObjectNetworkName, labels: Sequence[str]) -> SsdNetwork:
    """A network with random weights for `labels`."""
    return OBJECT_NETWORKS[name](1 + len(labels))


def started_network(
    name: ObjectNetworkName, labels: Sequence[str], store: ModelStore, start: str
) -> SsdMobileNetV1:
    """A network with the weights of the model `start`; labels it does not know begin anew.

    It has no batch normalisation of its own: what `start` had is folded into biases.

    Raises:
        TrainingError: weights of `start` do not fit that network.
        ModelError: there is no such model, or its file is not what its card says.
    """
    card = store.card(start)
    if name != "ssd-mobilenet-v1" or card.architecture != "ssd":
        raise TrainingError(
            f"{name}: cannot start from {start}: only ssd-mobilenet-v1 takes weights, and only "
            "those of an SSD"
        )
    network = SsdMobileNetV1(1 + len(labels))
    graph = store.files(card)[0].read_bytes()
    load_ssd_onnx(network, graph, start, start_columns(card, labels))
    return network


def start_columns(card: ModelCard, labels: Sequence[str]) -> list[int | None]:
    """For each class column of a network for `labels` that of the network of `card`, if any."""
    known = dict(zip(card.labels, class_columns(card).tolist(), strict=True))
    return [0, *(known.get(label) for label in labels)]


def freeze(network: SsdNetwork, units: int) -> None:
    """Let the first `units` of the backbone stay as they are.

    Raises:
        TrainingError: the backbone has not so many.
    """
    if not 0 <= units <= len(network.backbone):
        raise TrainingError(
            f"the first {units} units of the backbone cannot be frozen, it has "
            f"{len(network.backbone)}"
        )
    for unit in network.backbone[:units]:
        unit.requires_grad_(requires_grad=False)
