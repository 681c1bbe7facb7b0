import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from playbill.datasets.masks import (
    decode_counts,
    mask_of,
    mask_pixels,
    pixels_of_row_runs,
    row_runs,
)
from playbill.datasets.outlines import Mask


@st.composite
def drawings(draw: st.DrawFn) -> NDArray[np.bool_]:
    height, width = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    cells = draw(st.lists(st.booleans(), min_size=height * width, max_size=height * width))
    return np.array(cells, np.bool_).reshape(height, width)


@settings(max_examples=50, deadline=None)
@given(drawings())
def test_the_compressed_masks_of_pycocotools_are_read(pixels: NDArray[np.bool_]) -> None:
    encoded = coco_mask.encode(np.asfortranarray(pixels.astype(np.uint8)))
    height, width = encoded["size"]

    mask = Mask((width, height), encoded["counts"].decode())

    np.testing.assert_array_equal(mask_pixels(mask), pixels)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@settings(max_examples=50, deadline=None)
@given(drawings())
def test_pycocotools_reads_our_masks(pixels: NDArray[np.bool_]) -> None:
    mask = mask_of(pixels)
    width, height = mask.size_wh
    runs = {"size": [height, width], "counts": list(mask.counts)}
    encoded = coco_mask.frPyObjects(runs, height, width)

    np.testing.assert_array_equal(coco_mask.decode(encoded).astype(bool), pixels)


@settings(max_examples=50, deadline=None)
@given(drawings())
def test_runs_along_rows_come_back(pixels: NDArray[np.bool_]) -> None:
    height, width = pixels.shape
    runs = row_runs(pixels)

    np.testing.assert_array_equal(pixels_of_row_runs(runs, (width, height)), pixels)


def test_long_runs_are_read() -> None:
    pixels = np.zeros((700, 500), np.uint8)
    pixels[100:650, 40:300] = 1
    encoded = coco_mask.encode(np.asfortranarray(pixels))

    mask = Mask((500, 700), encoded["counts"].decode())

    np.testing.assert_array_equal(mask_pixels(mask), pixels.astype(bool))


@pytest.mark.parametrize("text", ["P", "\x7f", "0\n"])
def test_text_that_is_no_mask_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="run lengths"):
        decode_counts(text)


def test_runs_that_do_not_fill_the_picture_are_refused() -> None:
    with pytest.raises(ValueError, match="add up to 12, got 11"):
        mask_pixels(Mask((4, 3), (5, 6)))
