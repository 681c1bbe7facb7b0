"""Weights as int8: no weight moves by more than half a step, and the network stays the same."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from playbill.errors import ModelError
from playbill.models.options import Runtime, SessionOptions
from playbill.models.quantise import STEPS, quantised, steps_of
from playbill.models.session import open_session
from tests.support.networks import network

RANDOM = np.random.default_rng(3)
LEAST = 100
"""Fewer numbers than the weights below have, but for the small ones."""
KERNEL = RANDOM.normal(size=(64, 3, 4, 4)).astype(np.float32) * np.geomspace(
    0.01, 100, 64, dtype=np.float32
).reshape(-1, 1, 1, 1)
"""Channels of very different size: one step for all would lose the small ones."""
MATRIX = RANDOM.normal(size=(64, 32)).astype(np.float32)


def convolution(*nodes_before: object, **constants: np.ndarray) -> bytes:
    nodes = [*nodes_before, helper.make_node("Conv", ["input", "kernel"], ["found"])]
    return network(nodes, ("n", 3, 4, 4), {"found": ("n", 64, 1, 1)}, constants)


def product(kind: str, matrix: np.ndarray, **settings: int) -> bytes:
    nodes = [helper.make_node(kind, ["input", "matrix"], ["found"], **settings)]
    return network(nodes, ("n", 64), {"found": ("n", 32)}, {"matrix": matrix})


def found(data: bytes, pictures: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"input": pictures})[0])


def constants(data: bytes) -> Mapping[str, np.ndarray]:
    graph = onnx.load_from_string(data).graph
    return {entry.name: numpy_helper.to_array(entry) for entry in graph.initializer}


def kinds(data: bytes) -> list[str]:
    return [node.op_type for node in onnx.load_from_string(data).graph.node]


@pytest.mark.parametrize(("values", "axis"), [(KERNEL, 0), (MATRIX, 1), (MATRIX, 0)])
def test_no_weight_moves_by_more_than_half_a_step_of_its_channel(
    values: np.ndarray, axis: int
) -> None:
    numbers, steps = steps_of(values, axis)

    by_channel = np.moveaxis(values, axis, 0).reshape(values.shape[axis], -1)
    counted = np.moveaxis(numbers, axis, 0).reshape(by_channel.shape) * steps[:, None]
    assert (np.abs(counted - by_channel) <= steps[:, None] / 2 * (1 + 1e-5)).all()
    np.testing.assert_allclose(steps, np.abs(by_channel).max(axis=1) / STEPS, rtol=1e-6)


def test_a_channel_of_zeros_stays_zero() -> None:
    values = np.zeros((2, 3), np.float32)
    values[1] = (-1, 0.5, 1)

    numbers, steps = steps_of(values, 0)

    np.testing.assert_array_equal(numbers[0], 0)
    assert steps[0] > 0
    np.testing.assert_array_equal(numbers[1], [-STEPS, round(STEPS / 2), STEPS])


def test_weights_that_are_whole_steps_come_back_exactly() -> None:
    whole = RANDOM.integers(-STEPS, STEPS + 1, (64, 3, 4, 4)).astype(np.float32)
    whole[:, 0, 0, 0] = STEPS
    steps = 2.0 ** np.arange(-4, 4).repeat(8).reshape(-1, 1, 1, 1).astype(np.float32)
    exact = convolution(kernel=(whole * steps).astype(np.float32))
    pictures = RANDOM.normal(size=(5, 3, 4, 4)).astype(np.float32)

    np.testing.assert_allclose(
        found(quantised(exact, "tiny", least=LEAST), pictures),
        found(exact, pictures),
        rtol=1e-5,
        atol=1e-3,
    )


@pytest.mark.parametrize(
    ("exact", "weights", "axis", "inputs"),
    [
        (convolution(kernel=KERNEL), KERNEL, 0, (5, 3, 4, 4)),
        (product("MatMul", MATRIX), MATRIX, 1, (5, 64)),
        (product("Gemm", MATRIX), MATRIX, 1, (5, 64)),
        (product("Gemm", np.ascontiguousarray(MATRIX.T), transB=1), MATRIX, 1, (5, 64)),
    ],
    ids=["Conv", "MatMul", "Gemm", "Gemm transposed"],
)
@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
def test_each_output_moves_by_half_a_step_of_its_own_channel_at_most(
    exact: bytes, weights: np.ndarray, axis: int, inputs: Sequence[int], runtime: Runtime
) -> None:
    """Sums of |input| x half a step bound it, whichever runtime reads the bytes."""
    pictures = RANDOM.normal(size=inputs).astype(np.float32)
    options = SessionOptions(runtime=runtime, precision="float32")

    [now] = (
        open_session(quantised(exact, "tiny", least=LEAST), "tiny", options)
        .run({"input": pictures})
        .values()
    )

    before = found(exact, pictures).reshape(len(pictures), -1)
    moved = np.abs(now.reshape(before.shape) - before)
    halves = np.moveaxis(np.abs(weights), axis, 0).reshape(before.shape[1], -1).max(axis=1)
    bound = np.abs(pictures).reshape(len(pictures), -1).sum(axis=1, keepdims=True)
    assert (moved <= bound * halves / STEPS / 2 + 1e-4 * np.abs(before).max(axis=0)).all()
    assert moved.max() > 0


def test_weights_take_a_byte_each() -> None:
    data = quantised(convolution(kernel=KERNEL), "tiny", least=LEAST)

    stored = constants(data)
    assert {name: (values.dtype.name, values.size) for name, values in stored.items()} == {
        "kernel_int8": ("int8", KERNEL.size),
        "kernel_step": ("float32", len(KERNEL)),
    }
    assert kinds(data) == ["DequantizeLinear", "Conv"]


def test_weights_stored_as_float16_are_turned_back_once() -> None:
    back = helper.make_node("Cast", ["kernel_half"], ["kernel"], to=TensorProto.FLOAT)
    half = convolution(back, kernel_half=(KERNEL / 100).astype(np.float16))
    pictures = RANDOM.normal(size=(2, 3, 4, 4)).astype(np.float32)

    data = quantised(half, "tiny", least=LEAST)

    assert kinds(data) == ["DequantizeLinear", "Conv"]
    assert "kernel_half" not in constants(data)
    scale = np.abs(found(half, pictures)).max(axis=0)
    assert (np.abs(found(data, pictures) - found(half, pictures)) < 0.1 * scale).all()


def test_small_weights_stay_as_they_are_beside_large_ones() -> None:
    first = RANDOM.normal(size=(3, 3, 1, 1)).astype(np.float32)
    assert first.size < LEAST
    nodes = [
        helper.make_node("Conv", ["input", "first"], ["between"]),
        helper.make_node("Conv", ["between", "kernel"], ["found"]),
    ]
    weights = {"first": first, "kernel": KERNEL}
    data = network(nodes, ("n", 3, 4, 4), {"found": ("n", 64, 1, 1)}, weights)

    stored = constants(quantised(data, "tiny", least=LEAST))

    np.testing.assert_array_equal(stored["first"], first)
    assert stored["kernel_int8"].dtype == np.int8


def test_a_constant_that_is_more_than_weights_stays_as_it_is() -> None:
    """The matrix is multiplied by, and added: only one of the two has output channels."""
    square = RANDOM.normal(size=(64, 64)).astype(np.float32)
    nodes = [
        helper.make_node("MatMul", ["input", "square"], ["product"]),
        helper.make_node("Add", ["product", "square"], ["sum"]),
        helper.make_node("MatMul", ["sum", "matrix"], ["found"]),
    ]
    weights = {"square": square, "matrix": MATRIX}
    data = network(nodes, (64, 64), {"found": (64, 32)}, weights)

    stored = constants(quantised(data, "tiny", least=LEAST))

    assert set(stored) == {"square", "matrix_int8", "matrix_step"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no network", "this is not an ONNX network"),
        (convolution(kernel=KERNEL[:16, :, :1, :1]), "no Conv, Gemm or MatMul has 100"),
        (
            quantised(convolution(kernel=KERNEL), "tiny", least=LEAST),
            "no Conv, Gemm or MatMul has 100",
        ),
    ],
    ids=["no network", "small", "quantised before"],
)
def test_what_cannot_be_quantised_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ModelError, match=f"^tiny: {reason}"):
        quantised(data, "tiny", least=LEAST)


def test_a_network_of_an_old_opset_is_refused() -> None:
    model = onnx.load_from_string(convolution(kernel=KERNEL))
    model.opset_import[0].version = 12

    with pytest.raises(ModelError, match="is of ONNX opset 12, expected 13 or later"):
        quantised(model.SerializeToString(), "tiny", least=LEAST)


def optimised_kinds(data: bytes, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The nodes that ONNX Runtime really runs for a network that `open_session` opens."""

    settings = onnxruntime.SessionOptions()
    settings.optimized_model_filepath = str(folder / "optimised.onnx")
    with monkeypatch.context() as patch:
        patch.setattr(onnxruntime, "SessionOptions", lambda: settings)
        open_session(data, "tiny", SessionOptions(runtime="onnxruntime"))
    return kinds((folder / "optimised.onnx").read_bytes())


def test_onnx_runtime_turns_weights_back_when_it_opens_them_and_not_in_every_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = quantised(product("MatMul", MATRIX), "tiny", least=LEAST)

    assert "DequantizeLinear" not in optimised_kinds(data, tmp_path, monkeypatch)


def test_onnx_runtime_goes_on_computing_in_bytes_where_a_network_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers, steps = steps_of(MATRIX, 1)
    stored: dict[str, np.ndarray] = {"numbers": numbers, "steps": steps}
    stored |= {"step": np.array(0.1, np.float32), "zero": np.array(0, np.int8)}
    nodes = [
        helper.make_node("QuantizeLinear", ["input", "step", "zero"], ["bytes"]),
        helper.make_node("DequantizeLinear", ["bytes", "step", "zero"], ["seen"]),
        helper.make_node("DequantizeLinear", ["numbers", "steps"], ["matrix"], axis=1),
        helper.make_node("MatMul", ["seen", "matrix"], ["product"]),
        helper.make_node("QuantizeLinear", ["product", "step", "zero"], ["small"]),
        helper.make_node("DequantizeLinear", ["small", "step", "zero"], ["found"]),
    ]
    data = network(nodes, ("n", 64), {"found": ("n", 32)}, stored)

    run = optimised_kinds(data, tmp_path, monkeypatch)

    assert {"QLinearMatMul", "MatMulIntegerToFloat"} & {*run}
