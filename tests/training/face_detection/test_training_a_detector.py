"""`playbill train face-detector` from pictures to a network that finds faces."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from playbill.core.boxes import box_overlaps
from playbill.core.frame import Frame
from playbill.errors import DatasetError, TrainingError
from playbill.media.images import read_image
from playbill.models.store import ModelStore
from playbill.models.yunet import YunetDetector
from playbill.training.face_detection.run import freeze, train_face_detector
from playbill.training.face_detection.settings import FaceDetectionRequest, ViewSettings
from playbill.training.networks.yunet import YuNet
from playbill.training.settings import LoopSettings

LOOP = LoopSettings(steps=2, learning_rate=1e-5, optimiser="adamw", precision="float32")


def request(*sources: Path) -> FaceDetectionRequest:
    return FaceDetectionRequest(
        start="yunet",
        other="mtcnn",
        sources=sources,
        batch=2,
        views=ViewSettings(side_px=64),
        loop=LOOP,
    )


@pytest.fixture
def store(models_folder: Path, tmp_path: Path) -> ModelStore:
    return ModelStore([models_folder], tmp_path / "home")


@pytest.mark.models
def test_a_detector_that_has_learned_a_little_finds_what_its_start_found(
    store: ModelStore, data_folder: Path, tmp_path: Path
) -> None:
    paths = sorted((data_folder / "lfw").glob("A*/*_0001.jpg"))[:3]
    (tmp_path / "people").mkdir()
    for path in paths:
        shutil.copy(path, tmp_path / "people")

    made = train_face_detector(request(tmp_path / "people"), tmp_path / "run", "mine", store=store)
    card = store.add([made.model.paths[0]])

    frames = [Frame.still(read_image(path)) for path in paths]
    start = YunetDetector.open(store.card("yunet"), store).detect(frames)
    learned = YunetDetector.open(card, store).detect(frames)
    for before, after in zip(start, learned, strict=True):
        assert len(before) == len(after) >= 1
        assert np.diag(box_overlaps(before.boxes_xyxy, after.boxes_xyxy)).min() > 0.9
    assert (tmp_path / "run" / "run.json").is_file()
    assert card.licence == "MIT"


@pytest.mark.models
def test_pictures_without_a_face_teach_nothing(
    store: ModelStore, data_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "things").mkdir()
    shutil.copy(data_folder / "coco/val/000000022192.jpg", tmp_path / "things")

    with pytest.raises(DatasetError, match="both detectors agree on no face in 1 pictures"):
        train_face_detector(request(tmp_path / "things"), tmp_path / "run", "mine", store=store)


def test_frozen_stages_and_the_stem_keep_their_weights() -> None:
    network = freeze(YuNet(), 2)

    learning = {
        name.split(".")[0] for name, each in network.named_parameters() if each.requires_grad
    }
    stages = [any(p.requires_grad for p in stage.parameters()) for stage in network.stages]

    assert learning == {"stages", "laterals", "heads"}
    assert stages == [False, False, True, True, True]
    assert all(each.requires_grad for each in freeze(YuNet(), 0).parameters())


def test_more_stages_than_there_are_cannot_be_frozen() -> None:
    with pytest.raises(TrainingError, match="6 stages cannot be frozen, there are 5"):
        freeze(YuNet(), 6)
