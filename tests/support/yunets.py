"""A YuNet made by hand: it finds a face wherever a cell of one of its grids is blue enough."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from playbill.models.cards import InputContract, ModelCard, ModelFile
from playbill.models.store import ModelStore
from playbill.models.yolox import STRIDES
from playbill.models.yunet_map import PARTS

BGR = InputContract(None, "BGR", 0, 1)
BLUE = (0, 0, 255)
NOWHERE = -30.0
"""A logit that is no face; a little less in each grid, since OpenVINO's cache of compiled networks
takes two for one where the same constants only change places."""


def tiny_yunet(
    folder: Path,
    *,
    stride: int = 8,
    logits: tuple[float, float] = (4.0, 4.0),
    box: Sequence[float] = (0.5, 0.5, 0.0, 0.0),
    points: Sequence[float] = (0.0,) * 10,
    share: float = 1.0,
) -> tuple[ModelCard, ModelStore]:
    """A model and the store that has it.

    Args:
        folder: for its file.
        stride: of the grid that finds faces; the others find none.
        logits: of `cls` and `obj` where a cell is all blue; where it is black there is no face.
        box: what is said of each cell: x, y of the centre in cells, logarithms of the sides.
        points: x, y of five landmarks in cells.
        share: of each cell's middle that must be blue: 1 for all of it.
    """
    content = tiny_yunet_graph(stride, logits, box, points, share)
    (folder / "tiny_yunet.onnx").write_bytes(content)
    card = ModelCard(
        name="tiny_yunet",
        task="face-detection",
        architecture="yunet",
        files=(ModelFile("tiny_yunet.onnx", sha256(content).hexdigest()),),
        licence="MIT",
        source="made in a test",
        input=BGR,
    )
    return card, ModelStore([], folder)


def tiny_yunet_graph(
    stride: int = 8,
    logits: tuple[float, float] = (4.0, 4.0),
    box: Sequence[float] = (0.5, 0.5, 0.0, 0.0),
    points: Sequence[float] = (0.0,) * 10,
    share: float = 1.0,
    *,
    shared: bool = True,
) -> bytes:
    """As `tiny_yunet`, the graph alone; `shared`: one grid's parts look at the same features."""
    nodes: list[Any] = []
    constants: dict[str, np.ndarray] = {}
    outputs: list[Any] = []
    for each in STRIDES:
        nodes.append(_means("input", f"features_{each}", each))
        if not shared:
            nodes.append(_means("input", f"other_features_{each}", each))
        for part, planes in PARTS.items():
            features = f"features_{each}" if shared or part != "kps" else f"other_features_{each}"
            rise, base = np.zeros((planes, 3)), np.zeros(planes)
            if part in {"cls", "obj"}:
                lit = logits[0 if part == "cls" else 1]
                base[0] = NOWHERE - each
                rise[0, 0] = (lit - base[0]) / 255 / share if each == stride else 0
            else:
                base[:] = box if part == "bbox" else points
            own = np.zeros((planes, 1, 3, 3))
            own[:, 0, 1, 1] = 1
            output = f"{part}_{each}"
            for key, array in (
                ("mix", rise.reshape(planes, 3, 1, 1)),
                ("mix_bias", base),
                ("own", own),
                ("own_bias", np.zeros(planes)),
            ):
                constants[f"{output}_{key}"] = array.astype(np.float32)
            constants[f"{output}_shape"] = np.array([1, -1, planes])
            nodes += _part(features, output, planes)
            outputs.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, [1, 1, planes]))
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, 64, 64])],
        outputs,
        [numpy_helper.from_array(array, key) for key, array in constants.items()],
    )
    opset = helper.make_opsetid("", 13)
    data: bytes = helper.make_model(graph, opset_imports=[opset], ir_version=8).SerializeToString()
    return data


def _means(source: str, output: str, side: int) -> Any:
    return helper.make_node(
        "AveragePool", [source], [output], kernel_shape=[side, side], strides=[side, side]
    )


def _part(features: str, output: str, planes: int) -> list[Any]:
    """The two convolutions of a part, and what brings them into rows, as published."""
    last = f"{output}_flat" if output[:3] in {"cls", "obj"} else output
    nodes = [
        helper.make_node(
            "Conv", [features, f"{output}_mix", f"{output}_mix_bias"], [f"{output}_mixed"]
        ),
        helper.make_node(
            "Conv",
            [f"{output}_mixed", f"{output}_own", f"{output}_own_bias"],
            [f"{output}_planes"],
            group=planes,
            pads=[1, 1, 1, 1],
        ),
        helper.make_node("Transpose", [f"{output}_planes"], [f"{output}_rows"], perm=[0, 2, 3, 1]),
        helper.make_node("Reshape", [f"{output}_rows", f"{output}_shape"], [last]),
    ]
    if last != output:
        nodes.append(helper.make_node("Sigmoid", [last], [output]))
    return nodes
