import pytest
import torch
from torch import nn

from playbill.training.blending import blend


def linear(weight: float) -> nn.Linear:
    layer = nn.Linear(1, 1, bias=False)
    nn.init.constant_(layer.weight, weight)
    return layer


@pytest.mark.parametrize(("share", "expected"), [(0.0, 2.0), (0.25, 3.0), (1.0, 6.0)])
def test_a_blend_lies_so_far_on_the_way_from_start_to_end(share: float, expected: float) -> None:
    trained = linear(6.0)

    blend(linear(2.0), trained, share)

    assert trained.weight.item() == pytest.approx(expected)


def test_counters_stay_as_the_training_left_them() -> None:
    start, trained = nn.BatchNorm2d(1), nn.BatchNorm2d(1)
    trained(torch.ones(2, 1, 2, 2))

    blend(start, trained, 0.5)

    assert trained.num_batches_tracked == 1
    assert trained.running_mean == pytest.approx(0.05)


def test_a_share_beyond_the_way_is_refused() -> None:
    with pytest.raises(ValueError, match=r"share must lie between 0 and 1, got 1\.5"):
        blend(linear(0.0), linear(1.0), 1.5)
