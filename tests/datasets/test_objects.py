from pathlib import Path

import numpy as np
import pytest

from playbill.datasets.outlines import Polygons
from tests.support.object_sets import flags, labelled

PICTURE = Path("a.jpg")


def test_flags_that_are_not_given_are_not_set() -> None:
    picture = labelled(PICTURE, [[1, 2, 3, 4], [5, 6, 7, 9]])

    assert len(picture) == 2
    assert not picture.crowd.any()
    assert picture.difficult.shape == picture.truncated.shape == picture.occluded.shape == (2,)


def test_an_area_that_is_not_given_is_that_of_the_box() -> None:
    assert labelled(PICTURE, [[1, 2, 3, 5]]).areas.tolist() == [6]


def test_a_picture_may_have_no_objects() -> None:
    picture = labelled(PICTURE)

    assert len(picture) == 0
    assert picture.boxes_xyxy.shape == (0, 4)


def test_boxes_are_the_pictures_own() -> None:
    boxes = np.array([[1.0, 2, 3, 4]])
    picture = labelled(PICTURE, boxes)  # type: ignore[arg-type]
    boxes[0, 0] = 99

    assert picture.boxes_xyxy[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        picture.boxes_xyxy[0, 0] = 5


def test_boxes_stay_in_double_precision() -> None:
    assert labelled(PICTURE, [[0.1, 0, 100.01, 5]]).boxes_xyxy[0, 2] == 100.01


@pytest.mark.parametrize("box", [[3, 0, 1, 1], [0, 3, 1, 1], [np.nan, 0, 1, 1], [0, 0, np.inf, 1]])
def test_boxes_that_cannot_be_are_refused(box: list[float]) -> None:
    with pytest.raises(ValueError, match=r"boxes_xyxy|finite"):
        labelled(PICTURE, [box])


def test_columns_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="crowd must have 1 rows"):
        labelled(PICTURE, [[0, 0, 1, 1]], crowd=flags(1, 0))
    with pytest.raises(ValueError, match="outlines"):
        labelled(PICTURE, [[0, 0, 1, 1]], outlines=(None, Polygons(())))


def test_a_picture_without_pixels_is_refused() -> None:
    with pytest.raises(ValueError, match="size_wh"):
        labelled(PICTURE, size_wh=(0, 5))
