"""The weights of a YOLOX-nano that came as ONNX, into the same network here."""

from collections.abc import Sequence

import numpy as np
from torch import nn

from playbill.errors import ModelError
from playbill.training.networks.yolox import YoloxNano
from playbill.training.weights.convolutions import Weights, convolutions, fill

FOCUS = ((0, 0), (1, 0), (0, 1), (1, 1))
"""Line and column of the pixels that YOLOX's `Focus` puts behind each other."""


def load_yolox_onnx(
    network: YoloxNano, graph: bytes, name: str, classes: Sequence[int | None]
) -> None:
    """Copy the convolutions of an ONNX graph, which follow each other as in `network`.

    Args:
        network: without batch normalisation, which the graph has folded into biases.
        graph: an ONNX file's bytes; weights may be stored as float16.
        name: what messages call it.
        classes: for each class of `network` the graph's own; None: that class keeps what it was
            initialised with.

    Raises:
        ModelError: it is no ONNX network, or not of this architecture.
    """
    given = list(convolutions(graph, name))
    wanted = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    if network.normalised or len(given) != len(wanted):
        raise ModelError(
            f"{name}: has {len(given)} convolutions with biases, expected the {len(wanted)} of a "
            "YOLOX-nano"
        )
    given[0] = _without_focus(given[0])
    last_layers = {id(head.classes) for head in network.heads}
    for i, (module, weights) in enumerate(zip(wanted, given, strict=True)):
        where = f"{name}: layer {i}"
        fitting = weights
        if id(module) in last_layers:
            fitting = _rearranged(module, weights, classes, where)
        fill(module, fitting, where)


def _without_focus(weights: Weights) -> Weights:
    """A first layer of 3 x 3 over cells of four pixels as 6 x 6 over pixels; others as they are."""
    kernels, biases = weights
    if kernels.shape[1:] != (12, 3, 3):
        return weights
    over_pixels = np.zeros((len(kernels), 3, 6, 6), np.float32)
    for i, (line, column) in enumerate(FOCUS):
        over_pixels[:, :, line::2, column::2] = kernels[:, 3 * i : 3 * i + 3]
    return over_pixels, biases


def _rearranged(
    layer: nn.Conv2d, given: Weights, sources: Sequence[int | None], where: str
) -> Weights:
    """A class layer's weights with the graph's classes where `sources` wants them."""
    used = max((source for source in sources if source is not None), default=-1)
    if len(given[0]) <= used:
        raise ModelError(f"{where}: has {len(given[0])} classes, expected over {used}")
    if layer.bias is None:
        raise TypeError("expected a class layer with biases")
    kernels, biases = layer.weight.detach().numpy().copy(), layer.bias.detach().numpy().copy()
    for own, source in enumerate(sources):
        if source is not None and given[0].shape[1:] == kernels.shape[1:]:
            kernels[own], biases[own] = given[0][source], given[1][source]
    return kernels, biases
