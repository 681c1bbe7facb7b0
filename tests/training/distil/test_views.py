import numpy as np
import pytest

from playbill.training.distil.views import Views, ViewSettings, passing
from playbill.training.faces.augment import NONE
from playbill.training.faces.cutting import side_with_room

SIZE = 32
SIDE = side_with_room(SIZE)


def one_colour(*levels: int) -> np.ndarray:
    return np.stack([np.full((SIDE, SIDE, 3), level, np.uint8) for level in levels])


def test_the_same_step_gives_the_same_views_and_another_gives_others() -> None:
    crops = np.random.default_rng(0).integers(0, 256, (5, SIDE, SIDE, 3), dtype=np.uint8)
    views = Views(crops, SIZE, ViewSettings(), seed=1)

    first, again, later = views.make(7, 6), views.make(7, 6), views.make(8, 6)

    assert first.shape == (6, SIZE, SIZE, 3)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, later)
    other_seed = Views(crops, SIZE, ViewSettings(), seed=2).make(7, 6)
    assert not np.array_equal(first, other_seed)


def test_an_even_blend_lies_between_its_two_faces() -> None:
    settings = ViewSettings(augmentation=NONE, blended=1.0, whole=1.0)
    views = Views(one_colour(0, 200), SIZE, settings, seed=0).make(0, 40)

    assert all(len(np.unique(view)) == 1 for view in views)
    levels = {int(view[0, 0, 0]) for view in views}
    assert {0, 200} < levels, "two of one face stay what they are, two of both are in between"
    assert all(40 <= level <= 160 for level in levels - {0, 200})


def test_without_blends_every_view_is_one_face() -> None:
    settings = ViewSettings(augmentation=NONE, blended=0.0)
    views = Views(one_colour(10, 90, 170), SIZE, settings, seed=0).make(0, 30)

    assert {int(level) for level in np.unique(views)} == {10, 90, 170}


@pytest.mark.parametrize("seed", range(8))
def test_one_face_passes_into_the_other_along_a_line(seed: int) -> None:
    share = passing(SIZE, np.random.default_rng(seed))[:, :, 0]

    assert share.shape == (SIZE, SIZE)
    assert share.min() >= 0
    assert share.max() <= 1
    assert share.max() - share.min() > 0.5
    # Along any row, and any column, it only rises or only falls.
    for steps in (np.diff(share, axis=0), np.diff(share, axis=1)):
        assert (steps >= -1e-6).all() or (steps <= 1e-6).all()
