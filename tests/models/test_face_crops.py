import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbill.core.faces import Faces
from playbill.models.face_crops import (
    LANDMARKS,
    aligned_crops,
    alignments,
    margin_crops,
    similarity,
)

SIZE_WH = (112, 112)
COLOURS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (255, 0, 255))
PLACES = np.array([[80, 100], [140, 90], [115, 130], [95, 165], [150, 155]], np.float32)


def face_at(landmarks: np.ndarray, box: tuple[float, float, float, float]) -> Faces:
    return Faces(np.array([box], np.float32), np.ones(1, np.float32), landmarks[None])


@given(
    angle=st.integers(-18, 18).map(lambda step: step * 10),
    scale=st.sampled_from([0.1, 0.5, 1.0, 3.0]),
    shift=st.tuples(st.integers(-50, 50), st.integers(-50, 50)),
)
def test_a_turn_a_scale_and_a_shift_are_found_again(
    angle: int, scale: float, shift: tuple[int, int]
) -> None:
    radians = np.deg2rad(angle)
    turn = scale * np.array(
        [[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]]
    )
    points = PLACES.astype(np.float64)

    [found] = similarity(points[None], points @ turn.T + shift)

    np.testing.assert_allclose(found, np.column_stack([turn, shift]), atol=1e-9)


def test_a_mirrored_face_is_not_mirrored_back() -> None:
    mirrored = PLACES.astype(np.float64) * [-1, 1]

    [found] = similarity(mirrored[None], PLACES.astype(np.float64))

    assert np.linalg.det(found[:, :2]) > 0


@pytest.mark.parametrize("enlarged", [0.7, 1.0, 2.0, 5.0])
def test_landmarks_come_to_lie_where_the_network_saw_them(enlarged: float) -> None:
    # Five dots drawn where the landmarks are; as similar to the template as a face can be.
    template = np.column_stack([LANDMARKS[:, 0] * 0.7523, LANDMARKS[:, 1]])
    radians = np.deg2rad(20)
    turn = np.array([[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]])
    places = (template @ turn.T * 130 + (60, 40)) * enlarged
    picture = np.zeros((round(220 * enlarged), round(220 * enlarged), 3), np.uint8)
    for place, colour in zip(places, COLOURS, strict=True):
        centre = (round(float(place[0])), round(float(place[1])))
        cv2.circle(picture, centre, max(3, round(4 * enlarged)), colour, -1)

    [crop] = aligned_crops(
        [picture], [face_at(places.astype(np.float32), (60, 40, 190, 190))], SIZE_WH
    )

    for wanted, colour in zip(LANDMARKS * 112, COLOURS, strict=True):
        near = (np.abs(crop.astype(int) - colour).sum(axis=2) < 120).nonzero()
        np.testing.assert_allclose((near[1].mean(), near[0].mean()), wanted, atol=1.5)


def test_a_face_without_landmarks_is_placed_by_its_box() -> None:
    random = np.random.default_rng(3)
    picture = cv2.GaussianBlur(random.integers(0, 256, (200, 200, 3), dtype=np.uint8), (0, 0), 6)
    face = face_at(np.zeros((5, 2), np.float32), (60, 50, 120, 140))

    [aligned], [cut] = (
        aligned_crops([picture], [face], SIZE_WH),
        margin_crops([picture], [face], SIZE_WH),
    )

    assert np.abs(aligned.astype(int) - cut).mean() < 2


def test_fine_patterns_of_a_large_face_are_averaged() -> None:
    stripes = np.tile(np.array([0, 255], np.uint8), (900, 450))[..., None].repeat(3, axis=2)
    places = PLACES * 5

    [crop] = aligned_crops([stripes], [face_at(places, (300, 300, 700, 800))], SIZE_WH)

    assert np.abs(crop[30:80, 30:80].astype(int) - 127).max() < 30


def test_a_wider_field_shows_the_same_face_in_its_middle() -> None:
    random = np.random.default_rng(4)
    picture = cv2.GaussianBlur(random.integers(0, 256, (220, 220, 3), dtype=np.uint8), (0, 0), 4)
    face = face_at(PLACES, (60, 60, 170, 190))
    [narrow] = alignments([face], (160, 160))
    [wide] = alignments([face], (200, 200), field=200 / 160)

    middle = cv2.warpAffine(picture, wide, (200, 200))[20:180, 20:180]
    alone = cv2.warpAffine(picture, narrow, (160, 160))

    assert np.abs(middle.astype(int) - alone).max() <= 2


def test_a_face_at_the_edge_of_the_picture_is_cut_whole() -> None:
    picture = np.full((50, 50, 3), 200, np.uint8)

    [crop] = aligned_crops([picture], [face_at(PLACES - 100, (-40, -40, 60, 90))], SIZE_WH)

    assert (crop == 200).all()


def test_faces_of_several_pictures_are_cut_as_they_are_alone() -> None:
    random = np.random.default_rng(5)
    images = list(random.integers(0, 256, (3, 200, 220, 3), dtype=np.uint8))
    seen, unseen = (
        face_at(places, (60, 60, 170, 190)) for places in (PLACES, np.zeros((5, 2), np.float32))
    )
    found = [unseen, Faces.empty(), seen]

    together = aligned_crops(images, found, SIZE_WH)

    alone = [
        aligned_crops([image], [face], SIZE_WH) for image, face in zip(images, found, strict=True)
    ]
    np.testing.assert_array_equal(together, [crop for crops in alone for crop in crops])
