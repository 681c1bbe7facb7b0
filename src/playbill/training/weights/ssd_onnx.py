"""The weights of an SSD that came as ONNX, into the same network here."""

from collections.abc import Sequence
from typing import Any

from torch import nn

from playbill.errors import ModelError
from playbill.training.networks.ssd_mobilenet_v1 import SsdMobileNetV1
from playbill.training.weights.convolutions import Weights, convolutions, fill


def load_ssd_onnx(
    network: SsdMobileNetV1, graph: bytes, name: str, columns: Sequence[int | None]
) -> None:
    """Copy the convolutions of an ONNX graph, which follow each other as in `network`.

    Args:
        network: without batch normalisation, which the graph has folded into biases.
        graph: an ONNX file's bytes; weights may be stored as float16.
        name: what messages call it.
        columns: for each class column of `network` the graph's own; None: that column keeps what
            it was initialised with.

    Raises:
        ModelError: it is no ONNX network, or not of this architecture.
    """
    given = list(convolutions(graph, name))
    wanted = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    if network.normalised or len(given) != len(wanted):
        raise ModelError(
            f"{name}: has {len(given)} convolutions with biases, expected the {len(wanted)} of an "
            "SSD on MobileNet-v1 x 0.75"
        )
    class_heads = {id(head.classes) for head in network.heads}
    for i, (module, weights) in enumerate(zip(wanted, given, strict=True)):
        where = f"{name}: layer {i}"
        fitting = weights
        if id(module) in class_heads:
            fitting = _rearranged(module, weights, network.columns, columns, where)
        fill(module, fitting, where)


def _rearranged(
    head: Any, given: Weights, columns: int, sources: Sequence[int | None], where: str
) -> Weights:
    """A class head's weights with the graph's columns where `sources` wants them.

    The planes of a head run through the prior boxes of a cell, and for each through its columns.
    """
    shapes = head.out_channels // columns
    rows = given[0].shape[0]
    used = max((source for source in sources if source is not None), default=0)
    if rows % shapes or rows // shapes <= used:
        raise ModelError(
            f"{where}: has {rows} class planes, expected over {used} for each of {shapes} boxes"
        )
    arranged = []
    for own, theirs in zip((head.weight, head.bias), given, strict=True):
        numbers = own.detach().numpy().reshape(shapes, columns, -1).copy()
        planes = theirs.reshape(shapes, rows // shapes, -1)
        for column, source in enumerate(sources):
            if source is not None and planes.shape[2] == numbers.shape[2]:
                numbers[:, column] = planes[:, source]
        arranged.append(numbers.reshape(own.shape))
    return arranged[0], arranged[1]
