"""YuNet's graph made fit for pictures of any size, with all that it says of a cell on one map.

As published it takes 640 x 640 alone, and answers in twelve parts: `cls`, `obj`, `bbox` and `kps`
for each of three grids, each by two convolutions of its own. Those of one grid look at the same
features; as one pair of convolutions they take a sixth less of the whole network's time.
"""

from typing import Any, NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from playbill.errors import ModelError
from playbill.models.cards import InputContract
from playbill.models.picture_input import taking_pictures
from playbill.models.yolox import STRIDES
from playbill.models.yunet_map import PARTS, map_of

OUTPUTS = tuple(f"{part}_{stride}" for stride in STRIDES for part in PARTS)
SHAPERS = {"Sigmoid", "Reshape", "Transpose"}
"""What stands between a part's last convolution and its output; none of it is kept."""


class _Head(NamedTuple):
    """The two convolutions that make one part of the answer, and what they look at."""

    features: str
    nodes: tuple[Any, Any]
    weights: tuple[NDArray[np.float32], ...]
    """Kernels and biases: 1 x 1 of all features, then 3 x 3 of each plane."""


def taking_any_size(network: bytes, name: str, contract: InputContract) -> bytes:
    """The same network for `pictures` (1, height, width, 3) uint8 RGB, with one map a grid.

    Raises:
        ModelError: it is no ONNX network, its input is not pictures, an output is missing, or is
            not made in YuNet's way.
    """
    model = onnx.load_from_string(taking_pictures(network, name, contract, OUTPUTS))
    sides = model.graph.input[0].type.tensor_type.shape.dim[1:3]
    for side, word in zip(sides, ("height", "width"), strict=True):
        side.dim_param = word
    graph = _Graph(model.graph, name)
    maps = [graph.merge(stride) for stride in STRIDES]
    del model.graph.value_info[:]
    del model.graph.output[:]
    model.graph.output.extend(maps)
    data: bytes = model.SerializeToString()
    return data


class _Graph:
    """A graph whose nodes are found by what they make."""

    def __init__(self, graph: Any, name: str) -> None:
        self._graph, self._name = graph, name
        self._makers = {output: node for node in graph.node for output in node.output}
        self._constants = {entry.name: entry for entry in graph.initializer}

    def merge(self, stride: int) -> Any:
        """Put one map in the place of a grid's four parts; what it is, for the graph's outputs."""
        heads = [self._head(f"{part}_{stride}", planes) for part, planes in PARTS.items()]
        if len({head.features for head in heads}) != 1:
            raise self._unlike(f"the parts of grid {stride} must be made of the same features")
        kernels, biases, own_kernels, own_biases = (
            f"map_{stride}_{what}" for what in ("kernels", "biases", "own_kernels", "own_biases")
        )
        for key, arrays in zip(
            (kernels, biases, own_kernels, own_biases),
            zip(*(head.weights for head in heads), strict=True),
            strict=True,
        ):
            self._graph.initializer.append(numpy_helper.from_array(np.concatenate(arrays), key))
        planes, output = sum(PARTS.values()), map_of(stride)
        self._graph.node.extend(
            [
                helper.make_node("Conv", [heads[0].features, kernels, biases], [f"{output}_mix"]),
                helper.make_node(
                    "Conv",
                    [f"{output}_mix", own_kernels, own_biases],
                    [output],
                    group=planes,
                    pads=[1, 1, 1, 1],
                ),
            ]
        )
        shape = (1, planes, f"rows_{stride}", f"columns_{stride}")
        return helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)

    def _head(self, output: str, planes: int) -> _Head:
        """How a part is made; its nodes leave the graph."""
        node = self._makers[output]
        while node is not None and node.op_type in SHAPERS:
            self._graph.node.remove(node)
            node = self._makers.get(node.input[0])
        own = self._convolution(node, output, (planes, 1, 3, 3))
        mix = self._convolution(self._makers.get(own.input[0]), output, (planes, None, 1, 1))
        weights = tuple(
            np.asarray(numpy_helper.to_array(self._constants[key]), np.float32)
            for key in (*mix.input[1:], *own.input[1:])
        )
        self._graph.node.remove(own)
        self._graph.node.remove(mix)
        return _Head(mix.input[0], (mix, own), weights)

    def _convolution(self, node: Any, output: str, shape: tuple[int | None, ...]) -> Any:
        weights = node.input[1:] if node is not None and node.op_type == "Conv" else []
        known = len(weights) == 2 and {*weights} <= self._constants.keys()
        found = list(self._constants[weights[0]].dims) if known else []
        if len(found) != 4 or any(
            want not in {None, got} for want, got in zip(shape, found, strict=True)
        ):
            raise self._unlike(
                f"{output} must end in convolutions of 1 x 1 and of 3 x 3 for each plane"
            )
        return node

    def _unlike(self, why: str) -> ModelError:
        return ModelError(f"{self._name}: the network is no YuNet: {why}")
