import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from playbill.training.networks.ssd_parts import SameConv, SsdNetwork
from playbill.training.networks.ssdlite_mobilenet_v3 import SsdLiteMobileNetV3
from playbill.training.objects.anchors import prior_boxes
from playbill.training.objects.ssd_trainee import SSD_NETWORKS

COLUMNS = 4


@pytest.fixture(scope="module", params=list(SSD_NETWORKS))
def network(request: pytest.FixtureRequest) -> SsdNetwork:
    torch.manual_seed(1)
    return SSD_NETWORKS[request.param](COLUMNS).eval()


def test_there_is_an_answer_for_every_prior_box(network: SsdNetwork) -> None:
    with torch.inference_mode():
        encodings, logits = network(torch.zeros(1, 3, network.side, network.side))

    rows = len(prior_boxes(network.grids))
    assert encodings.shape == (1, rows, 4)
    assert logits.shape == (1, rows, COLUMNS)


def test_an_untrained_network_says_nothing_with_confidence(network: SsdNetwork) -> None:
    with torch.inference_mode():
        _, logits = network(torch.randn(1, 3, network.side, network.side))

    assert logits.sigmoid().max() < 0.1


def test_mobilenet_v3_has_the_size_that_the_paper_gives() -> None:
    """Table 6 of Howard et al. (2019): 3.22 million; TensorFlow's heads have 91 columns."""
    count = sum(weights.numel() for weights in SsdLiteMobileNetV3(91).parameters())

    assert count == pytest.approx(3.22e6, rel=0.015)


@settings(deadline=None)
@given(st.integers(3, 12), st.sampled_from([1, 3, 5]), st.sampled_from([1, 2]))
def test_padding_is_that_of_tensorflow(side: int, kernel: int, stride: int) -> None:
    """Window `i` begins at `i * stride - before`, `before` being the lesser half of what lacks."""
    conv = SameConv(1, 1, kernel, side, stride=stride)
    line = torch.randn(1, 1, side, side)
    lacking = max(0, (-(-side // stride) - 1) * stride + kernel - side)
    before, after = lacking // 2, -(-lacking // 2)
    padded = functional.pad(line, (before, after, before, after))
    weight, bias = conv[-1].weight, conv[-1].bias

    with torch.inference_mode():
        found, wanted = conv(line), functional.conv2d(padded, weight, bias, stride)  # type: ignore[arg-type]

    assert found.shape[-1] == -(-side // stride)
    torch.testing.assert_close(found, wanted)
