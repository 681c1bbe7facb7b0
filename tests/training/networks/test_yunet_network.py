"""YuNet in torch: the same as the published file, written to a file and read again."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from playbill.errors import ModelError
from playbill.models.cards import InputContract
from playbill.models.graph import PICTURES
from playbill.models.options import SessionOptions
from playbill.models.session import open_session
from playbill.models.yolox import STRIDES
from playbill.models.yunet_graph import OUTPUTS, taking_any_size
from playbill.models.yunet_map import PARTS, map_of
from playbill.training.export import export_onnx
from playbill.training.face_detection.judging import to_input
from playbill.training.networks.yunet import Published, YuNet
from playbill.training.weights.yunet_onnx import load_yunet
from tests.support.networks import mean_network

BGR = InputContract(None, "BGR", 0, 1)


@pytest.fixture(scope="module")
def network() -> YuNet:
    torch.manual_seed(3)
    return YuNet().eval()


@pytest.fixture(scope="module")
def written(network: YuNet, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("yunet") / "own.onnx"
    example = torch.zeros(1, 3, 64, 64)
    export_onnx(
        Published(network),
        example,
        path,
        input_name="input",
        output_names=OUTPUTS,
        free_batch=False,
    )
    return path.read_bytes()


def test_a_network_that_is_written_has_the_same_weights_when_read(
    network: YuNet, written: bytes
) -> None:
    read = load_yunet(written, "own")

    for name, weights in network.state_dict().items():
        assert torch.equal(weights, read.state_dict()[name]), name


def test_a_written_network_says_the_same_of_pictures_of_any_size(
    network: YuNet, written: bytes
) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (1, 96, 160, 3), dtype=np.uint8)
    session = open_session(
        taking_any_size(written, "own", BGR), "own", SessionOptions(precision="float32")
    )

    outputs = session.run({PICTURES: picture})
    with torch.inference_mode():
        wanted = network.maps(to_input(picture))
        rows = network(to_input(picture))[0]

    for grid, stride in enumerate(STRIDES):
        expected = torch.cat([wanted[part][grid] for part in PARTS], dim=1).numpy()
        np.testing.assert_allclose(outputs[map_of(stride)], expected, rtol=1e-3, atol=1e-3)
    assert rows.shape == (sum(96 // s * (160 // s) for s in STRIDES), 16)


@pytest.mark.models
def test_the_published_weights_give_the_published_answers(models_folder: Path) -> None:
    graph = (models_folder / "face_detection_yunet_2023mar.onnx").read_bytes()
    picture = torch.from_numpy(
        np.random.default_rng(2).integers(0, 256, (1, 3, 640, 640)).astype(np.float32)
    )

    network = Published(load_yunet(graph, "yunet")).eval()
    theirs = onnxruntime.InferenceSession(graph).run(list(OUTPUTS), {"input": picture.numpy()})
    with torch.inference_mode():
        ours = network(picture)

    for mine, published in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine.numpy(), published, atol=1e-4)


def test_another_network_is_refused() -> None:
    with pytest.raises(ModelError, match="mine: its convolutions are not the 53 of a YuNet"):
        load_yunet(mean_network(), "mine")


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ModelError, match="mine: this is not an ONNX network"):
        load_yunet(b"weights", "mine")
