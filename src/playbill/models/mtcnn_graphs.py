"""MTCNN's three networks (Zhang et al., 2016) as ONNX graphs, from Keras's lists of weights."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 13
IR_VERSION = 8
Weights = Sequence[NDArray[np.float32]]


def pnet(weights: Weights) -> bytes:
    """Proposals: any picture of at least 12 x 12 -> maps with one cell every two pixels."""
    graph = _Graph(weights)
    graph.convolve().rectify().pool(2)
    graph.convolve().rectify()
    graph.convolve().rectify()
    graph.heads(graph.convolve, "reg", "prob")
    return graph.onnx(("n", 3, "h", "w"))


def rnet(weights: Weights) -> bytes:
    """Refinement: 24 x 24 crops."""
    graph = _Graph(weights)
    graph.convolve().rectify().pool(3)
    graph.convolve().rectify().pool(3)
    graph.convolve().rectify()
    graph.flatten().multiply().rectify()
    graph.heads(graph.multiply, "reg", "prob")
    return graph.onnx(("n", 3, 24, 24))


def onet(weights: Weights) -> bytes:
    """Output: 48 x 48 crops."""
    graph = _Graph(weights)
    graph.convolve().rectify().pool(3)
    graph.convolve().rectify().pool(3)
    graph.convolve().rectify().pool(2)
    graph.convolve().rectify()
    graph.flatten().multiply().rectify()
    graph.heads(graph.multiply, "reg", "landmarks", "prob")
    return graph.onnx(("n", 3, 48, 48))


class _Graph:
    """A graph that grows at `tip`, taking its weights in the order in which layers are added."""

    def __init__(self, weights: Weights) -> None:
        self.weights = iter(weights)
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.outputs: list[Any] = []
        self.tip = "input"

    def add(
        self, kind: str, *constants: NDArray[Any], output: str = "", **settings: Any
    ) -> "_Graph":
        inputs = [self.tip]
        for array in constants:
            inputs.append(f"constant_{len(self.constants)}")
            self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), inputs[-1]))
        self.tip = output or f"value_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [self.tip], **settings))
        return self

    def convolve(self, output: str = "") -> "_Graph":
        """A convolution without padding; Keras keeps (height, width, in, out)."""
        kernel, bias = next(self.weights).transpose(3, 2, 0, 1), next(self.weights)
        return self.add("Conv", kernel, bias, output=output, kernel_shape=kernel.shape[2:])

    def multiply(self, output: str = "") -> "_Graph":
        """A fully connected layer."""
        return self.add("Gemm", next(self.weights), next(self.weights), output=output)

    def rectify(self) -> "_Graph":
        """A rectifier with a learnt slope for each channel."""
        slopes = next(self.weights)
        is_map = slopes.ndim == 3
        return self.add("PRelu", slopes.reshape(-1, 1, 1) if is_map else slopes)

    def pool(self, side: int) -> "_Graph":
        """The largest of each square, one every two pixels; a square cut off at the edge counts.

        What Keras calls `same` and `valid` here are both this, for the sizes that occur.
        """
        return self.add("MaxPool", kernel_shape=[side, side], strides=[2, 2], ceil_mode=1)

    def flatten(self) -> "_Graph":
        """Maps to rows: column by column, channels last."""
        return self.add("Transpose", perm=[0, 3, 2, 1]).add("Flatten")

    def heads(self, layer: Callable[[str], "_Graph"], *names: str) -> None:
        """What the network says, each by a `layer` of its own; `prob` is made to sum to 1."""
        stem = self.tip
        cells = ("rows", "columns") if layer == self.convolve else ()
        for name in names:
            self.tip = stem
            if name == "prob":
                layer("logits").add("Softmax", output=name, axis=1)
            else:
                layer(name)
            length = self.constants[-1].dims[0]
            self.outputs.append(_described(name, ("n", length, *cells)))

    def onnx(self, shape: Sequence[int | str]) -> bytes:
        graph = helper.make_graph(
            self.nodes,
            "mtcnn",
            [_described("input", shape)],
            self.outputs,
            self.constants,
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
        )
        onnx.checker.check_model(model)
        data: bytes = model.SerializeToString()
        return data


def _described(name: str, shape: Sequence[int | str]) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
