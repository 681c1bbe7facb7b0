"""YuNet with its real weights on real pictures, beside OpenCV's own reader of it."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from playbill.core.boxes import box_overlaps
from playbill.core.frame import Frame, Image
from playbill.media.images import read_image
from playbill.models.options import SessionOptions
from playbill.models.store import ModelStore
from playbill.models.yunet import YunetDetector, YunetSettings
from tests.models.test_real_face_networks import boxed_faces

pytestmark = pytest.mark.models
SIDE = 640
FLOAT32 = SessionOptions(precision="float32", threads=2)
ONCE = YunetSettings(min_face_px=1, max_side_px=SIDE, close_up_side_px=SIDE)
"""As OpenCV looks: once, and at the size that there is."""


@pytest.fixture(scope="module")
def store(models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> ModelStore:
    return ModelStore([models_folder], tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def portrait(data_folder: Path) -> Image:
    """A face of some 90 pixels in 250 x 250."""
    return read_image(min((data_folder / "lfw").glob("*/*_0001.jpg")))


def at_side(image: Image) -> Image:
    scale = SIDE / max(image.shape[:2])
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale), np.uint8)


def opencv_faces(store: ModelStore, image: Image) -> np.ndarray:
    """(n, 15) left, top, width, height, five landmarks, score; best first."""
    path = store.path(store.card("yunet"))
    size_wh = image.shape[1], image.shape[0]
    reader = cv2.FaceDetectorYN.create(str(path), "", size_wh, 0.8, 0.3)
    rows = reader.detect(np.ascontiguousarray(image[:, :, ::-1]))[1]
    return np.empty((0, 15), np.float32) if rows is None else rows[np.argsort(-rows[:, 14])]


def test_opencv_reads_the_same_faces_out_of_it(store: ModelStore, data_folder: Path) -> None:
    detector = YunetDetector.open(store.card("yunet"), store, FLOAT32, ONCE)
    images = [at_side(image) for image, _ in boxed_faces(data_folder / "faces")]

    ours = detector.detect([Frame.still(image) for image in images])

    assert sum(map(len, ours)) >= 43
    for image, faces in zip(images, ours, strict=True):
        theirs = opencv_faces(store, image)
        size = np.array(image.shape[1::-1], np.float32)
        corners = theirs[:, :2], theirs[:, :2] + theirs[:, 2:4]
        cut = np.hstack([*(np.clip(corner, 0, size) for corner in corners), theirs[:, 4:14]])
        mine = np.hstack([faces.boxes_xyxy, faces.landmarks.reshape(-1, 10)])
        np.testing.assert_allclose(faces.scores, theirs[:, 14], atol=1e-4)
        np.testing.assert_allclose(mine, cut, atol=0.05)


def test_the_boxed_faces_are_found_and_no_others(store: ModelStore, data_folder: Path) -> None:
    detector = YunetDetector.open(store.card("yunet"), store)
    found = extra = 0
    for image, boxes in boxed_faces(data_folder / "faces"):
        [faces] = detector.detect([Frame.still(image)])
        overlaps = box_overlaps(boxes, faces.boxes_xyxy) > 0.3
        found += int(overlaps.any(axis=1).sum())
        extra += int((~overlaps.any(axis=0)).sum())

    assert (found, extra) == (43, 0)


@pytest.mark.parametrize("times", [1, 4, 8])
def test_a_face_is_found_at_any_size(store: ModelStore, portrait: Image, times: int) -> None:
    """At 8 it is some 700 pixels wide, more than twice what the network was taught."""
    detector = YunetDetector.open(store.card("yunet"), store)
    size_wh = 250 * times, 250 * times
    large = cv2.resize(portrait, size_wh, interpolation=cv2.INTER_CUBIC)

    small_face, face = detector.detect([Frame.still(portrait), Frame.still(large)])

    assert len(face) == len(small_face)
    overlap = box_overlaps(face.boxes_xyxy[:1] / np.float32(times), small_face.boxes_xyxy[:1])
    assert overlap[0, 0] > 0.8
    apart = np.linalg.norm(face.landmarks[0] / times - small_face.landmarks[0], axis=1)
    assert apart.max() < 8


def test_bf16_moves_landmarks_by_less_than_two_pixels(store: ModelStore, data_folder: Path) -> None:
    quick, exact = (
        YunetDetector.open(store.card("yunet"), store, SessionOptions(precision=precision))
        for precision in ("auto", "float32")
    )
    worst = 0.0
    for image, _ in boxed_faces(data_folder / "faces")[:4]:
        [mine], [theirs] = quick.detect([Frame.still(image)]), exact.detect([Frame.still(image)])
        pairs = box_overlaps(theirs.boxes_xyxy, mine.boxes_xyxy).argmax(axis=1)
        apart = np.linalg.norm(mine.landmarks[pairs] - theirs.landmarks, axis=2)
        worst = max(worst, float(apart.max()))

    assert worst < 2
