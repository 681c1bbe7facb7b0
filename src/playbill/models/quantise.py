"""Weights as whole numbers of one byte: half of float16, and the network computes as before.

Each output channel of a convolution or a matrix has a step of its own, and no weight moves by more
than half of it. A DequantizeLinear in front of the layer turns the bytes back; runtimes do that
once, when they open the network. What flows through the network stays as precise as it was.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from playbill.errors import ModelError

STEPS = 127
"""On either side of zero: -128 is left out, so that a weight and its opposite are as far away."""
LEAST = 20_000
"""Weights of fewer numbers stay as they are. The first layers have few and need them exact: FaceNet
with all of its large weights in bytes but those has cosines of 0.9999 and more to what it was, with
those too 0.993, for 1 % fewer bytes."""
LEAST_OPSET = 13
"""Of ONNX: the first whose DequantizeLinear has a step for each channel."""
WEIGHT_INPUT = 1
"""Where the layers below take their weights."""


def quantised(network: bytes, name: str, *, least: int = LEAST) -> bytes:
    """The same network with the weights of its large layers as int8.

    Args:
        network: an ONNX file; weights may be float32, or float16 that a Cast turns back.
        name: what messages call it.
        least: weights of fewer numbers stay as they are.

    Raises:
        ModelError: it is no ONNX network, is of too old a kind, or has no weights to store so.
    """
    try:
        model = onnx.load_from_string(network)
    except Exception as error:  # protobuf's exceptions share no base class but this
        raise ModelError(f"{name}: this is not an ONNX network: {error}") from error
    _require_opset(model, name)
    weights = list(_weights(model.graph, least))
    if not weights:
        raise ModelError(
            f"{name}: no Conv, Gemm or MatMul has {least} constant weights or more, expected some "
            "to store as int8"
        )
    for weight in weights:
        _replace(model.graph, weight)
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString()
    return data


def steps_of(
    values: NDArray[np.float32], axis: int
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Whole numbers, and the (channels,) steps that they count.

    Args:
        values: weights.
        axis: which of their dimensions is the output channel.
    """
    others = tuple(i for i in range(values.ndim) if i != axis)
    highest = np.abs(values).max(axis=others)
    steps = np.where(highest > 0, highest / STEPS, 1).astype(np.float32)
    shape = [-1 if i == axis else 1 for i in range(values.ndim)]
    numbers = np.rint(values / steps.reshape(shape)).clip(-STEPS, STEPS)
    return numbers.astype(np.int8), steps


@dataclass(frozen=True, slots=True)
class _Weight:
    """A constant that only layers take, all of them with the same dimension as output channel."""

    value: str
    """What the layers call it."""
    constant: Any
    """The entry of the graph that holds it."""
    cast: Any | None
    """The node that turns it back from float16; None: it is float32."""
    axis: int


def _require_opset(model: onnx.ModelProto, name: str) -> None:
    version = next((each.version for each in model.opset_import if not each.domain), 0)
    if version < LEAST_OPSET:
        raise ModelError(
            f"{name}: the network is of ONNX opset {version}, expected {LEAST_OPSET} or later"
        )


def _weights(graph: Any, least: int) -> Iterator[_Weight]:
    constants = {constant.name: constant for constant in graph.initializer}
    casts = {node.output[0]: node for node in graph.node if node.op_type == "Cast"}
    takers = _takers(graph)
    for value, axes in takers.items():
        cast = casts.get(value)
        constant = constants.get(cast.input[0] if cast is not None else value)
        is_shared = cast is not None and len(takers[cast.input[0]]) > 1
        if constant is None or is_shared or len(set(axes)) != 1 or _numbers(constant) < least:
            continue
        [axis] = set(axes)
        if axis is not None:
            yield _Weight(value, constant, cast, axis)


def _numbers(constant: Any) -> int:
    """How many weights it holds; 0, if it is no table of floats."""
    is_float = constant.data_type in {TensorProto.FLOAT, TensorProto.FLOAT16}
    return math.prod(constant.dims) if is_float and len(constant.dims) > 1 else 0


def _takers(graph: Any) -> dict[str, list[int | None]]:
    """Of each value, for each that takes it: which dimension is that one's output channel.

    None stands for one that does not take it as a layer takes its weights.
    """
    found: dict[str, list[int | None]] = defaultdict(list)
    for node in graph.node:
        for place, value in enumerate(node.input):
            channels = _CHANNELS.get(node.op_type) if place == WEIGHT_INPUT else None
            found[value].append(channels(node) if channels else None)
    for end in (*graph.input, *graph.output):
        found[end.name].append(None)
    return found


def _gemm_axis(node: Any) -> int:
    settings = {attribute.name: attribute.i for attribute in node.attribute}
    return 0 if settings.get("transB") else 1


_CHANNELS: MappingProxyType[str, Callable[[Any], int]] = MappingProxyType(
    {"Conv": lambda _node: 0, "Gemm": _gemm_axis, "MatMul": lambda _node: -1}
)
"""Layers with weights, and which dimension of those is their output channel."""


def _replace(graph: Any, weight: _Weight) -> None:
    """Put the bytes where the constant is, and what turns them back in front of the layers."""
    values = numpy_helper.to_array(weight.constant).astype(np.float32)
    axis = weight.axis % values.ndim
    numbers, steps = steps_of(values, axis)
    names = [f"{weight.value}_int8", f"{weight.value}_step"]
    back = helper.make_node("DequantizeLinear", names, [weight.value], axis=axis)
    if weight.cast is not None:
        graph.node.remove(weight.cast)
    graph.node.insert(0, back)
    graph.initializer.remove(weight.constant)
    graph.initializer.extend(map(numpy_helper.from_array, (numbers, steps), names))
