"""MTCNN and FaceNet with their real weights, on real pictures."""

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from playbill.core.boxes import box_overlaps, xywh_to_xyxy
from playbill.core.faces import Faces
from playbill.core.frame import Frame
from playbill.media.images import read_image
from playbill.models.cards import package_cards
from playbill.models.facenet import FaceNetEmbedder
from playbill.models.mtcnn import MtcnnDetector
from playbill.models.mtcnn_weights import MtcnnNetworks, Stage, read_networks
from playbill.models.options import SessionOptions
from playbill.models.session import open_session
from playbill.models.store import ModelStore

pytestmark = pytest.mark.models
FLOAT32 = SessionOptions(precision="float32", threads=2)


@pytest.fixture(scope="module")
def store(models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> ModelStore:
    return ModelStore([models_folder], tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def detector(store: ModelStore) -> MtcnnDetector:
    return MtcnnDetector.open(store.card("mtcnn"), store)


@pytest.fixture(scope="module")
def both_sources(
    store: ModelStore, tmp_path_factory: pytest.TempPathFactory
) -> list[MtcnnNetworks]:
    installed_only = ModelStore([], tmp_path_factory.mktemp("empty"))
    card = package_cards()["mtcnn"]
    return [read_networks(card, source) for source in (store, installed_only)]


@pytest.mark.parametrize(
    ("network", "side"), [("pnet", 200), ("pnet", 83), ("rnet", 24), ("onet", 48)]
)
def test_the_package_and_the_store_hold_the_same_mtcnn(
    network: Stage, side: int, both_sources: list[MtcnnNetworks], data_folder: Path
) -> None:
    paths = sorted((data_folder / "lfw").glob("A*/*_0001.jpg"))[:20]
    middle = slice(125 - side // 2, 125 - side // 2 + side)
    crops = np.stack([read_image(path)[middle, middle] for path in paths]).astype(np.float32)
    inputs = {"input": ((crops - 127.5) / 128).transpose(0, 3, 1, 2).copy()}

    ours, theirs = (
        open_session(networks.onnx(network), network, FLOAT32).run(inputs)
        for networks in both_sources
    )

    assert ours.keys() == theirs.keys()
    for name, values in ours.items():
        np.testing.assert_allclose(values, theirs[name], atol=1e-4)


def test_the_boxed_faces_are_found(detector: MtcnnDetector, data_folder: Path) -> None:
    boxed = found = extra = 0
    for image, boxes in boxed_faces(data_folder / "faces"):
        [faces] = detector.detect([Frame.still(image)])
        overlaps = box_overlaps(boxes, faces.boxes_xyxy) > 0.3
        boxed += len(boxes)
        found += int(overlaps.any(axis=1).sum())
        extra += int((~overlaps.any(axis=0)).sum())

    assert (boxed, found) == (43, 43)
    assert extra <= 3


def boxed_faces(folder: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    pictures = []
    for part in ("training.xml", "testing.xml"):
        for picture in ET.parse(folder / part).getroot().iter("image"):
            rows = [
                [float(box.get(key, "")) for key in ("left", "top", "width", "height")]
                for box in picture.iter("box")
            ]
            boxes = xywh_to_xyxy(np.array(rows, np.float32).reshape(-1, 4))
            pictures.append((read_image(folder / picture.get("file", "")), boxes))
    return pictures


def test_onnx_runtime_finds_the_faces_that_openvino_finds(
    store: ModelStore, data_folder: Path
) -> None:
    frame = Frame.still(read_image(data_folder / "faces" / "2008_002470.jpg"))
    runtimes = (FLOAT32, SessionOptions(runtime="onnxruntime", threads=2))

    ours, theirs = (
        MtcnnDetector.open(store.card("mtcnn"), store, options).detect([frame])[0]
        for options in runtimes
    )

    np.testing.assert_allclose(ours.boxes_xyxy, theirs.boxes_xyxy, atol=0.1)
    np.testing.assert_allclose(ours.landmarks, theirs.landmarks, atol=0.1)


@pytest.mark.parametrize("precision", ["auto", "float32"])
def test_a_person_is_nearer_to_himself_than_to_another(
    precision: str, store: ModelStore, detector: MtcnnDetector, data_folder: Path
) -> None:
    embedder = FaceNetEmbedder.open(
        store.card("facenet_vggface2"),
        store,
        SessionOptions(precision=precision),  # type: ignore[arg-type]
    )
    folders = [
        folder
        for folder in sorted((data_folder / "lfw").iterdir())
        if len(list(folder.iterdir())) > 2
    ]
    paths = [sorted(folder.iterdir())[i] for folder in folders[:8] for i in (0, 1)]
    frames = [Frame.still(read_image(path)) for path in paths]

    faces = [only(found) for found in detector.detect(frames)]
    vectors = np.concatenate([row.vectors for row in embedder.embed(frames, faces)])

    likeness = vectors @ vectors.T
    same = likeness[range(0, 16, 2), range(1, 16, 2)]
    others = likeness[0::2, 1::2][~np.eye(8, dtype=bool)]
    assert np.mean(same) > 0.6
    assert np.mean(others) < 0.15


def only(faces: Faces) -> Faces:
    """The largest face."""
    sides = faces.boxes_xyxy[:, 2] - faces.boxes_xyxy[:, 0]
    row = [int(np.argmax(sides))]
    return Faces(faces.boxes_xyxy[row], faces.scores[row], faces.landmarks[row])
