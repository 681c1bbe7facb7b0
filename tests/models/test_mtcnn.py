from pathlib import Path
from typing import Any

import numpy as np
import pytest
from skimage import data

from playbill.core.boxes import box_overlaps
from playbill.core.faces import Faces
from playbill.core.frame import Frame
from playbill.errors import ModelAltered, ModelError
from playbill.models.cards import package_cards
from playbill.models.mtcnn import MtcnnDetector, MtcnnSettings
from playbill.models.mtcnn_weights import read_networks, read_weights
from playbill.models.options import SessionOptions
from playbill.models.store import ModelStore
from tests.support.networks import mean_network

CARD = package_cards()["mtcnn"]
FLOAT32 = SessionOptions(precision="float32", threads=2)
FACE = np.array([[178, 62, 270, 174]], np.float32)
"""Of the astronaut, as a person sees it."""
EYES_NOSE_MOUTH = np.array([[204, 101], [247, 103], [225, 129], [202, 140], [245, 142]])


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> ModelStore:
    """Nothing but what is installed: the fresh machine."""
    return ModelStore([], tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def detector(empty_store: ModelStore) -> MtcnnDetector:
    return MtcnnDetector.open(CARD, empty_store, FLOAT32)


@pytest.fixture(scope="module")
def astronaut() -> np.ndarray:
    return np.asarray(data.astronaut(), np.uint8)


def found_in(detector: MtcnnDetector, *images: np.ndarray) -> list[Faces]:
    return detector.detect([Frame.still(image) for image in images])


def face_among(faces: Faces, box: np.ndarray = FACE) -> int:
    """The row of the face at `box`."""
    overlaps = box_overlaps(box, faces.boxes_xyxy)[0]
    assert overlaps.max() > 0.7
    return int(overlaps.argmax())


def test_a_fresh_machine_finds_the_face_of_the_astronaut_with_eyes_nose_and_mouth(
    detector: MtcnnDetector, astronaut: np.ndarray
) -> None:
    [faces] = found_in(detector, astronaut)

    assert face_among(faces) == 0
    assert faces.scores[0] > 0.99
    assert np.abs(faces.landmarks[0] - EYES_NOSE_MOUTH).max() < 8


def test_the_run_record_names_the_files_that_were_read(
    detector: MtcnnDetector, empty_store: ModelStore
) -> None:
    use = detector.use

    assert (use.task, use.name, use.precision) == ("face-detection", "mtcnn", "float32")
    assert use.sha256 == read_networks(CARD, empty_store).sha256
    assert use.runtime.startswith("openvino ")


def test_a_mirrored_picture_has_mirrored_faces_with_the_left_eye_still_first(
    detector: MtcnnDetector, astronaut: np.ndarray
) -> None:
    width = astronaut.shape[1]
    [faces] = found_in(detector, np.ascontiguousarray(astronaut[:, ::-1]))

    mirrored = np.array([[width - FACE[0, 2], FACE[0, 1], width - FACE[0, 0], FACE[0, 3]]])
    landmarks = faces.landmarks[face_among(faces, mirrored.astype(np.float32))]
    assert landmarks[0, 0] < landmarks[1, 0]
    assert landmarks[3, 0] < landmarks[4, 0]


def test_a_face_that_is_cut_off_by_the_edge_ends_there(
    detector: MtcnnDetector, astronaut: np.ndarray
) -> None:
    [faces] = found_in(detector, np.ascontiguousarray(astronaut[85:, 185:]))

    cut = np.maximum(FACE - np.array([185, 85, 185, 85], np.float32), 0)
    box = faces.boxes_xyxy[face_among(faces, cut)]
    assert (box >= 0).all()
    assert box[1] == 0


def test_frames_that_share_batches_have_the_faces_they_have_alone(
    detector: MtcnnDetector, astronaut: np.ndarray
) -> None:
    images = [astronaut, np.zeros((90, 70, 3), np.uint8), astronaut[::2, ::2], astronaut[:300]]

    together = found_in(detector, *images)

    for image, faces in zip(images, together, strict=True):
        [alone] = found_in(detector, image)
        np.testing.assert_allclose(faces.boxes_xyxy, alone.boxes_xyxy, atol=0.01)
        np.testing.assert_allclose(faces.landmarks, alone.landmarks, atol=0.01)


def test_small_batches_find_the_same_faces(
    empty_store: ModelStore, detector: MtcnnDetector, astronaut: np.ndarray
) -> None:
    small = MtcnnDetector.open(CARD, empty_store, FLOAT32, MtcnnSettings(batch_pixels=8 * 48 * 48))

    [faces], [same] = found_in(small, astronaut), found_in(detector, astronaut)

    np.testing.assert_allclose(faces.boxes_xyxy, same.boxes_xyxy, atol=0.01)


def test_faces_smaller_than_the_smallest_are_not_looked_for(
    empty_store: ModelStore, astronaut: np.ndarray
) -> None:
    coarse = MtcnnDetector.open(CARD, empty_store, FLOAT32, MtcnnSettings(min_face_px=200))

    assert len(found_in(coarse, astronaut)[0]) == 0


@pytest.mark.parametrize("shape", [(1, 1, 3), (11, 400, 3), (400, 11, 3), (200, 300, 3)])
def test_a_picture_without_a_face_has_none(
    detector: MtcnnDetector, shape: tuple[int, int, int]
) -> None:
    [faces] = found_in(detector, np.full(shape, 128, np.uint8))

    assert len(faces) == 0


def test_no_frames_are_no_answers(detector: MtcnnDetector) -> None:
    assert detector.detect([]) == []


def test_a_store_with_all_three_networks_is_preferred_to_the_package(tmp_path: Path) -> None:
    for file in CARD.files:
        (tmp_path / file.name).write_bytes(b"something else")

    with pytest.raises(ModelAltered, match=r"mtcnn: .*mtcnn_pnet\.onnx has sha256"):
        read_networks(CARD, ModelStore([tmp_path], tmp_path))


@pytest.mark.parametrize("content", [b"", b"not lz4"])
def test_damaged_weights_are_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "pnet.lz4").write_bytes(content)

    with pytest.raises(ModelError, match=r"pnet\.lz4: the weights are damaged"):
        read_weights(tmp_path / "pnet.lz4")


def test_a_network_that_is_no_mtcnn_is_refused_by_the_outputs_it_lacks(tmp_path: Path) -> None:
    files = []
    for stage in ("p", "r", "o"):
        (tmp_path / f"{stage}.onnx").write_bytes(mean_network())
        files.append(tmp_path / f"{stage}.onnx")
    store = ModelStore([], tmp_path / "home")
    card = store.add(files, like="mtcnn", name="mine")

    with pytest.raises(ModelError, match="mine pnet: the network's outputs must be reg, prob"):
        MtcnnDetector.open(card, store)


@pytest.mark.parametrize(
    "settings",
    [
        {"factor": 1},
        {"min_scores": (0, 0.7, 0.7)},
        {"min_scores": (0.6, 1, 0.7)},
        {"min_face_px": 0},
        {"max_side_px": 11},
        {"batch_pixels": 100},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must lie between 0 and 1|are too small"):
        MtcnnSettings(**settings)
