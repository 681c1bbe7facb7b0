"""From torch to an ONNX file that Playbill runs, and the proof that it says the same."""

import math
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from playbill.core.atomic import atomic_path
from playbill.errors import TrainingError

OPSET = 18
SMALL = 1024
"""Constants of fewer numbers stay as they are: halving them saves nothing."""
HALF_MOST = float(np.finfo(np.float16).max)


def export_onnx(
    module: nn.Module,
    example: Tensor,
    path: Path,
    *,
    input_name: str,
    output_names: Sequence[str],
    free_batch: bool = True,
    half_weights: bool = False,
) -> float:
    """Write `module` as an ONNX network to `path`, whole or not at all.

    Args:
        module: on any device; is put into evaluation mode.
        example: what it takes; the network is traced and compared with it.
        path: the file.
        input_name: the input's name in the file.
        output_names: the outputs' names, in the order in which the module returns them.
        free_batch: whether the first dimension may have any size.
        half_weights: store weights as float16, half the size; the network still computes in
            float32.

    Returns:
        The greatest difference between the file's outputs and torch's on `example`.

    Raises:
        TrainingError: the file gives no numbers on `example`.
        OutputError: the file cannot be written.
    """
    module = module.eval().cpu()
    axes = {name: {0: "n"} for name in (input_name, *output_names)} if free_batch else None
    with atomic_path(path) as part:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            torch.onnx.export(
                module,
                (example,),
                part,
                input_names=[input_name],
                output_names=list(output_names),
                dynamic_axes=axes,
                opset_version=OPSET,
                dynamo=False,
            )
        if half_weights:
            onnx.save(with_half_weights(onnx.load(part)), part)
        difference = _difference(module, example, part)
        if not math.isfinite(difference):
            raise TrainingError(
                f"{path}: the network differs from torch by {difference} on its example, expected "
                "a number: nothing is written"
            )
        return difference


def with_half_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same network with its large constants as float16, each turned back where it is used.

    Constants with a number that is too large for float16 stay as they are.
    """
    graph = model.graph
    for constant in list(graph.initializer):
        values = numpy_helper.to_array(constant)
        if values.dtype != np.float32 or values.size < SMALL or np.abs(values).max() > HALF_MOST:
            continue
        name = constant.name
        constant.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        back = helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT)
        graph.node.insert(0, back)
    onnx.checker.check_model(model)
    return model


def _difference(module: nn.Module, example: Tensor, path: Path) -> float:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found = session.run(None, {session.get_inputs()[0].name: example.numpy()})
    with torch.inference_mode():
        wanted = module(example)
    parts = wanted if isinstance(wanted, tuple) else (wanted,)
    return float(np.max([np.abs(m - t.numpy()).max() for m, t in zip(found, parts, strict=True)]))
