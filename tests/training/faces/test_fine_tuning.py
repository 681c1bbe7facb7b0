"""FaceNet's own weights, trained on and written out again."""

import json
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from playbill.models.store import ModelStore
from playbill.training.faces.augment import NONE
from playbill.training.faces.run import TrainedFaces, train_faces
from playbill.training.faces.settings import FaceNetworkName, FaceTraining, FaceTrainingSettings
from playbill.training.settings import LoopSettings

pytestmark = pytest.mark.models

NETWORK: FaceNetworkName = "inception-resnet-v1"


def trained(models: Path, data: Path, out: Path, start: str, rate: float) -> TrainedFaces:
    training = FaceTraining(
        data / "johns",
        network=NETWORK,
        start=start,
        max_images=3,
        settings=FaceTrainingSettings(
            loss="arcface", batch=4, kept=0.3, strangers=0, augmentation=NONE
        ),
        loop=LoopSettings(steps=2, learning_rate=rate, schedule="constant", precision="float32"),
    )
    return train_faces(training, out, "cast", store=ModelStore([models], out))


def embedded(network: Path) -> np.ndarray:
    faces = np.random.default_rng(0).normal(size=(2, 3, 160, 160)).astype(np.float32)
    session = ort.InferenceSession(str(network), providers=["CPUExecutionProvider"])
    rows = session.run(None, {"input": faces})[0]
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def test_facenet_goes_on_from_what_it_knows(
    models_folder: Path, data_folder: Path, tmp_path: Path
) -> None:
    before = embedded(models_folder / "facenet_vggface2.onnx")

    first = trained(models_folder, data_folder, tmp_path / "a", "facenet_vggface2", 1e-7)
    second = trained(models_folder, data_folder, tmp_path / "b", str(tmp_path / "a"), 1e-4)

    near, far = (
        1 - (embedded(made.model.paths[0]) * before).sum(axis=1).min() for made in (first, second)
    )
    assert near < 1e-3 < far < 0.9
    assert first.measures["kept_first"] == first.measures["kept_head"] == 1
    assert first.model.difference < 1e-2
    assert first.model.card.architecture == "facenet"
    start = ModelStore([models_folder], tmp_path).card("facenet_vggface2")
    assert first.model.card.licence == start.licence
    assert "started from facenet_vggface2" in first.model.card.source
    settings = json.loads((tmp_path / "a" / "run.json").read_text())["settings"]
    assert settings["start sha256"] == start.files[0].sha256
