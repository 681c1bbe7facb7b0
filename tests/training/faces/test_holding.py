from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from playbill.core.frame import Image
from playbill.training.faces.augment import plain
from playbill.training.faces.holding import HeldFaces, held_faces
from tests.support.face_samples import SIZE_PX, made_up_people


class Corners:
    """Sees of a face its upper corners."""

    size_wh = (SIZE_PX, SIZE_PX)

    def embed_crops(self, crops: Sequence[Image]) -> NDArray[np.float32]:
        return np.stack([np.append(crop[0, 0], crop[0, -1]).astype(np.float32) for crop in crops])


class Silent(Corners):
    """Is not to be asked."""

    def embed_crops(self, crops: Sequence[Image]) -> NDArray[np.float32]:
        raise AssertionError(f"asked again about {len(crops)} faces")


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / lengths, np.float32)


def test_faces_are_held_at_the_mean_of_three_looks_of_the_start(tmp_path: Path) -> None:
    samples = made_up_people(3, 2)
    unnamed = samples.pictures[2:4]

    held = held_faces(Corners(), samples, unnamed, tmp_path / "held", "a", size_px=SIZE_PX)

    whole = [plain(face, SIZE_PX) for face in samples.pictures]
    # A margin of 0.275 around the box becomes one of 0.12: the middle 13 of 16 pixels.
    closer = [cv2.resize(face[1:14, 1:14], (SIZE_PX, SIZE_PX)) for face in whole]
    start = Corners()
    looks = [whole, [np.fliplr(face) for face in whole], closer]
    expected = unit(np.sum([unit(start.embed_crops(look)) for look in looks], axis=0))
    assert held.named == pytest.approx(expected)
    assert held.unnamed == pytest.approx(expected[2:4])


def test_there_may_be_nobody_without_a_name(tmp_path: Path) -> None:
    samples = made_up_people(2, 2)
    nobody = samples.pictures[:0]

    held = held_faces(Corners(), samples, nobody, tmp_path / "held", "a", size_px=SIZE_PX)

    assert len(held.named) == 4
    assert len(held.unnamed) == 0


def test_the_start_is_asked_once_for_the_same_faces(tmp_path: Path) -> None:
    samples, path = made_up_people(2, 2), tmp_path / "held"
    first = held_faces(Corners(), samples, samples.pictures, path, "a", size_px=SIZE_PX)

    again = held_faces(Silent(), samples, samples.pictures, path, "a", size_px=SIZE_PX)

    assert (again.named == first.named).all()
    with pytest.raises(AssertionError, match="asked again"):
        held_faces(Silent(), samples, samples.pictures, path, "b", size_px=SIZE_PX)
    path.write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(AssertionError, match="asked again"):
        held_faces(Silent(), samples, samples.pictures, path, "a", size_px=SIZE_PX)


def test_a_face_without_a_place_to_be_held_at_is_refused() -> None:
    pictures = made_up_people(2, 2).pictures
    with pytest.raises(ValueError, match="must have one length, got 4 and 0"):
        HeldFaces(np.empty((0, 3), np.float32), pictures, np.empty((0, 3), np.float32))
