"""Tiny ONNX networks, and stores that hold them."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from playbill.models.cards import CARD_SUFFIX

HALF = np.array([0.5], np.float32)


def halving_network(shape: Sequence[int | str] = ("n", 3)) -> bytes:
    """`halves` is half of `input`."""
    nodes = [helper.make_node("Mul", ["input", "half"], ["halves"])]
    return network(nodes, shape, {"halves": shape}, {"half": HALF})


def mean_network() -> bytes:
    """`means` (n, 3) are the means of the three planes of `input` (n, 3, h, w)."""
    nodes = [helper.make_node("ReduceMean", ["input"], ["means"], axes=[2, 3], keepdims=0)]
    return network(nodes, ("n", 3, "h", "w"), {"means": ("n", 3)}, {})


def filter_network(*, padding: int = 0) -> bytes:
    """`filtered` is a 3 x 3 convolution of the planes of `input`, with uneven weights."""
    random = np.random.default_rng(7)
    constants = {
        "kernel": random.normal(size=(4, 3, 3, 3)).astype(np.float32),
        "bias": random.normal(size=4).astype(np.float32),
    }
    nodes = [helper.make_node("Conv", ["input", *constants], ["filtered"], pads=[padding] * 4)]
    return network(nodes, ("n", 3, "h", "w"), {"filtered": ("n", 4, "rows", "columns")}, constants)


def network(
    nodes: Sequence[object],
    input_shape: Sequence[int | str],
    outputs: Mapping[str, Sequence[int | str]],
    constants: Mapping[str, np.ndarray],
) -> bytes:
    def described(name: str, shape: Sequence[int | str]) -> object:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))

    graph = helper.make_graph(
        nodes,
        "tiny",
        [described("input", input_shape)],
        [described(name, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    opset = helper.make_opsetid("", 13)
    data: bytes = helper.make_model(graph, opset_imports=[opset], ir_version=8).SerializeToString()
    return data


def write_model(
    folder: Path,
    name: str,
    content: bytes = b"weights",
    *,
    task: str = "face-embedding",
    architecture: str = "facenet",
    size_wh: tuple[int, int] = (32, 32),
    more: str = "",
) -> Path:
    """A file and its card in `folder`; the path of the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.onnx"
    path.write_bytes(content)
    (folder / f"{name}{CARD_SUFFIX}").write_text(
        card_toml(
            path.name, content, task=task, architecture=architecture, size_wh=size_wh, more=more
        ),
        "utf-8",
    )
    return path


def card_toml(
    file: str,
    content: bytes,
    *,
    task: str = "face-embedding",
    architecture: str = "facenet",
    size_wh: tuple[int, int] = (32, 32),
    more: str = "",
) -> str:
    return f"""
task = "{task}"
architecture = "{architecture}"
licence = "MIT"
source = "a test"
{more}
[input]
size_wh = {list(size_wh)}
channels = "RGB"
mean = 127.5
divisor = 128

[[files]]
name = "{file}"
sha256 = "{sha256(content).hexdigest()}"
"""
