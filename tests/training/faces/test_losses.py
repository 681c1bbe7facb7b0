import pytest
import torch
from torch import Tensor
from torch.nn.functional import normalize

from playbill.errors import TrainingError
from playbill.training.faces.losses import LOSSES, PeopleLoss, TripletLoss, loss_kind

PEOPLE = torch.tensor([0, 0, 1, 1, 2, 2])


def at(*degrees: float) -> Tensor:
    """Unit vectors in the plane."""
    angles = torch.deg2rad(torch.tensor(degrees))
    return torch.stack([angles.cos(), angles.sin()], dim=1)


@pytest.mark.parametrize("name", LOSSES)
def test_faces_of_a_person_come_together(name: str) -> None:
    torch.manual_seed(0)
    # As a network begins: all faces look much alike to it.
    embeddings = (torch.ones(6, 8) + 0.3 * torch.randn(6, 8)).requires_grad_()
    loss = LOSSES[name].build(3, 8)
    optimiser = torch.optim.Adam([embeddings, *loss.parameters()], 0.05)

    losses = []
    for _ in range(100):
        optimiser.zero_grad()
        value = loss(embeddings, PEOPLE)
        value.backward()
        optimiser.step()
        losses.append(value.item())

    alike = normalize(embeddings.detach()) @ normalize(embeddings.detach()).T
    same = PEOPLE[:, None] == PEOPLE
    assert losses[-1] < losses[0] / 3
    assert alike[same].mean() > alike[~same].mean() + 0.5


@pytest.mark.parametrize("name", ["softmax", "arcface"])
def test_the_head_answers_with_its_nearest_direction(name: str) -> None:
    loss = LOSSES[name].build(3, 2)
    assert isinstance(loss, PeopleLoss)
    loss.loss.W.data = at(0, 120, 240).T.clone()

    assert loss.scores(at(110, 10, 200)).argmax(dim=1).tolist() == [1, 0, 2]


def test_a_negative_is_semi_hard_when_it_is_farther_than_the_positive_but_not_by_the_margin() -> (
    None
):
    # Squared distances between unit vectors are 2 - 2 cos: 10 deg 0.03, 25 deg 0.19, 90 deg 2.
    people = torch.tensor([0, 0, 1])
    triplets = TripletLoss()

    def mined(negative_deg: float) -> set[int]:
        embeddings = at(0, 10, negative_deg)
        return set(triplets.miner(embeddings, people)[2].tolist())

    assert mined(25) == {2}
    assert mined(90) == set()
    assert mined(5) == set()


def test_a_batch_without_semi_hard_triplets_costs_nothing() -> None:
    embeddings = at(0, 1, 180).requires_grad_()

    loss = TripletLoss()(embeddings, torch.tensor([0, 0, 1]))
    loss.backward()

    assert loss.item() == 0
    assert embeddings.grad is not None
    assert not embeddings.grad.any()


def test_a_loss_that_is_not_there_is_refused() -> None:
    with pytest.raises(
        TrainingError, match="centre: no loss of that name, expected one of softmax"
    ):
        loss_kind("centre")
