"""Object networks made by hand: tiny ONNX graphs whose answers are known before they run.

Each output is `base + slope * mean of the first channel of the input`, so that an answer may stand
where a test put it (`slope` 0) or follow from the picture.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from playbill.core.labels import COCO_80
from playbill.models.cards import InputContract, ModelCard, ModelFile
from playbill.models.store import ModelStore

Array = NDArray[Any]
SIDE = 64
"""Width and height of the input of the tiny networks."""
CELLS = 8 * 8 + 4 * 4 + 2 * 2
"""Rows of a tiny YOLOX: cells of grids of strides 8, 16 and 32."""
MIDDLE = 8 * 8 + 1 * 4 + 2
"""The row of column 2, line 1 of the grid of stride 16; its corner lies at (32, 16)."""


def affine_network(
    input_name: str, outputs: Mapping[str, tuple[Array, Array]], side: int = SIDE
) -> bytes:
    """A network of one picture whose outputs are (base, slope) as told above."""
    nodes = [
        helper.make_node("ReduceMean", [input_name], ["means"], axes=[2, 3], keepdims=0),
        helper.make_node("Gather", ["means", "first"], ["mean"], axis=1),
    ]
    constants = [numpy_helper.from_array(np.array(0), "first")]
    for name, (base, slope) in outputs.items():
        for suffix, values in (("base", base), ("slope", slope)):
            array = np.asarray(values, np.float32)
            constants.append(numpy_helper.from_array(array, f"{name}_{suffix}"))
        nodes.append(helper.make_node("Mul", [f"{name}_slope", "mean"], [f"{name}_rise"]))
        nodes.append(helper.make_node("Add", [f"{name}_base", f"{name}_rise"], [name]))
    graph = helper.make_graph(
        nodes,
        "affine",
        [helper.make_tensor_value_info(input_name, TensorProto.FLOAT, [1, 3, side, side])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, list(np.shape(base)))
            for name, (base, _) in outputs.items()
        ],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


def stored(
    folder: Path,
    architecture: str,
    files: Mapping[str, bytes],
    contract: InputContract,
    *,
    label_set: str,
    labels: tuple[str, ...] = COCO_80,
) -> tuple[ModelCard, ModelStore]:
    """Write `files` and a card that vouches for them."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    card = ModelCard(
        name=f"tiny_{architecture}",
        task="object-detection",
        architecture=architecture,
        files=tuple(
            ModelFile(name, sha256(content).hexdigest()) for name, content in files.items()
        ),
        licence="MIT",
        source="made in a test",
        input=contract,
        label_set=label_set,
        labels=labels,
    )
    return card, ModelStore([], folder)


SSD_INPUT = InputContract((SIDE, SIDE), "RGB", 128, 128)
YOLOX_INPUT = InputContract((SIDE, SIDE), "BGR", 0, 1)


def tiny_ssd(
    folder: Path,
    anchors_yxhw: Sequence[Sequence[float]],
    scores: Sequence[Mapping[int, float]],
    *,
    slope: Mapping[int, float] | None = None,
    label_set: str = "coco-90",
    labels: tuple[str, ...] = COCO_80,
) -> tuple[ModelCard, ModelStore]:
    """An SSD that finds its anchors, each with the `scores` told by column of `class_scores`."""
    rows, columns = len(anchors_yxhw), 91 if label_set == "coco-90" else len(labels) + 1
    base, rise = np.zeros((2, 1, rows, columns))
    for row, told in enumerate(scores):
        for column, score in told.items():
            base[0, row, column] = score
    for column, by in (slope or {}).items():
        rise[0, :, column] = by
    offsets = np.zeros((1, rows, 4))
    network = affine_network(
        "image", {"box_encodings": (offsets, offsets), "class_scores": (base, rise)}
    )
    path = folder / "anchors.npy"
    np.save(path, np.array(anchors_yxhw, np.float32).reshape(-1, 4))
    files = {"tiny_ssd.onnx": network, "tiny_ssd.anchors.npy": path.read_bytes()}
    return stored(folder, "ssd", files, SSD_INPUT, label_set=label_set, labels=labels)


def tiny_yolox(
    folder: Path,
    rows: Mapping[int, tuple[Sequence[float], float, Mapping[int, float]]],
    *,
    slope: Mapping[int, float] | None = None,
    labels: tuple[str, ...] = COCO_80,
) -> tuple[ModelCard, ModelStore]:
    """A YOLOX that finds, by row: x, y, log width, log height; objectness; scores by class."""
    base, rise = np.zeros((2, 1, CELLS, 5 + len(labels)))
    for row, (box, objectness, scores) in rows.items():
        base[0, row, :4], base[0, row, 4] = box, objectness
        for class_id, score in scores.items():
            base[0, row, 5 + class_id] = score
        for class_id, by in (slope or {}).items():
            rise[0, row, 5 + class_id] = by
    network = affine_network("images", {"output": (base, rise)})
    files = {"tiny_yolox.onnx": network}
    return stored(folder, "yolox", files, YOLOX_INPUT, label_set="coco-80", labels=labels)
