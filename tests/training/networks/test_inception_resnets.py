import pytest
import torch
from torch import nn

from playbill.training.networks.inception import ConvUnit
from playbill.training.networks.inception_resnet_v1 import InceptionResnetV1
from playbill.training.networks.inception_resnet_v2 import FEATURES, InceptionResnetV2

IMAGENET_CLASSES, VGGFACE2_PEOPLE = 1000, 8631


def parameters(module: nn.Module) -> int:
    return sum(weights.numel() for weights in module.parameters())


def test_version_2_has_as_many_parameters_as_the_one_its_authors_gave_out() -> None:
    with torch.device("meta"):
        network = InceptionResnetV2()
    classifier = FEATURES * IMAGENET_CLASSES + IMAGENET_CLASSES

    assert parameters(network) - parameters(network.head) + classifier == 55_843_464


def test_version_1_has_as_many_parameters_as_facenets() -> None:
    with torch.device("meta"):
        network = InceptionResnetV1()
    classifier = 512 * VGGFACE2_PEOPLE + VGGFACE2_PEOPLE

    assert parameters(network) + classifier == 27_910_327


@pytest.mark.parametrize("build", [InceptionResnetV1, InceptionResnetV2])
def test_every_weight_has_a_part_in_the_embedding(
    build: type[InceptionResnetV1 | InceptionResnetV2],
) -> None:
    torch.manual_seed(0)
    network = build().train()

    embeddings = network(torch.randn(2, 3, 75, 75))
    embeddings.square().sum().backward()

    assert embeddings.shape == (2, 512)
    dead = [
        name
        for name, weights in network.named_parameters()
        if weights.grad is None or not weights.grad.abs().sum() > 0
    ]
    assert dead == []


def test_a_folded_unit_is_the_unit_with_its_running_figures() -> None:
    torch.manual_seed(0)
    unit, folded = ConvUnit(3, 4, 3), ConvUnit(3, 4, 3, batch_norm=False)
    norm = unit.norm
    assert isinstance(norm, nn.BatchNorm2d)
    for values in (norm.weight, norm.bias, norm.running_mean):
        nn.init.normal_(values)  # type: ignore[arg-type]
    nn.init.uniform_(norm.running_var, 0.5, 2)  # type: ignore[arg-type]
    scale = norm.weight / (norm.running_var + norm.eps) ** 0.5  # type: ignore[operator]
    folded.load_state_dict(
        {
            "conv.weight": unit.conv.weight * scale[:, None, None, None],
            "conv.bias": norm.bias - norm.running_mean * scale,  # type: ignore[operator]
        }
    )
    pictures = torch.randn(2, 3, 8, 8)

    with torch.inference_mode():
        assert torch.allclose(unit.eval()(pictures), folded.eval()(pictures), atol=1e-6)
