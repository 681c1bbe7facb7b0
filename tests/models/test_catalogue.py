from pathlib import Path
from typing import Any

import pytest

from playbill.errors import ModelError, ModelNotFound
from playbill.models.cards import package_cards
from playbill.models.catalogue import (
    FACE_DETECTORS,
    FACE_EMBEDDERS,
    OBJECT_DETECTORS,
    Choice,
    FaceLimits,
    choose,
    open_face_detector,
    open_face_embedder,
    open_object_detector,
)
from playbill.models.face_check import MIN_SCORE, min_proposal
from playbill.models.facenet import FaceNetEmbedder
from playbill.models.mtcnn import MtcnnDetector, MtcnnSettings
from playbill.models.store import ModelStore
from playbill.models.yunet import YunetSettings
from tests.support.networks import mean_network, write_model
from tests.support.yunets import tiny_yunet_graph


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore([tmp_path], tmp_path / "home")


def test_every_card_of_the_package_has_code_that_runs_it() -> None:
    by_task = {
        "face-detection": FACE_DETECTORS,
        "face-embedding": FACE_EMBEDDERS,
        "object-detection": OBJECT_DETECTORS,
    }

    assert all(card.architecture in by_task[card.task] for card in package_cards().values())


def test_the_default_models_are_known_and_of_their_tasks(store: ModelStore) -> None:
    choice = Choice()

    assert store.card(choice.face_detector).task == "face-detection"
    assert store.card(choice.face_embedder).task == "face-embedding"
    assert store.card(choice.object_detector).task == "object-detection"


def test_naming_no_model_chooses_the_defaults(store: ModelStore) -> None:
    assert choose([], store) == Choice()


def test_a_named_model_takes_the_place_of_the_default_for_its_task(store: ModelStore) -> None:
    assert choose(["yolox_nano", "mtcnn"], store) == Choice(object_detector="yolox_nano")


def test_two_models_for_one_task_are_refused(store: ModelStore) -> None:
    with pytest.raises(ModelError, match=r"yolox_nano: ssd_mobilenet_v1_coco is for object-detec"):
        choose(["ssd_mobilenet_v1_coco", "yolox_nano"], store)


def test_an_unknown_model_is_refused(store: ModelStore) -> None:
    with pytest.raises(ModelNotFound, match="nobody: no model of that name"):
        choose(["nobody"], store)


def test_a_model_for_another_task_is_refused(store: ModelStore) -> None:
    with pytest.raises(ModelError, match="mtcnn: this model is for face-detection, asked for is"):
        open_object_detector("mtcnn", store)


def test_an_architecture_that_nobody_runs_is_refused(store: ModelStore, tmp_path: Path) -> None:
    write_model(tmp_path, "odd", architecture="crystal-ball")

    with pytest.raises(ModelError, match="odd: no code here runs the architecture crystal-ball"):
        open_face_embedder("odd", store)


def test_models_are_opened_by_name(store: ModelStore, tmp_path: Path) -> None:
    write_model(tmp_path, "own", mean_network())

    assert isinstance(open_face_detector("mtcnn", store), MtcnnDetector)
    assert isinstance(open_face_embedder("own", store), FaceNetEmbedder)


def test_what_is_not_asked_of_a_face_detector_is_its_own(store: ModelStore, tmp_path: Path) -> None:
    content = tiny_yunet_graph()
    write_model(tmp_path, "quick", content, task="face-detection", architecture="yunet")
    asked = FaceLimits(min_px=30, max_side_px=640, min_score=0.6)

    own, set_ = (
        [open_face_detector(name, store, limits=limits) for name in ("quick", "mtcnn")]
        for limits in (FaceLimits(min_px=30), asked)
    )

    assert [_settings(detector) for detector in own] == [
        YunetSettings(min_face_px=30, min_score=min_proposal(MIN_SCORE)),
        MtcnnSettings(min_face_px=30),
    ]
    assert [_settings(detector) for detector in set_] == [
        YunetSettings(min_face_px=30, max_side_px=640, min_score=min_proposal(0.6)),
        MtcnnSettings(min_face_px=30, max_side_px=640, min_scores=(0.6, 0.7, 0.6)),
    ]
    assert [detector.min_score for detector in (own[0], set_[0])] == [  # type: ignore[attr-defined]
        MIN_SCORE,
        0.6,
    ]


def _settings(detector: Any) -> Any:
    """Of the detector itself, behind what checks it."""
    return getattr(detector, "detector", detector).settings
