from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from onnx import numpy_helper

from playbill.core.faces import Faces
from playbill.errors import ModelError
from playbill.media.images import read_image
from playbill.models.face_crops import margin_crops
from playbill.training.faces.judging import as_tensor
from playbill.training.faces.module import as_input
from playbill.training.weights.facenet_onnx import load_facenet
from tests.support.networks import halving_network

LFW_FACE = Faces(
    np.array([[80, 65, 170, 185]], np.float32),
    np.ones(1, np.float32),
    np.zeros((1, 5, 2), np.float32),
)
"""Deep-funneled pictures have the face in the middle."""


@pytest.mark.models
def test_the_weights_of_facenet_say_the_same_in_torch(
    models_folder: Path, data_folder: Path
) -> None:
    path = models_folder / "facenet_vggface2.onnx"
    pictures = sorted((data_folder / "lfw").glob("A*/*.jpg"))[:8]
    crops = [margin_crops([read_image(one)], [LFW_FACE], (160, 160))[0] for one in pictures]
    faces = as_input(as_tensor(crops)).contiguous()

    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    wanted = session.run(None, {"input": faces.numpy()})[0]
    with torch.inference_mode():
        found = load_facenet(path).eval()(faces).numpy()

    assert np.abs(found - wanted).max() < 1e-4
    assert np.linalg.norm(wanted, axis=1).min() > 1


@pytest.mark.models
def test_weights_that_are_no_numbers_are_refused(models_folder: Path, tmp_path: Path) -> None:
    model = onnx.load(models_folder / "facenet_vggface2.onnx")
    entry = next(one for one in model.graph.initializer if one.name == "fc.bias")
    broken = numpy_helper.to_array(entry).copy()
    broken[3] = np.nan
    entry.CopyFrom(numpy_helper.from_array(broken, entry.name))
    onnx.save(model, tmp_path / "broken.onnx")

    with pytest.raises(ModelError, match=r"the weights head\.linear\.bias have NaN"):
        load_facenet(tmp_path / "broken.onnx")


def test_another_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "halves.onnx"
    path.write_bytes(halving_network())

    with pytest.raises(ModelError, match="expected FaceNet's Inception-ResNet-v1"):
        load_facenet(path)


def test_what_is_no_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.onnx"
    path.write_text("not a network")

    with pytest.raises(ModelError, match="this is not an ONNX network"):
        load_facenet(path)
    with pytest.raises(ModelError, match=r"gone\.onnx: the network cannot be read: No such file"):
        load_facenet(tmp_path / "gone.onnx")
