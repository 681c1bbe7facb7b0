from pathlib import Path

import pytest
import torch
from torch import nn

from playbill.errors import ModelNotFound, TrainingError
from playbill.models.store import ModelStore
from playbill.training.checkpoint import FILE, Checkpoint, write_checkpoint
from playbill.training.faces.losses import LOSSES
from playbill.training.faces.module import FaceModule
from playbill.training.faces.starts import started
from playbill.training.networks.compact import CompactFaceNet
from playbill.training.networks.inception_resnet_v1 import InceptionResnetV1


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore([], tmp_path / "models")


def checkpoint(
    path: Path, module: nn.Module, *, average: nn.Module | None = None, network: str = "compact"
) -> Path:
    state = average.state_dict() if average else None
    write_checkpoint(path / FILE, Checkpoint(network, 3, module.state_dict(), [], state))
    return path


def training_of(embedder: nn.Module) -> FaceModule:
    return FaceModule(embedder, LOSSES["softmax"].build(4, 512), freeze_norm=False)


def same(one: nn.Module, other: nn.Module) -> bool:
    mine, theirs = one.state_dict(), other.state_dict()
    return mine.keys() == theirs.keys() and all(torch.equal(mine[k], theirs[k]) for k in mine)


def test_from_nothing_the_seed_decides(store: ModelStore) -> None:
    one, again, other = (started("compact", None, store=store, seed=seed) for seed in (0, 0, 1))

    assert same(one, again)
    assert not same(one, other)


def test_a_training_goes_on_from_the_embedding_part_of_another(
    store: ModelStore, tmp_path: Path
) -> None:
    embedder = CompactFaceNet()
    folder = checkpoint(tmp_path, training_of(embedder))

    assert same(started("compact", str(folder), store=store, seed=0), embedder)
    assert same(started("compact", str(folder / FILE), store=store, seed=0), embedder)


def test_a_distilled_network_can_be_started_from_by_its_average(
    store: ModelStore, tmp_path: Path
) -> None:
    student, average = CompactFaceNet(), CompactFaceNet()
    folder = checkpoint(tmp_path, student, average=average)

    assert same(started("compact", str(folder), store=store, seed=0), average)


def test_a_folded_network_goes_on_folded(store: ModelStore, tmp_path: Path) -> None:
    folded = InceptionResnetV1(batch_norm=False)
    folder = checkpoint(tmp_path, training_of(folded), network="inception-resnet-v1")

    assert same(started("inception-resnet-v1", str(folder), store=store, seed=0), folded)


def test_a_checkpoint_of_another_network_is_refused(store: ModelStore, tmp_path: Path) -> None:
    folder = checkpoint(tmp_path, training_of(CompactFaceNet()))

    with pytest.raises(TrainingError, match="is of compact, expected one of inception-resnet-v1"):
        started("inception-resnet-v1", str(folder), store=store, seed=0)


def test_a_checkpoint_with_other_weights_is_refused(store: ModelStore, tmp_path: Path) -> None:
    folder = checkpoint(tmp_path, nn.Linear(2, 2))

    with pytest.raises(TrainingError, match="does not fit compact as this version has it"):
        started("compact", str(folder), store=store, seed=0)


def test_what_is_not_there_cannot_be_started_from(store: ModelStore, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="there is no such checkpoint"):
        started("compact", str(tmp_path / "gone"), store=store, seed=0)
    with pytest.raises(ModelNotFound, match="facenet_vggface2"):
        started("inception-resnet-v1", "facenet_vggface2", store=store, seed=0)
    with pytest.raises(TrainingError, match="resnet: no face network of that name"):
        started("resnet", None, store=store, seed=0)


def test_the_weights_of_facenet_are_for_one_network_alone(store: ModelStore) -> None:
    with pytest.raises(TrainingError, match="has the weights of inception-resnet-v1, asked for is"):
        started("compact", "facenet_vggface2", store=store, seed=0)
