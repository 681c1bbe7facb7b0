"""Convolutions of an ONNX file in the order in which they run, and one of them into a module."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from playbill.errors import ModelError

Weights = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Kernels (outputs, inputs / groups, h, w) and biases (outputs,) of a convolution."""


def convolutions(graph: bytes, name: str) -> Iterator[Weights]:
    """Every convolution with a bias; weights that are stored as float16 too.

    Raises:
        ModelError: `graph`, which messages call `name`, is no ONNX network.
    """
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


def fill(module: Any, weights: Weights, where: str) -> None:
    """Put `weights` into a convolution.

    Raises:
        ModelError: they have other shapes; `where` says of which layer they are.
    """
    for own, theirs in zip((module.weight, module.bias), weights, strict=True):
        if tuple(own.shape) != theirs.shape:
            raise ModelError(
                f"{where}: has weights of shape {theirs.shape}, expected {tuple(own.shape)}"
            )
        with torch.no_grad():
            own.copy_(torch.from_numpy(theirs.copy()))
