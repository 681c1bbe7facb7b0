from dataclasses import fields, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from playbill.training.faces.augment import (
    DEFAULT,
    NONE,
    TELEVISION,
    Augmentation,
    augmented,
    plain,
)
from playbill.training.faces.cutting import side_with_room

SIZE = 32


def cut() -> NDArray[np.uint8]:
    side = side_with_room(SIZE)
    across, down = np.meshgrid(np.linspace(40, 200, side), np.linspace(40, 200, side))
    return np.stack([across, down, np.full_like(across, 90)], axis=2).astype(np.uint8)


def varied(how: Augmentation, seed: int = 0) -> NDArray[np.uint8]:
    return augmented(cut(), SIZE, np.random.default_rng(seed), how)


def test_without_any_change_the_face_is_what_the_network_sees_in_use() -> None:
    assert (varied(NONE) == plain(cut(), SIZE)).all()


def test_the_same_chance_gives_the_same_face() -> None:
    assert (varied(DEFAULT, 5) == varied(DEFAULT, 5)).all()
    assert (varied(DEFAULT, 5) != varied(DEFAULT, 6)).any()


@pytest.mark.parametrize("change", [field.name for field in fields(Augmentation)])
def test_every_change_changes_something_and_keeps_the_size(change: str) -> None:
    how = replace(NONE, **{change: 5.0 if change == "turn_deg" else 1.0})
    if change in {"shift", "scale"}:
        how = replace(NONE, **{change: 0.1})

    face = varied(how)

    assert face.shape == (SIZE, SIZE, 3)
    assert face.dtype == np.uint8
    assert (face != plain(cut(), SIZE)).any()


def test_a_mirrored_face_is_the_face_mirrored() -> None:
    mirrored = varied(replace(NONE, flip=1.0))

    assert (mirrored == plain(cut(), SIZE)[:, ::-1]).all()


def test_a_grey_face_has_no_colour() -> None:
    grey = varied(replace(NONE, grey=1.0))

    assert np.ptp(grey.astype(int), axis=2).max() <= 1


def test_a_shifted_face_shows_real_pixels_of_its_surroundings() -> None:
    for seed in range(20):
        moved = varied(replace(NONE, shift=0.1), seed).astype(int)
        assert (np.diff(moved[:, :, 0].mean(axis=0)) > 0).all()


def test_an_interlaced_face_is_two_half_pictures_of_which_one_has_moved_sideways() -> None:
    how = replace(NONE, interlaced=1.0)
    still = plain(cut(), SIZE).astype(int)
    for seed in range(12):
        moved = np.abs(varied(how, seed) - still).max(axis=(1, 2)) > 0

        lines = next(n for n in (1, 2, 3) if (moved == (np.arange(SIZE) // n % 2 == 1)).all())
        shifted = varied(how, seed)[lines, 8:-8, 0].astype(int)
        ways = [still[lines, 8 + way : SIZE - 8 + way, 0] for way in (-2, -1, 1, 2)]
        assert any((shifted == way).all() for way in ways)


def test_grain_is_of_one_brightness_for_all_colours_and_leaves_the_mean() -> None:
    face = varied(replace(NONE, noise=1.0)).astype(int)

    off = face - plain(cut(), SIZE)
    assert 3 < off.std() < 15
    assert np.ptp(off, axis=2).max() <= 1
    assert abs(off.mean()) < 1.5


def test_television_shows_faces_worse_than_portraits_do() -> None:
    shares = ("grey", "blur", "jpeg", "small", "noise", "interlaced", "turn_deg", "scale", "shift")
    for share in shares:
        assert getattr(TELEVISION, share) > getattr(DEFAULT, share)
