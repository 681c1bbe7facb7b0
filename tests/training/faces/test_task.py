from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import torch
from torch import nn

from playbill.errors import DatasetError
from playbill.training.faces.augment import NONE
from playbill.training.faces.holding import HeldFaces
from playbill.training.faces.samples import FaceSamples
from playbill.training.faces.settings import FaceTrainingSettings, LossName
from playbill.training.faces.task import SupervisedFaces, embedding_size
from tests.support.face_samples import SIZE_PX, TinyNetwork, made_up_people

SETTINGS = FaceTrainingSettings(batch=16, each=4, kept=0.25, strangers=0.25, augmentation=NONE)


def task(settings: FaceTrainingSettings = SETTINGS, people: int = 8) -> SupervisedFaces:
    return SupervisedFaces(made_up_people(people, 8), TinyNetwork(), SIZE_PX, settings)


@pytest.mark.parametrize("loss", get_args(LossName))
def test_what_was_kept_apart_is_told_apart_after_some_steps(loss: LossName) -> None:
    learning = task(replace(SETTINGS, loss=loss))
    optimiser = torch.optim.Adam(learning.module.parameters(), 0.01)

    values = []
    for step in range(40):
        value, _ = learning.loss(learning.module.train(), learning.batch(step))
        optimiser.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        values.append(value.item())
    measures = learning.evaluate(learning.module.eval())

    assert np.mean(values[-5:]) < np.mean(values[:5]) / 2
    assert measures["kept_first"] == 1
    assert measures["strangers_first"] == 1
    assert measures.get("kept_head", 1.0) == 1
    assert ("kept_head" in measures) == (loss != "triplet")
    # Two strangers are too few for folds without common people.
    assert "strangers_pairs" not in measures


def test_pairs_of_strangers_are_told_right_where_there_are_enough_of_them() -> None:
    learning = task(replace(SETTINGS, strangers=0.5), people=16)

    assert 0.5 < learning.evaluate(learning.module.eval())["strangers_pairs"] <= 1


def test_nothing_kept_apart_gives_no_measures() -> None:
    learning = task(replace(SETTINGS, kept=0, strangers=0))

    assert learning.evaluate(learning.module.eval()) == {}


def test_a_batch_depends_on_nothing_but_seed_and_step() -> None:
    settings = FaceTrainingSettings(batch=6)
    one, again, other = task(settings), task(settings), task(replace(settings, seed=1))
    one.batch(7)

    for mine, theirs in zip(one.batch(3), again.batch(3), strict=True):
        assert torch.equal(mine, theirs)
    assert not torch.equal(one.batch(3)[0], other.batch(3)[0])
    assert one.batch(3)[0].shape == (6, 3, SIZE_PX, SIZE_PX)
    assert one.batch(3)[0].dtype == torch.uint8


def test_the_same_seed_begins_with_the_same_weights() -> None:
    for mine, theirs in zip(task().module.parameters(), task().module.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_people_are_counted_without_the_strangers() -> None:
    learning = task()
    _, people = learning.batch(0)

    assert len(learning.names) == 6
    assert 0 <= people.min() <= people.max() < 6
    shown = learning.samples.people[learning.split.learned]
    assert learning.names == tuple(f"Person {one}" for one in np.unique(shown))


def test_an_epoch_shows_every_face_about_once() -> None:
    learning = task(replace(SETTINGS, batch=10))

    assert len(learning.split.learned) == 36
    assert learning.steps_an_epoch == 4


def test_frozen_norms_keep_their_running_figures() -> None:
    for freeze in (True, False):
        learning = task(replace(SETTINGS, freeze_norm=freeze))
        norm = next(part for part in learning.module.modules() if isinstance(part, nn.BatchNorm2d))
        before = norm.running_mean.clone()  # type: ignore[union-attr]
        learning.loss(learning.module.train(), learning.batch(0))

        assert torch.equal(before, norm.running_mean) == freeze  # type: ignore[arg-type]
        assert learning.module.loss.training


def test_the_loss_is_float32_where_the_network_is_not() -> None:
    learning = task()
    with torch.autocast("cpu", torch.bfloat16):
        value, _ = learning.loss(learning.module, learning.batch(0))

    assert value.dtype == torch.float32


def test_more_people_a_batch_than_there_are_is_refused() -> None:
    with pytest.raises(DatasetError, match="need 10 people, expected 2 at least and at most the 6"):
        task(replace(SETTINGS, balanced=True, batch=40))
    with pytest.raises(DatasetError, match="batches of 4 with 4 pictures a person need 1 people"):
        task(replace(SETTINGS, loss="triplet", batch=4))


def test_another_module_cannot_be_evaluated() -> None:
    with pytest.raises(TypeError, match="expected the FaceModule of this task, got Linear"):
        task().evaluate(nn.Linear(1, 1))


def test_a_network_that_knows_faces_begins_with_its_own_directions() -> None:
    learning = task()
    learning.imprint()

    measures = learning.evaluate(learning.module.eval())

    assert measures["kept_head"] == measures["kept_first"] == 1


def held_at(vector: list[float], samples: FaceSamples, unnamed: int = 3) -> HeldFaces:
    wanted = np.tile(np.array(vector, np.float32), (len(samples), 1))
    return HeldFaces(wanted, samples.pictures[:unnamed], wanted[:unnamed])


def test_faces_that_are_held_come_to_where_the_start_saw_them() -> None:
    samples = made_up_people(8, 8)
    settings = replace(SETTINGS, hold=1000.0, unnamed=4)
    size = embedding_size(TinyNetwork(), SIZE_PX)
    place = [1.0] + [0.0] * (size - 1)
    learning = SupervisedFaces(
        samples, TinyNetwork(), SIZE_PX, settings, held=held_at(place, samples)
    )
    optimiser = torch.optim.Adam(learning.module.parameters(), 0.01)

    moved = []
    for step in range(40):
        value, parts = learning.loss(learning.module.train(), learning.batch(step))
        optimiser.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        moved.append(parts["moved"].item())

    assert moved[-1] < moved[0] / 4


def test_faces_without_a_name_come_with_each_batch_and_cost_only_moving() -> None:
    samples = made_up_people(8, 8)
    settings = replace(SETTINGS, hold=1.0, unnamed=4)
    place = [1.0] + [0.0] * (embedding_size(TinyNetwork(), SIZE_PX) - 1)
    learning = SupervisedFaces(
        samples, TinyNetwork(), SIZE_PX, settings, held=held_at(place, samples)
    )

    pictures, people, wanted = learning.batch(2)

    assert (len(pictures), len(people), len(wanted)) == (20, 16, 20)
    again = learning.batch(2)
    assert all(
        torch.equal(mine, theirs) for mine, theirs in zip(learning.batch(2), again, strict=True)
    )
    value, parts = learning.loss(learning.module, (pictures, people, wanted))
    assert value.item() == pytest.approx((parts["people"] + parts["moved"]).item())
