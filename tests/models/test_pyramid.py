import numpy as np
import pytest

from playbill.models.pyramid import (
    MAX_SOURCE_PX,
    Pyramid,
    build_pyramid,
    crop_squares,
    rounded_up,
    with_round_sides,
)


def pyramid(width: int, height: int, *, min_object_px: float = 20, longest: int = 1280) -> Pyramid:
    image = np.full((height, width, 3), 90, np.uint8)
    return build_pyramid(
        image, cell_px=12, min_object_px=min_object_px, max_side_px=longest, factor=0.5
    )


def test_the_first_shrunk_level_shows_the_smallest_object_as_one_cell() -> None:
    built = pyramid(200, 100, min_object_px=24)

    assert [level.shape[1::-1] for level in built.levels] == [
        (200, 100),
        (100, 50),
        (50, 25),
        (25, 12),
    ]
    np.testing.assert_allclose(built.scales_xy[:, 0], [1, 0.5, 0.25, 0.125])
    np.testing.assert_allclose(built.scales_xy[-1], [0.125, 0.12])


def test_no_level_but_the_picture_is_longer_than_the_longest_side() -> None:
    built = pyramid(4000, 2000, longest=1000)

    assert built.levels[1].shape == (500, 1000, 3)


def test_small_objects_are_looked_for_in_an_enlarged_picture() -> None:
    assert pyramid(100, 80, min_object_px=6).levels[1].shape == (160, 200, 3)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (19, 19), (10_000, 15)])
def test_a_picture_that_is_too_small_for_the_object_has_no_further_level(
    width: int, height: int
) -> None:
    assert len(pyramid(width, height)) == 1


def test_a_picture_too_long_to_cut_crops_out_of_is_shrunk_first() -> None:
    built = pyramid(40_000, 50)

    assert built.levels[0].shape == (41, MAX_SOURCE_PX, 3)
    assert crop_squares(built, np.array([[39_000, 0, 39_040, 40]], np.float32), 24).mean() > 80


def test_a_crop_shows_what_lies_in_the_box() -> None:
    image = np.zeros((120, 160, 3), np.uint8)
    image[40:80, 60:100] = (255, 0, 0)
    image[40:60, 60:80] = (0, 0, 255)
    built = build_pyramid(image, cell_px=12, min_object_px=20, max_side_px=640, factor=0.7)

    [crop] = crop_squares(built, np.array([[60, 40, 100, 80]], np.float32), 24)

    np.testing.assert_array_equal(crop[2:10, 2:10], np.broadcast_to([0, 0, 255], (8, 8, 3)))
    np.testing.assert_array_equal(crop[2:10, 14:22], np.broadcast_to([255, 0, 0], (8, 8, 3)))
    np.testing.assert_array_equal(crop[14:22, 2:22], np.broadcast_to([255, 0, 0], (8, 20, 3)))


def test_a_large_box_is_cut_out_of_a_small_level() -> None:
    grey = np.random.default_rng(0).integers(0, 255, (600, 600, 3)).astype(np.uint8)
    built = build_pyramid(grey, cell_px=12, min_object_px=20, max_side_px=640, factor=0.7)

    [crop] = crop_squares(built, np.array([[0, 0, 600, 600]], np.float32), 24)

    assert crop.std() < grey.std() / 4  # averaged, where picking single pixels would keep noise


def test_what_reaches_out_of_the_picture_is_black() -> None:
    built = pyramid(100, 100)

    [crop] = crop_squares(built, np.array([[-20, -20, 20, 20]], np.float32), 24)

    assert not crop[:11].any()
    assert not crop[:, :11].any()
    np.testing.assert_array_equal(crop[13:, 13:], np.full((11, 11, 3), 90))


def test_no_boxes_are_no_crops() -> None:
    assert crop_squares(pyramid(100, 100), np.empty((0, 4), np.float32), 24).shape == (0, 24, 24, 3)


@pytest.mark.parametrize(("count", "up"), [(0, 0), (1, 8), (8, 8), (9, 16)])
def test_counts_are_rounded_up(count: int, up: int) -> None:
    assert rounded_up(count, 8) == up


def test_round_sides_are_filled_up_with_black_to_the_right_and_below() -> None:
    image = np.full((30, 33, 3), 7, np.uint8)

    filled = with_round_sides(image, 32)

    assert filled.shape == (32, 64, 3)
    np.testing.assert_array_equal(filled[:30, :33], image)
    assert filled.sum() == image.sum()
