"""Views of pictures in which the object is drawn: where its colour is, its box must be."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from playbill.training.objects.augment import UNCHANGED, Augmentation, choose_window, view

SIDE = 96
ALL = Augmentation(crop=0.6, expand=1.0, colour=0)
seeds = st.integers(0, 10_000)


def picture(size_wh: tuple[int, int], box: tuple[int, int, int, int]) -> np.ndarray:
    """Blue, with a red object."""
    image = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
    image[..., 2] = 255
    left, top, right, bottom = box
    image[top:bottom, left:right] = (255, 0, 0)
    return image


def drawn_at(image: np.ndarray) -> np.ndarray:
    """Where the red is, in pixels of the view."""
    rows, columns = np.nonzero(image[..., 0].astype(int) - image[..., 2] > 100)
    return np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])


@settings(deadline=None, max_examples=60)
@given(seeds, st.sampled_from([(60, 90), (120, 80), (96, 96)]), st.data())
def test_the_box_lies_where_the_object_is_seen(
    seed: int, size_wh: tuple[int, int], data: st.DataObject
) -> None:
    left, top = (data.draw(st.integers(0, side - 30)) for side in size_wh)
    right, bottom = left + data.draw(st.integers(20, 30)), top + data.draw(st.integers(20, 30))
    box = (left, top, right, bottom)

    seen = view(
        picture(size_wh, box),
        np.array([box], np.float32),
        SIDE,
        np.random.default_rng(seed),
        ALL,
    )

    assert seen.image.shape == (SIDE, SIDE, 3)
    if len(seen.rows):
        # A pixel of the picture may be as large as 1 / (0.3 * 60) of the view.
        np.testing.assert_allclose(seen.boxes_xyxy[0] * SIDE, drawn_at(seen.image), atol=3)


@settings(deadline=None, max_examples=60)
@given(seeds, st.lists(st.tuples(*[st.integers(0, 39)] * 4), max_size=5))
def test_boxes_stay_inside_and_keep_an_area(
    seed: int, corners: list[tuple[int, int, int, int]]
) -> None:
    boxes = [(min(a, c), min(b, d), max(a, c) + 1, max(b, d) + 1) for a, b, c, d in corners]
    image = np.zeros((40, 40, 3), np.uint8)

    seen = view(
        image,
        np.array(boxes, np.float32).reshape(-1, 4),
        SIDE,
        np.random.default_rng(seed),
        Augmentation(),
    )

    assert len(seen.boxes_xyxy) == len(seen.rows) == len(set(seen.rows.tolist()))
    assert ((seen.boxes_xyxy >= 0) & (seen.boxes_xyxy <= 1)).all()
    assert (seen.boxes_xyxy[:, 2:] > seen.boxes_xyxy[:, :2]).all()
    assert not boxes or len(seen.rows), "a crop is taken only where it holds an object"


@settings(deadline=None)
@given(seeds)
def test_a_crop_holds_an_object_and_is_no_sliver(seed: int) -> None:
    boxes = np.array([[10, 10, 50, 40], [70, 60, 95, 90]], np.float32)
    cropping = Augmentation(crop=1, min_crop=0.3)

    left, top, right, bottom = choose_window(
        (100, 100), boxes, np.random.default_rng(seed), cropping
    )

    assert 0 <= left < right <= 100
    assert 0 <= top < bottom <= 100
    assert 0.49 <= (right - left) / (bottom - top) <= 2.05
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    inside = ((centres > (left, top)) & (centres < (right, bottom))).all(axis=1)
    assert inside.any()


def test_nothing_is_changed_unless_it_is_asked_for() -> None:
    image = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)
    boxes = np.array([[24, 0, 48, 96]], np.float32)

    seen = view(image, boxes, SIDE, np.random.default_rng(1), UNCHANGED)

    np.testing.assert_array_equal(seen.image, image)
    np.testing.assert_allclose(seen.boxes_xyxy, [[0.25, 0, 0.5, 1]])


def test_colours_change_and_boxes_do_not() -> None:
    image = picture((SIDE, SIDE), (10, 10, 40, 40))
    boxes = np.array([[10, 10, 40, 40]], np.float32)
    colouring = Augmentation(crop=0, expand=0, flip=0, colour=1)

    seen = view(image, boxes, SIDE, np.random.default_rng(4), colouring)

    assert (seen.image != image).any()
    np.testing.assert_allclose(seen.boxes_xyxy * SIDE, boxes, rtol=1e-6)
