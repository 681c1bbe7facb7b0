import torch
from torch import nn

from playbill.training.muon import Muon, orthogonal
from playbill.training.optimiser import MUON_SCALE, make_optimisers
from playbill.training.settings import LoopSettings


def test_the_update_has_singular_values_near_to_one() -> None:
    for shape in ((8, 30), (30, 8), (16, 16)):
        random = torch.Generator().manual_seed(1)
        values = torch.linalg.svdvals(orthogonal(torch.randn(shape, generator=random)))
        assert float(values.min()) > 0.5
        assert float(values.max()) < 1.3


def test_the_update_keeps_the_singular_vectors() -> None:
    left, _ = torch.linalg.qr(torch.randn(6, 6, generator=torch.Generator().manual_seed(2)))
    right, _ = torch.linalg.qr(torch.randn(6, 6, generator=torch.Generator().manual_seed(3)))
    matrix = left @ torch.diag(torch.tensor([9.0, 7, 5, 3, 2, 1])) @ right

    between = left.T @ orthogonal(matrix) @ right.T
    off = between - torch.diag(torch.diag(between))
    assert float(off.abs().max()) < 0.05


def test_a_step_goes_against_the_gradient_whatever_its_size() -> None:
    moved = []
    for size in (1e-3, 1e3):
        kernel = nn.Parameter(torch.zeros(4, 16, 3, 3))
        random = torch.Generator().manual_seed(4)
        kernel.grad = size * torch.randn(kernel.shape, generator=random)
        Muon([kernel], lr=0.1).step()
        assert float((kernel.detach() * kernel.grad).sum()) < 0
        moved.append(kernel.detach())

    torch.testing.assert_close(moved[0], moved[1], rtol=0.02, atol=1e-3)


def test_kernels_go_to_muon_and_everything_else_does_not() -> None:
    module = nn.Sequential(nn.Conv2d(3, 32, 3), nn.Conv2d(32, 8, 3), nn.BatchNorm2d(8))
    muon, rest = make_optimisers(module, LoopSettings(optimiser="muon"))

    assert [weights.shape for weights in muon.param_groups[0]["params"]] == [(8, 32, 3, 3)]
    assert muon.param_groups[0]["scale"] == MUON_SCALE
    others = [weights for group in rest.param_groups for weights in group["params"]]
    assert len(others) == len(list(module.parameters())) - 1


def test_only_matrices_and_kernels_decay() -> None:
    module = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    [adam] = make_optimisers(module, LoopSettings(weight_decay=0.1))

    decays = {
        weights.ndim: group["weight_decay"]
        for group in adam.param_groups
        for weights in group["params"]
    }
    assert decays == {2: 0.1, 1: 0.0}
