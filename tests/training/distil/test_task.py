from collections.abc import Sequence

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from playbill.core.frame import Image
from playbill.training.distil.settings import DistilSettings
from playbill.training.distil.task import Distillation, KeptFaces
from playbill.training.distil.views import Views, ViewSettings
from playbill.training.faces.cutting import side_with_room
from playbill.training.faces.module import as_input

TEACHER_PX, STUDENT_PX = 16, 8


class Means:
    """A teacher that says the mean colour, from the middle of the cube."""

    size_wh = (TEACHER_PX, TEACHER_PX)

    def embed_crops(self, crops: Sequence[Image]) -> np.ndarray:
        means: np.ndarray = np.stack(crops).mean(axis=(1, 2)) - 127.5
        return means.astype(np.float32) + 1e-3


class Student(nn.Module):
    """Says `weight` times the mean colour: at the identity, what the teacher says."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight)

    def forward(self, faces: Tensor) -> Tensor:
        return faces.mean(dim=(2, 3)) @ self.weight


def distillation(weight: Tensor, kept: KeptFaces | None = None) -> Distillation:
    side = side_with_room(TEACHER_PX)
    crops = np.random.default_rng(0).integers(0, 256, (9, 1, 1, 3), dtype=np.uint8)
    crops = np.broadcast_to(crops, (9, side, side, 3)).copy()
    nobody = KeptFaces(np.empty((0, TEACHER_PX, TEACHER_PX, 3), np.uint8), np.empty(0, np.int64))
    return Distillation(
        Means(),
        Student(weight),
        STUDENT_PX,
        Views(crops, TEACHER_PX, ViewSettings(), seed=0),
        kept or nobody,
        DistilSettings(batch=12),
    )


def test_a_student_that_says_what_the_teacher_says_has_nothing_to_learn() -> None:
    task = distillation(torch.eye(3))

    loss, parts = task.loss(task.module, task.batch(0))

    assert float(loss.detach()) == pytest.approx(0, abs=2e-3)
    assert set(parts) == {"direction", "relations"}


def test_a_student_that_says_the_opposite_is_as_wrong_as_can_be_but_relates_faces_rightly() -> None:
    task = distillation(-torch.eye(3))

    _, parts = task.loss(task.module, task.batch(0))

    assert float(parts["direction"].detach()) == pytest.approx(2, abs=2e-3)
    assert float(parts["relations"].detach()) == pytest.approx(0, abs=1e-3)


def test_the_student_sees_the_views_at_its_own_size_and_the_teacher_at_its() -> None:
    pictures, wanted = distillation(torch.eye(3)).batch(3)

    assert pictures.shape == (12, 3, STUDENT_PX, STUDENT_PX)
    assert pictures.dtype == torch.uint8
    seen = as_input(pictures).mean(dim=(2, 3))
    cosines = nn.functional.cosine_similarity(seen, wanted)
    assert float(cosines.min()) > 0.99
    torch.testing.assert_close(wanted.norm(dim=1), torch.ones(12))


def test_learning_brings_the_student_nearer() -> None:
    task = distillation(torch.tensor([[0.1, 1, 0], [0, 0.1, 1], [1, 0, 0.1]]))
    optimiser = torch.optim.Adam(task.module.parameters(), lr=0.05)
    losses = []
    for step in range(60):
        loss, _ = task.loss(task.module, task.batch(step))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(loss.detach().item())

    assert np.mean(losses[-5:]) < np.mean(losses[:5]) / 5


def test_kept_faces_are_measured_beside_the_teacher() -> None:
    random = np.random.default_rng(1)
    people = np.repeat(np.arange(20), 3)
    own = random.integers(30, 226, (20, 3))
    colours = own[people] + random.integers(-3, 4, (60, 3))
    shape = (60, TEACHER_PX, TEACHER_PX, 3)
    crops = np.broadcast_to(colours[:, None, None], shape).astype(np.uint8)
    kept = KeptFaces(crops, people)
    task = distillation(torch.eye(3), kept)

    with torch.inference_mode():
        measures = task.evaluate(task.module.eval())

    assert measures["cosine"] == pytest.approx(1, abs=1e-3)
    assert measures["pairs"] > 0.9
    assert measures["first"] > 0.9


def test_without_kept_faces_there_is_nothing_to_measure() -> None:
    task = distillation(torch.eye(3))

    assert task.evaluate(task.module) == {}
