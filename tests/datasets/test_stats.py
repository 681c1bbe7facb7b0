"""What a data set holds, counted."""

from pathlib import Path

import numpy as np
import pytest

from playbill.datasets.people import PersonPicture
from playbill.datasets.stats import Spread, histogram_counts, object_stats, people_stats
from playbill.errors import DatasetError
from tests.support.object_sets import HeldSet, flags, labelled


def test_objects_are_counted_by_class_size_and_picture() -> None:
    boxes = [[0, 0, 10, 10], [0, 0, 32, 32], [0, 0, 96, 96], [0, 0, 40, 10]]
    first = labelled(Path("1.png"), boxes, [0, 0, 2, 0], crowd=flags(1, 0, 0, 0))

    found = object_stats(HeldSet((first, labelled(Path("2.png")))))

    assert [(c.label, c.objects, c.pictures) for c in found.classes] == [
        ("cat", 3, 1),
        ("dog", 0, 0),
        ("hot dog", 1, 1),
    ]
    assert (found.pictures, found.without_objects, found.objects, found.crowds) == (2, 1, 4, 1)
    assert found.sizes == {"small": 2, "medium": 1, "large": 1}
    assert found.box_sides_px is not None
    assert (found.box_sides_px.least, found.box_sides_px.most) == (10, 96)
    assert found.objects_a_picture.mean == 2
    assert histogram_counts(found) == [("cat", 3), ("dog", 0), ("hot dog", 1)]


def test_pictures_without_any_object_have_no_sizes() -> None:
    found = object_stats(HeldSet((labelled(Path("1.png")),)))

    assert found.box_sides_px is None
    assert found.objects == 0


def test_people_are_counted_most_pictures_first() -> None:
    names = ["Bob", "Ada", "Ada", "Cy", *["Dora"] * 10]

    found = people_stats(PersonPicture(Path("x.png"), name) for name in names)

    assert found.people == (("Dora", 10), ("Ada", 2), ("Bob", 1), ("Cy", 1))
    assert (found.with_at_least[2], found.with_at_least[10], found.with_at_least[20]) == (2, 1, 0)
    assert histogram_counts(found) == found.people


def test_nothing_to_count_is_refused() -> None:
    with pytest.raises(DatasetError, match="held: holds no pictures"):
        object_stats(HeldSet(()))
    with pytest.raises(DatasetError, match="no pictures of people"):
        people_stats([])


def test_a_spread_is_what_numpy_says() -> None:
    values = np.random.default_rng(0).normal(size=100)

    found = Spread.of(values)

    assert found == Spread(
        *(float(one) for one in (values.min(), np.quantile(values, 0.5), values.mean())),
        *(float(one) for one in (np.std(values), values.max())),
    )
