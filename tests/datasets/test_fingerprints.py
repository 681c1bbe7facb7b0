"""The same picture in another file is known again; other pictures are not taken for it."""

from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image

from playbill.datasets.fingerprints import MAX_BITS, fingerprint, near_pairs, perceptual_hash
from playbill.errors import MediaError
from playbill.media.images import read_image
from tests.support.patterns import cut_off, pattern, patterned

SEEDS = range(8)


def alike(one: Path, other: Path) -> bool:
    return list(near_pairs([fingerprint(one)], [fingerprint(other)])) == [(0, 0)]


@pytest.mark.parametrize("quality", [40, 75, 95])
@pytest.mark.parametrize("scale", [0.4, 1.0, 1.7])
def test_a_picture_saved_anew_is_the_same(tmp_path: Path, quality: int, scale: float) -> None:
    for seed in SEEDS:
        first = patterned(tmp_path / "first.png", seed, (320, 240))
        picture = Image.open(first)
        again = picture.resize((round(320 * scale), round(240 * scale)))
        again.save(tmp_path / "again.jpg", quality=quality)

        assert alike(first, tmp_path / "again.jpg")


def test_other_pictures_are_not_the_same(tmp_path: Path) -> None:
    prints = [fingerprint(patterned(tmp_path / f"{seed}.png", seed)) for seed in SEEDS]

    pairs = list(near_pairs(prints, prints))

    assert sorted(pairs) == [(seed, seed) for seed in SEEDS]


def test_a_mirrored_or_cut_picture_is_another(tmp_path: Path) -> None:
    first = patterned(tmp_path / "first.png", 1)
    pattern(1).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(tmp_path / "mirrored.png")
    pattern(1).crop((20, 0, 96, 72)).save(tmp_path / "cut.png")

    assert not alike(first, tmp_path / "mirrored.png")
    assert not alike(first, tmp_path / "cut.png")


def test_plain_pictures_of_two_colours_are_not_the_same(tmp_path: Path) -> None:
    for colour in ("red", "green", "teal"):
        Image.new("RGB", (40, 30), colour).save(tmp_path / f"{colour}.png")

    assert alike(tmp_path / "red.png", tmp_path / "red.png")
    for one, other in combinations(("red", "green", "teal"), 2):
        assert not alike(tmp_path / f"{one}.png", tmp_path / f"{other}.png")


def test_nothing_has_no_pairs(tmp_path: Path) -> None:
    one = fingerprint(patterned(tmp_path / "1.png", 1))

    assert list(near_pairs([], [one])) == list(near_pairs([one], [])) == []


def test_a_damaged_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="damaged or cut off"):
        fingerprint(cut_off(tmp_path / "cut.jpg", 1))


@pytest.mark.models
def test_real_pictures_keep_their_distance(data_folder: Path, tmp_path: Path) -> None:
    paths = sorted((data_folder / "coco" / "val").glob("*.jpg"))[:40]
    hashes = [perceptual_hash(read_image(path)) for path in paths]
    for path, first in zip(paths, hashes, strict=True):
        picture = Image.open(path).convert("RGB")
        picture.resize((picture.width // 2, picture.height // 2)).save(
            tmp_path / "s.jpg", quality=50
        )
        again = perceptual_hash(read_image(tmp_path / "s.jpg"))
        assert sum(int(word).bit_count() for word in first ^ again) <= MAX_BITS / 2
    for one, other in combinations(hashes, 2):
        assert sum(int(word).bit_count() for word in one ^ other) >= 2 * MAX_BITS
