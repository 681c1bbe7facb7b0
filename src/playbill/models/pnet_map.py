"""MTCNN's first network with its two answers on one map, which costs a tenth less."""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from playbill.errors import ModelError
from playbill.models.graph import MAP


def with_one_map(network: bytes, name: str) -> bytes:
    """The same network with `map` for its outputs `reg` and `prob`, which it must have.

    Both are made of the same features by convolutions of 1 x 1, and become one. The soft-max of two
    numbers is the sigmoid of their difference, which is only needed where there may be a face.

    Raises:
        ModelError: the network does not end in this way.
    """
    model = onnx.load_from_string(network)
    makers: dict[str, Any] = {output: node for node in model.graph.node for output in node.output}
    constants = {constant.name: constant for constant in model.graph.initializer}
    shifts, soft = makers["reg"], makers["prob"]
    logits = makers.get(soft.input[0], soft)
    heads = _is_head(shifts, constants) and _is_head(logits, constants)
    if not heads or soft.op_type != "Softmax" or shifts.input[0] != logits.input[0]:
        raise ModelError(
            f"{name}: the outputs reg and prob must be convolutions of 1 x 1 of the same features, "
            "prob with a soft-max"
        )
    reg_kernel, reg_bias, kernel, bias = (
        numpy_helper.to_array(constants[key]) for key in (*shifts.input[1:], *logits.input[1:])
    )
    merged = {
        "map_kernel": np.concatenate([reg_kernel, kernel[1:] - kernel[:1]]),
        "map_bias": np.concatenate([reg_bias, bias[1:] - bias[:1]]),
    }
    for node in (soft, shifts, logits):
        model.graph.node.remove(node)
    model.graph.node.append(helper.make_node("Conv", [shifts.input[0], *merged], [MAP]))
    model.graph.initializer.extend(
        numpy_helper.from_array(values, key) for key, values in merged.items()
    )
    del model.graph.output[:]
    shape = ("n", 5, "rows", "columns")
    model.graph.output.append(helper.make_tensor_value_info(MAP, TensorProto.FLOAT, shape))
    data: bytes = model.SerializeToString()
    return data


def _is_head(node: Any, constants: dict[str, Any]) -> bool:
    if node.op_type != "Conv" or len(node.input) != 3:
        return False
    kernel = constants.get(node.input[1])
    return kernel is not None and node.input[2] in constants and list(kernel.dims[2:]) == [1, 1]
