from pathlib import Path

import numpy as np
import pytest

from playbill.training.networks import ssd_mobilenet_v1, ssdlite_mobilenet_v3
from playbill.training.objects.anchors import prior_boxes, shapes_per_cell


def test_the_finest_grid_has_three_small_boxes_a_cell_and_the_others_six() -> None:
    anchors = prior_boxes((2, 1))

    assert shapes_per_cell((2, 1)) == (3, 6)
    assert anchors.shape == (2 * 2 * 3 + 6, 4)
    np.testing.assert_allclose(anchors[0], (0.25, 0.25, 0.1, 0.1), atol=1e-6)
    np.testing.assert_allclose(anchors[3], (0.25, 0.75, 0.1, 0.1), atol=1e-6)
    np.testing.assert_allclose(anchors[12], (0.5, 0.5, 0.95, 0.95), atol=1e-6)


def test_shapes_of_one_scale_have_one_area() -> None:
    heights, widths = prior_boxes((2, 1))[12:17, 2:].T

    np.testing.assert_allclose(heights * widths, 0.95**2, rtol=1e-5)
    np.testing.assert_allclose(widths / heights, (1, 2, 1 / 2, 3, 1 / 3), rtol=1e-5)


@pytest.mark.parametrize("network", [ssd_mobilenet_v1, ssdlite_mobilenet_v3])
def test_grids_are_what_halving_leaves_of_the_picture(network: object) -> None:
    sides = [network.SIDE]  # type: ignore[attr-defined]
    while sides[-1] > 1:
        sides.append(-(-sides[-1] // 2))

    assert tuple(sides[-6:]) == network.GRIDS  # type: ignore[attr-defined]


@pytest.mark.models
def test_they_are_those_of_tensorflow_to_the_last_bit(models_folder: Path) -> None:
    wanted = np.load(models_folder / "ssd_mobilenet_v1_coco.anchors.npy")

    np.testing.assert_array_equal(prior_boxes(ssd_mobilenet_v1.GRIDS), wanted)
