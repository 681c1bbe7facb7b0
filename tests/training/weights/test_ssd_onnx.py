from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from playbill.errors import ModelError
from playbill.media.images import read_image
from playbill.models.pictures import resized
from playbill.training.networks.ssd_mobilenet_v1 import SsdMobileNetV1
from playbill.training.objects.batches import to_input
from playbill.training.weights.ssd_onnx import load_ssd_onnx
from tests.support.networks import filter_network

DOG = 18
"""COCO's number of it among 90."""


def test_a_network_of_other_layers_is_refused() -> None:
    network = SsdMobileNetV1(3)

    with pytest.raises(ModelError, match=r"mine: has 1 convolutions with biases, expected the 47"):
        load_ssd_onnx(network, filter_network(), "mine", [0, 1, 2])
    with pytest.raises(ModelError, match="mine: this is not an ONNX network"):
        load_ssd_onnx(network, b"\xff", "mine", [0, 1, 2])


@pytest.mark.models
def test_outputs_are_those_of_the_onnx_form(models_folder: Path, data_folder: Path) -> None:
    path = models_folder / "ssd_mobilenet_v1_coco.onnx"
    network = SsdMobileNetV1(91).eval()
    load_ssd_onnx(network, path.read_bytes(), path.stem, range(91))
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])

    for picture in sorted((data_folder / "coco" / "val").iterdir())[:3]:
        pixels = to_input([resized(read_image(picture), (300, 300))])
        boxes, scores = session.run(["box_encodings", "class_scores"], {"image": pixels.numpy()})
        with torch.inference_mode():
            encodings, logits = network(pixels)
        np.testing.assert_allclose(encodings, boxes, atol=1e-4)
        np.testing.assert_allclose(logits.sigmoid(), scores, atol=1e-4)
        assert scores.max() > 0.3


@pytest.mark.models
def test_columns_are_rearranged_and_new_ones_begin_anew(models_folder: Path) -> None:
    graph = (models_folder / "ssd_mobilenet_v1_coco.onnx").read_bytes()
    whole, own = SsdMobileNetV1(91).eval(), SsdMobileNetV1(3).eval()
    load_ssd_onnx(whole, graph, "ssd", range(91))
    load_ssd_onnx(own, graph, "ssd", [0, None, DOG])

    with torch.inference_mode():
        picture = torch.randn(1, 3, 300, 300)
        (boxes, logits), (own_boxes, own_logits) = whole(picture), own(picture)

    torch.testing.assert_close(own_boxes, boxes)
    torch.testing.assert_close(own_logits[..., 2], logits[..., DOG], atol=1e-4, rtol=0)
    assert own_logits[..., 1].sigmoid().max() < 0.1
