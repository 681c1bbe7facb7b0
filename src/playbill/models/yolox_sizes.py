"""A YOLOX graph for pictures of another size: its convolutions do not care."""

from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from playbill.errors import ModelError

ANY = -1
"""In a Reshape: whatever is left."""


def sized(network: bytes, name: str, size_wh: tuple[int, int]) -> bytes:
    """The same network for pictures of `size_wh`, multiples of its coarsest stride.

    The makers' export writes the number of cells of the size it was made for into the graph.

    Raises:
        ModelError: it is no ONNX network, or its input is not pictures.
    """
    try:
        model = onnx.load_from_string(network)
    except Exception as error:  # protobuf's exceptions share no base class but this
        raise ModelError(f"{name}: this is not an ONNX network: {error}") from error
    dims = model.graph.input[0].type.tensor_type.shape.dim if model.graph.input else []
    if len(dims) != 4:
        raise ModelError(f"{name}: the network's first input must be pictures (n, 3, h, w)")
    if (dims[3].dim_value, dims[2].dim_value) == size_wh:
        return network
    dims[2].dim_value, dims[3].dim_value = size_wh[1], size_wh[0]
    _free_cells(model.graph)
    for output in model.graph.output:
        cells = output.type.tensor_type.shape.dim[1]
        cells.Clear()
        cells.dim_param = "cells"
    del model.graph.value_info[:]  # shapes of the old size
    data: bytes = model.SerializeToString()
    return data


def _free_cells(graph: Any) -> None:
    """Let every reshape to (n, numbers, cells) count the cells itself."""
    constants = {constant.name: constant for constant in graph.initializer}
    for node in graph.node:
        if node.op_type != "Reshape" or node.input[1] not in constants:
            continue
        entry = constants[node.input[1]]
        shape = numpy_helper.to_array(entry).copy()
        if len(shape) == 3 and (shape != ANY).all():
            shape[2] = ANY
            entry.CopyFrom(numpy_helper.from_array(shape.astype(np.int64), entry.name))
