from pathlib import Path

import numpy as np
import pytest
from onnx import helper

from playbill.core.faces import Faces
from playbill.core.frame import Frame
from playbill.errors import ModelError
from playbill.models.face_crops import crop, with_margin
from playbill.models.facenet import FaceNetEmbedder
from playbill.models.options import SessionOptions
from playbill.models.store import ModelStore
from tests.support.networks import halving_network, mean_network, network, write_model

FLOAT32 = SessionOptions(precision="float32", threads=1)
RED, GREEN, BLUE = np.eye(3, dtype=np.uint8) * 255


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> FaceNetEmbedder:
    """Embeds a crop as the direction of its mean colour, from the middle of the cube."""
    folder = tmp_path_factory.mktemp("models")
    write_model(folder, "colours", mean_network())
    return opened(folder, "colours")


def opened(folder: Path, name: str) -> FaceNetEmbedder:
    store = ModelStore([folder], folder / "home")
    return FaceNetEmbedder.open(store.card(name), store, FLOAT32)


def faces_at(*boxes: tuple[float, float, float, float]) -> Faces:
    n = len(boxes)
    rows = np.array(boxes, np.float32).reshape(n, 4)
    return Faces(rows, np.full(n, 0.9, np.float32), np.zeros((n, 5, 2), np.float32))


def one_colour(rgb: np.ndarray) -> Frame:
    return Frame.still(np.broadcast_to(rgb, (60, 80, 3)).copy())


def direction(rgb: np.ndarray) -> np.ndarray:
    centred = rgb.astype(float) - 127.5
    unit: np.ndarray = centred / np.linalg.norm(centred)
    return unit


def test_each_face_of_each_frame_is_embedded_in_its_place(embedder: FaceNetEmbedder) -> None:
    frames = [one_colour(RED), one_colour(GREEN), one_colour(BLUE)]
    faces = [faces_at((5, 5, 40, 40)), Faces.empty(), faces_at((0, 0, 9, 9), (20, 20, 50, 50))]

    red, nobody, blue = embedder.embed(frames, faces)

    np.testing.assert_allclose(red.vectors, [direction(RED)], atol=1e-6)
    np.testing.assert_allclose(blue.vectors, [direction(BLUE)] * 2, atol=1e-6)
    assert len(nobody) == 0


def test_every_answer_names_the_space_by_model_and_digest(embedder: FaceNetEmbedder) -> None:
    answers = embedder.embed([one_colour(RED)] * 2, [faces_at((0, 0, 20, 20)), Faces.empty()])

    assert embedder.space == f"colours@{embedder.use.sha256[:12]}"
    assert {answer.model for answer in answers} == {embedder.space}


@pytest.mark.parametrize("count", [1, 5, 32, 33, 70])
def test_any_number_of_faces_goes_through_in_order(embedder: FaceNetEmbedder, count: int) -> None:
    shades = [np.array([3 * i, 255 - 3 * i, 40], np.uint8) for i in range(count)]

    answers = embedder.embed([one_colour(s) for s in shades], [faces_at((9, 9, 30, 30))] * count)

    rows = np.concatenate([answer.vectors for answer in answers])
    np.testing.assert_allclose(rows, [direction(shade) for shade in shades], atol=1e-5)


def test_no_frames_are_no_answers(embedder: FaceNetEmbedder) -> None:
    assert embedder.embed([], []) == []


def test_the_margin_is_44_of_160_pixels_of_the_crop() -> None:
    [[left, top, right, bottom]] = with_margin(np.array([[100, 100, 216, 332]], np.float32))

    assert (left, top, right, bottom) == pytest.approx((78, 56, 238, 376))


def test_a_crop_shows_what_of_its_box_lies_in_the_picture() -> None:
    image = np.zeros((40, 40, 3), np.uint8)
    image[:10, :20] = RED

    cut = crop(image, np.array([-30, -5, 20, 10], np.float32), (32, 32))

    np.testing.assert_array_equal(cut, np.broadcast_to(RED, (32, 32, 3)))


@pytest.mark.parametrize("box", [(90, 90, 99, 99), (-9, -9, -3, -3), (5.2, 5.2, 5.4, 5.4)])
def test_a_box_of_nothing_or_outside_shows_the_nearest_pixel(box: tuple[float, ...]) -> None:
    image = np.full((40, 40, 3), 77, np.uint8)

    assert (crop(image, np.array(box, np.float32), (8, 8)) == 77).all()


def test_a_network_whose_answer_is_no_row_a_face_is_refused(tmp_path: Path) -> None:
    nodes_shape = ("n", 3, 32, 32)
    write_model(tmp_path, "maps", halving_network(nodes_shape))

    with pytest.raises(ModelError, match="maps: the output must be one"):
        opened(tmp_path, "maps").embed([one_colour(RED)], [faces_at((0, 0, 9, 9))])


def test_a_card_without_an_input_size_is_refused(tmp_path: Path) -> None:
    path = write_model(tmp_path, "sizeless", mean_network())
    card = path.with_name("sizeless.card.toml")
    card.write_text(card.read_text().replace("size_wh = [32, 32]", ""))

    with pytest.raises(ModelError, match="sizeless: the card must say the network's input size"):
        opened(tmp_path, "sizeless")


def test_a_face_on_which_the_network_is_silent_is_refused_as_a_fault_of_the_network(
    tmp_path: Path,
) -> None:
    write_model(tmp_path, "silent", silent_network())

    with pytest.raises(ModelError, match="silent: the network gives no direction"):
        opened(tmp_path, "silent").embed([one_colour(RED)], [faces_at((0, 0, 9, 9))])


def silent_network() -> bytes:
    """All zeros, whatever the picture."""
    nodes = [
        helper.make_node("ReduceMean", ["input"], ["means"], axes=[2, 3], keepdims=0),
        helper.make_node("Mul", ["means", "zero"], ["nothing"]),
    ]
    zero = {"zero": np.zeros(1, np.float32)}
    return network(nodes, ("n", 3, "h", "w"), {"nothing": ("n", 3)}, zero)
