import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from playbill.core.faces import Faces
from playbill.models.face_crops import CUTS
from playbill.training.faces.augment import plain
from playbill.training.faces.cutting import FACE_CUTS, side_with_room

SIZE = 64


def smooth_picture() -> NDArray[np.uint8]:
    random = np.random.default_rng(3)
    coarse = random.integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (360, 270), interpolation=cv2.INTER_CUBIC), np.uint8)


def face(left: float, top: float, right: float, bottom: float) -> Faces:
    box = np.array([[left, top, right, bottom]], np.float32)
    parts = np.array([[0.3, 0.4], [0.7, 0.38], [0.5, 0.6], [0.35, 0.8], [0.68, 0.78]])
    landmarks = box[:, None, :2] + parts * (box[:, None, 2:] - box[:, None, :2])
    return Faces(box, np.ones(1, np.float32), landmarks.astype(np.float32))


@pytest.mark.parametrize("architecture", FACE_CUTS)
@pytest.mark.parametrize(
    "box",
    [(100, 80, 190, 200), (0, 0, 80, 100), (300, 200, 370, 290), (170, 120, 195, 150)],
    ids=["inside", "at the edge", "over the edge", "small"],
)
def test_the_middle_of_a_cut_is_what_the_network_sees_in_use(
    architecture: str, box: tuple[float, float, float, float]
) -> None:
    picture, found = smooth_picture(), face(*box)

    cut = FACE_CUTS[architecture](picture, found, SIZE)
    [used] = CUTS[architecture]([picture], [found], (SIZE, SIZE))

    assert cut.shape == (side_with_room(SIZE), side_with_room(SIZE), 3)
    off = np.abs(plain(cut, SIZE).astype(int) - used)
    assert off.mean() < 2
    assert np.quantile(off, 0.99) < 12


def test_a_face_in_a_picture_of_one_pixel_is_cut_too() -> None:
    tiny = np.full((1, 1, 3), 9, np.uint8)

    for cut in FACE_CUTS.values():
        assert (cut(tiny, face(0, 0, 1, 1), SIZE) == 9).all()
