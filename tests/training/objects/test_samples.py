from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from playbill.core.labels import COCO_80
from playbill.datasets.objects import PictureObjects
from playbill.datasets.problems import ProblemList
from playbill.errors import DatasetError
from playbill.training.objects.anchors import prior_boxes
from playbill.training.objects.augment import Augmentation
from playbill.training.objects.batches import ObjectBatches
from playbill.training.objects.samples import Sample, gather, require_apart, split
from tests.support.object_sets import LABELS, HeldSet, draw, flags, labelled

BOX = (5, 5, 25, 25)
CAT, DOG, HOT_DOG = 1, 2, 3
"""Class columns of `LABELS`."""


def pictures(folder: Path, count: int) -> tuple[PictureObjects, ...]:
    return tuple(labelled(draw(folder / f"{i}.png"), [BOX]) for i in range(count))


def gathered(
    *some: PictureObjects, labels: Sequence[str] = LABELS, drop_others: bool = False
) -> tuple[tuple[Sample, ...], list[str]]:
    problems = ProblemList()
    samples = gather(HeldSet(some), labels, problems, drop_others=drop_others)
    return samples, [str(problem) for problem in problems.problems]


def test_labels_are_found_by_name(tmp_path: Path) -> None:
    picture = labelled(draw(tmp_path / "a.png"), [BOX, BOX], [1, 2])

    [sample], _ = gathered(picture, labels=("mask", "hot dog", "dog"))

    assert sample.columns.tolist() == [3, 2]


def test_the_spellings_of_voc_are_understood(tmp_path: Path) -> None:
    picture = labelled(draw(tmp_path / "a.png"), [BOX])

    [sample] = gather(HeldSet((picture,), ("tvmonitor",)), COCO_80, ProblemList())

    assert COCO_80[sample.columns[0] - 1] == "tv"


def test_a_label_that_is_not_trained_is_refused_or_left_out(tmp_path: Path) -> None:
    picture = labelled(draw(tmp_path / "a.png"), [BOX, BOX], [2, 0])

    why = r"held: a\.png: the label 'hot dog' is not among those that are trained; name it in --l"
    with pytest.raises(DatasetError, match=why):
        gathered(picture, labels=("cat",))
    [sample], _ = gathered(picture, labels=("cat",), drop_others=True)
    assert sample.columns.tolist() == [CAT]


def test_a_box_of_no_area_is_left_out_and_told(tmp_path: Path) -> None:
    outside, thin = (100, 5, 120, 25), (5, 5, 5, 25)
    picture = labelled(draw(tmp_path / "a.png"), [thin, BOX, outside], [0, 1, 2])

    [sample], told = gathered(picture)

    assert sample.columns.tolist() == [DOG]
    assert told == [
        "a.png: box 1 (5, 5, 5, 25) has no area in the picture",
        "a.png: box 3 (100, 5, 120, 25) has no area in the picture",
    ]


def test_boxes_are_cut_off_at_the_edges(tmp_path: Path) -> None:
    [sample], _ = gathered(labelled(draw(tmp_path / "a.png"), [(-3, 5, 45, 25)]))

    assert sample.boxes_xyxy.tolist() == [[0, 5, 40, 25]]


def test_crowds_and_difficult_objects_are_ignored(tmp_path: Path) -> None:
    picture = labelled(
        draw(tmp_path / "a.png"), [BOX] * 3, crowd=flags(1, 0, 0), difficult=flags(0, 1, 0)
    )

    [sample], _ = gathered(picture)

    assert sample.ignored.tolist() == [True, True, False]


def test_a_few_bad_pictures_are_left_out_and_told(tmp_path: Path) -> None:
    cut_off, other = draw(tmp_path / "cut.png"), draw(tmp_path / "other.png", (30, 40))
    cut_off.write_bytes(cut_off.read_bytes()[:-40])
    bad = [labelled(path, [BOX]) for path in (tmp_path / "gone.png", cut_off, other)]

    samples, told = gathered(*pictures(tmp_path, 9), *bad)

    assert len(samples) == 9
    assert told[0].endswith("gone.png: there is no such picture")
    assert "cut.png: the png picture is damaged or cut off" in told[1]
    assert told[2].endswith("other.png: is 30 x 40, labelled as 40 x 30")


def test_a_data_set_with_half_its_pictures_missing_is_refused(tmp_path: Path) -> None:
    whole = pictures(tmp_path, 10)
    for picture in whole[::2]:
        picture.path.unlink()

    why = r"held: 5 of 10 pictures are missing or damaged, expected at most a quarter; the first"
    with pytest.raises(DatasetError, match=why):
        gathered(*whole)


def test_pictures_without_objects_are_refused_if_there_are_no_others(tmp_path: Path) -> None:
    empty = labelled(draw(tmp_path / "a.png"))

    with pytest.raises(DatasetError, match="held: has 1 pictures without an object to train on"):
        gathered(empty)
    assert len(gathered(empty, *pictures(tmp_path, 1))[0]) == 2


def test_no_pictures_are_refused_with_the_reason() -> None:
    with pytest.raises(DatasetError, match=r"held: holds no pictures that can be used$"):
        gathered()


def test_pictures_that_are_held_out_are_not_learned_from(tmp_path: Path) -> None:
    samples, _ = gathered(*pictures(tmp_path, 4))
    (tmp_path / "link.png").symlink_to(tmp_path / "0.png")
    linked, _ = gathered(labelled(tmp_path / "link.png", [BOX]))

    require_apart(samples[:2], samples[2:])
    with pytest.raises(DatasetError, match=r"link\.png: is to be learned from and to be measured"):
        require_apart(samples, linked)


def test_a_picture_that_changed_since_is_refused(tmp_path: Path) -> None:
    [sample], _ = gathered(*pictures(tmp_path, 1))
    draw(sample.path, (10, 10))

    with pytest.raises(DatasetError, match=r"0\.png: is 10 x 10, labelled as 40 x 30"):
        sample.image()


def test_a_split_parts_the_pictures_by_the_seed(tmp_path: Path) -> None:
    samples, _ = gathered(*pictures(tmp_path, 10))

    parts = [split(samples, 0.3, seed) for seed in (1, 1, 2)]

    names = [([s.name for s in learned], [s.name for s in apart]) for learned, apart in parts]
    assert names[0] == names[1] != names[2]
    assert sorted(names[0][0] + names[0][1]) == sorted(sample.name for sample in samples)
    assert len(names[0][1]) == 3
    with pytest.raises(DatasetError, match="1% of 10 pictures is 0, expected some to evaluate"):
        split(samples, 0.01, 1)


def batches(samples: Sequence[Sample], seed: int) -> ObjectBatches:
    anchors = prior_boxes((2, 1))
    return ObjectBatches(samples, anchors, side=32, size=4, seed=seed, augmentation=Augmentation())


def test_a_batch_depends_on_seed_and_step_alone(tmp_path: Path) -> None:
    samples, _ = gathered(*pictures(tmp_path, 6))
    one, same, other = batches(samples, 1), batches(samples, 1), batches(samples, 2)
    for step in range(3):
        one(step)

    assert all(torch.equal(a, b) for a, b in zip(one(5), same(5), strict=True))
    assert not torch.equal(one(5)[0], one(6)[0])
    assert not torch.equal(one(5)[0], other(5)[0])


def test_every_picture_comes_once_before_any_comes_again(tmp_path: Path) -> None:
    """Three batches of four are two turns of six pictures, told apart by their objects."""
    shades = [labelled(draw(tmp_path / f"{i}.png"), [BOX], [i % 3]) for i in range(6)]
    samples, _ = gathered(*shades)

    seen = [int(row.max()) for step in range(3) for row in batches(samples, 3)(step)[2]]

    assert sorted(seen[:6]) == sorted(seen[6:]) == [CAT, CAT, DOG, DOG, HOT_DOG, HOT_DOG]


def test_pictures_go_in_as_the_detector_makes_them(tmp_path: Path) -> None:
    samples, _ = gathered(*pictures(tmp_path, 1))

    images, encodings, columns = batches(samples, 0)(0)

    assert images.shape == (4, 3, 32, 32)
    assert images.min() >= -1
    assert images.max() < 1
    assert encodings.shape == (4, len(prior_boxes((2, 1))), 4)
    assert np.isin(columns.numpy(), (0, CAT)).all()
