"""The weights of a YuNet's ONNX file for `networks.yunet.YuNet`."""

from collections.abc import Iterator

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import nn

from playbill.errors import ModelError
from playbill.training.networks.yunet import YuNet

Weights = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Kernels and biases of a convolution."""


def load_yunet(graph: bytes, name: str) -> YuNet:
    """The network with the weights of an ONNX file, whose convolutions follow each other as here.

    Args:
        graph: the file's bytes; weights may be stored as float16.
        name: what messages call it.

    Raises:
        ModelError: it is no ONNX network, or not of this architecture.
    """
    network = YuNet()
    wanted = [each for each in network.modules() if isinstance(each, nn.Conv2d)]
    given = list(_convolutions(graph, name))
    shapes = [(tuple(kernels.shape), tuple(biases.shape)) for kernels, biases in given]
    if shapes != [(tuple(one.weight.shape), (one.out_channels,)) for one in wanted]:
        raise ModelError(f"{name}: its convolutions are not the {len(wanted)} of a YuNet")
    if not all(np.isfinite(array).all() for weights in given for array in weights):
        raise ModelError(f"{name}: its weights have NaN or infinity in them")
    with torch.no_grad():
        for module, weights in zip(wanted, given, strict=True):
            for own, theirs in zip(module.parameters(), weights, strict=True):
                own.copy_(torch.from_numpy(theirs.copy()))
    return network


def _convolutions(graph: bytes, name: str) -> Iterator[Weights]:
    try:
        model = onnx.load_from_string(graph)
    except Exception as error:  # protobuf's exceptions share no base class but this
        raise ModelError(f"{name}: this is not an ONNX network: {error}") from error
    constants = {entry.name: entry for entry in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Cast" and node.input[0] in constants:
            constants[node.output[0]] = constants[node.input[0]]
    for node in model.graph.node:
        if node.op_type == "Conv" and len(node.input) == 3 and {*node.input[1:]} <= {*constants}:
            kernels, biases = (numpy_helper.to_array(constants[key]) for key in node.input[1:])
            yield np.asarray(kernels, np.float32), np.asarray(biases, np.float32)
