from math import exp, log

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from playbill.training.objects.multibox import MultiboxLoss, hard_negatives


@settings(deadline=None)
@given(
    arrays("int8", (2, 7), elements=st.integers(0, 5)),
    arrays("int8", (2, 7), elements=st.sampled_from([-1, 0, 0, 0, 0, 1, 2])),
    st.integers(1, 3),
)
def test_hard_negatives_are_the_worst_of_the_background(
    losses: torch.Tensor, columns: torch.Tensor, ratio: int
) -> None:
    losses, columns = torch.as_tensor(losses).float(), torch.as_tensor(columns).long()

    chosen = hard_negatives(losses, columns, ratio)

    for one, found, is_chosen in zip(losses, columns, chosen, strict=True):
        background = found == 0
        objects = int((found > 0).sum())
        assert int(is_chosen.sum()) == min(int(background.sum()), max(1, ratio * objects))
        assert not is_chosen[~background].any()
        left = one[background & ~is_chosen]
        if len(left) and is_chosen.any():
            assert one[is_chosen].min() >= left.max()


def test_the_hard_loss_is_what_the_paper_writes() -> None:
    """Four prior boxes, one object: the worst three of the background count, one is ignored."""
    logits = torch.tensor([[[0.0, 2.0], [0.0, 1.0], [0.0, -1.0], [0.0, 9.0], [0.0, -9.0]]])
    columns = torch.tensor([[1, 0, 0, -1, 0]])
    encodings, wanted = torch.zeros(1, 5, 4), torch.zeros(1, 5, 4)
    wanted[0, 0] = torch.tensor([0.5, 3.0, 0, 0])
    wanted[0, 1] = 100

    loss, parts = MultiboxLoss(mining="hard", negatives=2)(encodings, logits, wanted, columns)

    background = log(2)
    classes = log(1 + exp(-2)) + log(1 + exp(1)) + log(1 + exp(-1)) + 3 * background
    boxes = (0.5**2 / 2 + (3 - 0.5)) / 4
    assert parts["classes"].item() == pytest.approx(classes, abs=1e-5)
    assert parts["boxes"].item() == pytest.approx(boxes, abs=1e-6)
    assert loss.item() == pytest.approx(classes + boxes, abs=1e-5)


def test_the_focal_loss_is_what_its_paper_writes() -> None:
    logits = torch.tensor([[[0.0, 2.0], [0.0, 1.0], [0.0, 9.0]]])
    columns = torch.tensor([[1, 0, -1]])
    offsets = torch.zeros(1, 3, 4)

    loss, _ = MultiboxLoss(mining="focal", gamma=2, alpha=0.75)(offsets, logits, offsets, columns)

    def term(score: float, weight: float) -> float:
        return -weight * (1 - score) ** 2 * log(score)

    there, not_there = 1 / (1 + exp(-2)), 1 - 1 / (1 + exp(-1))
    wanted = term(there, 0.75) + term(not_there, 0.25) + 2 * term(0.5, 0.25)
    assert loss.item() == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize("mining", ["hard", "focal"])
def test_pictures_without_objects_have_a_loss_to_learn_from(mining: str) -> None:
    logits = torch.zeros(2, 5, 3, requires_grad=True)
    offsets, columns = torch.zeros(2, 5, 4), torch.zeros(2, 5, dtype=torch.long)

    loss, _ = MultiboxLoss(mining=mining)(offsets, logits, offsets, columns)  # type: ignore[arg-type]
    loss.backward()  # type: ignore[no-untyped-call]

    assert torch.isfinite(loss)
    assert logits.grad is not None
    assert logits.grad.abs().sum() > 0
