from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from playbill.errors import ModelError
from playbill.media.images import read_image
from playbill.models.yolox import letterbox
from playbill.models.yolox_sizes import sized
from playbill.training.networks.yolox import YoloxNano
from playbill.training.objects.yolox.batches import to_input
from playbill.training.weights.yolox_onnx import load_yolox_onnx
from tests.support.networks import filter_network

DOG = 16


def answers(network: YoloxNano, pictures: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        raw = network.eval()(pictures)
    return torch.cat([raw[..., :4], raw[..., 4:].sigmoid()], -1)


def test_a_network_of_other_layers_is_refused() -> None:
    network = YoloxNano(3)

    with pytest.raises(ModelError, match="mine: has 1 convolutions with biases, expected the 113"):
        load_yolox_onnx(network, filter_network(), "mine", [0, 1, 2])
    with pytest.raises(ModelError, match="mine: this is not an ONNX network"):
        load_yolox_onnx(network, b"\xff", "mine", [0, 1, 2])


@pytest.mark.models
@pytest.mark.parametrize("side", [416, 608])
def test_outputs_are_those_of_the_onnx_form(
    models_folder: Path, data_folder: Path, side: int
) -> None:
    graph = (models_folder / "yolox_nano.onnx").read_bytes()
    network = YoloxNano(80)
    load_yolox_onnx(network, graph, "yolox_nano", range(80))
    session = onnxruntime.InferenceSession(
        sized(graph, "yolox_nano", (side, side)), providers=["CPUExecutionProvider"]
    )

    picture = sorted((data_folder / "coco" / "val").iterdir())[0]
    pixels = to_input([letterbox(read_image(picture), (side, side))])
    [expected] = session.run(["output"], {"images": pixels.numpy()})

    # Some 200 layers of sums in another order.
    np.testing.assert_allclose(answers(network, pixels), expected, atol=2e-4, rtol=1e-3)
    assert (expected[..., 4:5] * expected[..., 5:]).max() > 0.3


@pytest.mark.models
def test_classes_are_rearranged_and_new_ones_begin_anew(models_folder: Path) -> None:
    graph = (models_folder / "yolox_nano.onnx").read_bytes()
    whole, own = YoloxNano(80), YoloxNano(2)
    load_yolox_onnx(whole, graph, "yolox", range(80))
    load_yolox_onnx(own, graph, "yolox", [None, DOG])

    pictures = 255 * torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    all_classes, two = answers(whole, pictures), answers(own, pictures)

    torch.testing.assert_close(two[..., :5], all_classes[..., :5])
    torch.testing.assert_close(two[..., 6], all_classes[..., 5 + DOG], atol=1e-4, rtol=0)
    assert two[..., 5].max() < 0.1
